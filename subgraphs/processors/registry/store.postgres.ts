import type { SqlDatabase, SqlValue } from '../../../platform/sql/database.ts';
import { type Processor, unregistered, withEarlier } from './processor.ts';
import type { Connections, ProcessorStore } from './store.ts';

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
  `CREATE TABLE subgraph_sdls (hash text PRIMARY KEY, sdl text NOT NULL);
  CREATE TABLE supergraph_seed (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    hash text NOT NULL,
    subgraphs jsonb NOT NULL,
    problem text
  );
  CREATE TABLE supergraphs (
    version integer PRIMARY KEY,
    reason text NOT NULL,
    processor_id text,
    rolled_back_to integer,
    created_at timestamptz NOT NULL,
    created_by text,
    hash text NOT NULL,
    seed_hash text NOT NULL,
    subgraphs jsonb NOT NULL,
    changes jsonb NOT NULL,
    sdl text NOT NULL
  );
  CREATE TABLE operation_usage (
    hash text PRIMARY KEY,
    name text,
    kind text NOT NULL,
    coordinates text[] NOT NULL,
    types text[] NOT NULL,
    count int8 NOT NULL,
    last_seen_at timestamptz NOT NULL
  );
  CREATE INDEX operation_usage_seen ON operation_usage (last_seen_at)`,
  `ALTER TABLE processors ADD COLUMN canary jsonb, ADD COLUMN canary_connection text,
    ADD COLUMN resting jsonb NOT NULL DEFAULT '[]', ADD COLUMN canary_ended_at timestamptz;
  COMMENT ON COLUMN processors.canary_connection IS 'AES-256-GCM, never in plain text'`,
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
  'canary',
  'resting',
  'canary_ended_at',
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
    WHEN 'retired' THEN ARRAY(SELECT DISTINCT unnest(retired_versions || versions) ORDER BY 1) ELSE retired_versions END,
    canary = CASE $3 WHEN 'retired' THEN NULL ELSE canary END,
    canary_connection = CASE $3 WHEN 'retired' THEN NULL ELSE canary_connection END
  WHERE id = $1 AND status = ANY($2::text[])
  RETURNING ${shown}`;

const LIST = `SELECT ${shown} FROM processors ORDER BY id COLLATE "C"`;

/** Their values are JSON. */
const documents = ['takes', 'takes_versions', 'canary', 'resting'] as const;
const isDocument = (column: string): column is (typeof documents)[number] =>
  (documents as readonly string[]).includes(column);

const sqlValueOf = (processor: Processor, column: (typeof columns)[number]): SqlValue => {
  if (!isDocument(column)) return processor[column];
  const value = processor[column];
  return value === null ? null : JSON.stringify(value);
};

const toValues = (processor: Processor): SqlValue[] => columns.map((column) => sqlValueOf(processor, column));

const changed = columns.filter((column) => column !== 'id' && column !== 'created_at');
const [KIND, SEALED] = [changed.length + 2, changed.length + 3];

const CHANGE_CANARY = `
  UPDATE processors SET ${changed.map((column, index) => `${column} = $${index + 2}`).join(', ')},
    connection_string = CASE $${KIND} WHEN 'promote' THEN canary_connection ELSE connection_string END,
    canary_connection = CASE $${KIND} WHEN 'keep' THEN canary_connection WHEN 'candidate' THEN $${SEALED} END
  WHERE id = $1
  RETURNING ${shown}`;

const sealedOf = (connections: Connections): string | null =>
  connections.kind === 'candidate' ? connections.sealed : null;

/** Serialises declarations, but not reads: two may be valid separately but not together. */
async function lockedList(tx: Pick<SqlDatabase, 'execute' | 'query'>): Promise<Processor[]> {
  await tx.execute('LOCK TABLE processors IN SHARE ROW EXCLUSIVE MODE');
  return tx.query<Processor>(LIST);
}

export function createPostgresProcessorStore(database: SqlDatabase): ProcessorStore {
  return {
    prepare: () => database.migrate(migrations),
    put: (registered, sealedConnection, check, alongside) =>
      database.transaction(async (tx) => {
        const all = await lockedList(tx);
        const earlier = all.find(({ id }) => id === registered.id);
        check?.(
          all.filter(({ id }) => id !== registered.id),
          earlier,
        );
        const processor = withEarlier(registered, earlier ?? unregistered);
        const [row] = await tx.query<Processor>(PUT, [...toValues(processor), sealedConnection]);
        await alongside?.(tx);
        return row ?? processor;
      }),
    async changeStatus(id, from, { status, status_since, status_reason }) {
      const [row] = await database.query<Processor>(CHANGE_STATUS, [
        ...[id, from, status, status_since, status_reason],
      ]);
      return row ?? null;
    },
    changeCanary: (id, decide) =>
      database.transaction(async (tx) => {
        const all = await lockedList(tx);
        const found = all.find((processor) => processor.id === id);
        if (!found) return null;
        const decided = decide(
          found,
          all.filter((processor) => processor.id !== id),
        );
        if (!decided) return found;
        const { processor, connections } = decided;
        const values = changed.map((column) => sqlValueOf(processor, column));
        const ends = [connections.kind, sealedOf(connections)];
        const [row] = await tx.query<Processor>(CHANGE_CANARY, [id, ...values, ...ends]);
        return row ?? processor;
      }),
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
    async sealedCandidate(id) {
      const [row] = await database.query<{ canary_connection: string | null }>(
        'SELECT canary_connection FROM processors WHERE id = $1',
        [id],
      );
      return row?.canary_connection ?? undefined;
    },
    ping: () => database.ping(),
  };
}
