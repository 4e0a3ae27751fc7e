import type { SqlDatabase, SqlValue } from '../../platform/sql/database.ts';
import type { Processor } from './processor.ts';
import type { ProcessorStore } from './store.ts';

/** Steps of the tables; only ever appended to. */
const migrations: readonly string[] = [
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
];

const columns = [
  'id',
  'name',
  'description',
  'version',
  'storage_type',
  'database_name',
  'input_schema_ids',
  'output_schema_id',
  'graphql_type',
  'base_url',
  'health_endpoint',
  'query_endpoint',
  'event_subscriptions',
  'max_concurrency',
  'timeout_seconds',
  'active',
  'created_at',
] as const satisfies readonly (keyof Processor)[];

const shown = columns.join(', ');
const written = [...columns, 'connection_string'];
const replaced = written.filter((column) => column !== 'id' && column !== 'created_at');

const PUT = `
  INSERT INTO processors (${written.join(', ')}) VALUES (${written.map((_, index) => `$${index + 1}`).join(', ')})
  ON CONFLICT (id) DO UPDATE SET ${replaced.map((column) => `${column} = excluded.${column}`).join(', ')}
  RETURNING ${shown}`;

export function createPostgresProcessorStore(database: SqlDatabase): ProcessorStore {
  return {
    prepare: () => database.migrate(migrations),
    async put(processor, sealedConnection) {
      const values: SqlValue[] = [...columns.map((column) => processor[column]), sealedConnection];
      const [row] = await database.query<Processor>(PUT, values);
      return row ?? processor;
    },
    find: (ids) =>
      database.query<Processor>(`SELECT ${shown} FROM processors WHERE id = ANY($1::text[])`, [ids]),
    list: () => database.query<Processor>(`SELECT ${shown} FROM processors ORDER BY id COLLATE "C"`),
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
