import type { SqlDatabase } from '../../../platform/sql/database.ts';
import type { SchemaKey, Withdrawal } from './schema.ts';
import type { RegisteredSchema, SchemaStore } from './store.ts';

/** Migrations of the tables. Append only. `json`, not `jsonb`, keeps definitions as they were written. */
const migrations: readonly string[] = [
  `CREATE TABLE schemas (
    id text NOT NULL,
    version text NOT NULL,
    definition json NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (id, version)
  )`,
  `CREATE TABLE withdrawals (
    id text NOT NULL,
    version text NOT NULL,
    withdrawn_at timestamptz NOT NULL,
    withdrawn_by text NOT NULL,
    PRIMARY KEY (id, version)
  )`,
];

const WITHDRAWALS = 'SELECT id, version, withdrawn_at AS "withdrawnAt" FROM withdrawals';

export function createPostgresSchemaStore(database: SqlDatabase): SchemaStore {
  return {
    prepare: () => database.migrate(migrations),
    async add({ id, version, definition, createdAt }) {
      const added = await database.execute(
        'INSERT INTO schemas (id, version, definition, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
        [id, version, JSON.stringify(definition), createdAt],
      );
      return added === 1;
    },
    find: (keys) =>
      database.query<RegisteredSchema>(
        `SELECT id, version, definition, created_at AS "createdAt" FROM schemas
         WHERE (id, version) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
        [keys.map(({ id }) => id), keys.map(({ version }) => version)],
      ),
    keys: (ids) =>
      ids === 'all'
        ? database.query<SchemaKey>('SELECT id, version FROM schemas')
        : database.query<SchemaKey>('SELECT id, version FROM schemas WHERE id = ANY($1::text[])', [ids]),
    async withdraw({ id, version, withdrawnAt }, by) {
      await database.execute(
        'INSERT INTO withdrawals (id, version, withdrawn_at, withdrawn_by) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
        [id, version, withdrawnAt, by],
      );
    },
    withdrawals: (ids) =>
      ids === 'all'
        ? database.query<Withdrawal>(WITHDRAWALS)
        : database.query<Withdrawal>(`${WITHDRAWALS} WHERE id = ANY($1::text[])`, [ids]),
    ping: () => database.ping(),
  };
}
