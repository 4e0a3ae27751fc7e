import type { SqlDatabase, SqlValue } from '../../../platform/sql/database.ts';
import { type Processor, unregistered, withEarlier } from './processor.ts';
import type { ProcessorStore } from './store.ts';

/** Migrations of the tables. Append only. */
export const migrations: readonly string[] = [
  `CREATE TABLE processors (
    id text PRIMARY KEY,
    name text NOT NULL,
    description text NOT NULL,
    version text NOT NULL,
    storage_type text NOT NULL,
    connection_string text NOT NULL,
    database_name text NOT NULL,
    input_schema_ids text[] NOT NULL,
    output_schema_id text NOT NULL,
    graphql_type text NOT NULL,
    base_url text NOT NULL,
    health_endpoint text NOT NULL,
    query_endpoint text NOT NULL,
    event_subscriptions text[] NOT NULL,
    max_concurrency integer NOT NULL,
    timeout_seconds integer NOT NULL,
    active boolean NOT NULL,
    created_at timestamptz NOT NULL
  );
  COMMENT ON COLUMN processors.connection_string IS 'AES-256-GCM, never in plain text'`,
  `ALTER TABLE processors ADD COLUMN takes jsonb, ADD COLUMN shown_as text, ADD COLUMN versions text[];
  UPDATE processors SET versions = ARRAY[version], takes = (
    SELECT coalesce(jsonb_object_agg(event, to_jsonb(input_schema_ids)), '{}')
    FROM unnest(event_subscriptions) AS event);
  ALTER TABLE processors ALTER COLUMN takes SET NOT NULL, ALTER COLUMN versions SET NOT NULL`,
  `ALTER TABLE processors ADD COLUMN readable_schema_ids text[];
  UPDATE processors SET readable_schema_ids = input_schema_ids;
  ALTER TABLE processors ALTER COLUMN readable_schema_ids SET NOT NULL`,
  `ALTER TABLE processors ADD COLUMN status text NOT NULL DEFAULT 'active', ADD COLUMN status_since timestamptz,
    ADD COLUMN status_reason text, ADD COLUMN retired_versions text[] NOT NULL DEFAULT '{}'`,
  `ALTER TABLE processors ADD COLUMN opt_in_schema_ids text[] NOT NULL DEFAULT '{}'`,
  `ALTER TABLE processors ADD COLUMN takes_versions jsonb NOT NULL DEFAULT '{}'`,
];

const columns = [
  'id',
  'name',
  'description',
  'version',
  'storage_type',
  'database_name',
  'input_schema_ids',
  'readable_schema_ids',
  'output_schema_id',
  'graphql_type',
  'base_url',
  'health_endpoint',
  'query_endpoint',
  'event_subscriptions',
  'takes',
  'opt_in_schema_ids',
  'takes_versions',
  'shown_as',
  'versions',
  'max_concurrency',
  'timeout_seconds',
  'active',
  'created_at',
  'status',
  'status_since',
  'status_reason',
  'retired_versions',
] as const satisfies readonly (keyof Processor)[];

const shown = columns.join(', ');
const written = [...columns, 'connection_string'];
const replaced = written.filter((column) => column !== 'id' && column !== 'created_at');

const PUT = `
  INSERT INTO processors (${written.join(', ')}) VALUES (${written.map((_, index) => `$${index + 1}`).join(', ')})
  ON CONFLICT (id) DO UPDATE SET ${replaced.map((column) => `${column} = excluded.${column}`).join(', ')}
  RETURNING ${shown}`;

const CHANGE_STATUS = `
  UPDATE processors SET status = $3, status_since = $4, status_reason = $5, retired_versions = CASE $3
    WHEN 'retired' THEN ARRAY(SELECT DISTINCT unnest(retired_versions || versions) ORDER BY 1) ELSE retired_versions END
  WHERE id = $1 AND status = ANY($2::text[])
  RETURNING ${shown}`;

const LIST = `SELECT ${shown} FROM processors ORDER BY id COLLATE "C"`;

const columnValue = (processor: Processor, column: (typeof columns)[number]): SqlValue =>
  column === 'takes' || column === 'takes_versions' ? JSON.stringify(processor[column]) : processor[column];

const toValues = (processor: Processor): SqlValue[] =>
  columns.map((column) => columnValue(processor, column));

export function createPostgresProcessorStore(database: SqlDatabase): ProcessorStore {
  return {
    prepare: () => database.migrate(migrations),
    put: (registered, sealedConnection, check) =>
      database.transaction(async (tx) => {
        // Serialises declarations, but not reads: two may be valid separately but not together.
        await tx.execute('LOCK TABLE processors IN SHARE ROW EXCLUSIVE MODE');
        const all = await tx.query<Processor>(LIST);
        const earlier = all.find(({ id }) => id === registered.id);
        check?.(
          all.filter(({ id }) => id !== registered.id),
          earlier,
        );
        const processor = withEarlier(registered, earlier ?? unregistered);
        const [row] = await tx.query<Processor>(PUT, [...toValues(processor), sealedConnection]);
        return row ?? processor;
      }),
    async changeStatus(id, from, { status, status_since, status_reason }) {
      const [row] = await database.query<Processor>(CHANGE_STATUS, [
        ...[id, from, status, status_since, status_reason],
      ]);
      return row ?? null;
    },
    find: (ids) =>
      database.query<Processor>(`SELECT ${shown} FROM processors WHERE id = ANY($1::text[])`, [ids]),
    list: () => database.query<Processor>(LIST),
    async sealedConnection(id) {
      const [row] = await database.query<{ connection_string: string }>(
        'SELECT connection_string FROM processors WHERE id = $1',
        [id],
      );
      return row?.connection_string;
    },
    ping: () => database.ping(),
  };
}
