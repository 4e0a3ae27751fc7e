import type { SqlDatabase } from '../../../platform/sql/database.ts';
import type { SchemaKey, Withdrawal } from './schema.ts';
import type { RegisteredSchema, SchemaStore, SetCompatibility } from './store.ts';

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
  `CREATE TABLE compatibilities (
    id text PRIMARY KEY,
    compatibility text NOT NULL,
    set_at timestamptz NOT NULL,
    set_by text NOT NULL
  )`,
];

const WITHDRAWALS = 'SELECT id, version, withdrawn_at AS "withdrawnAt" FROM withdrawals';

export function createPostgresSchemaStore(database: SqlDatabase): SchemaStore {
  return {
    prepare: () => database.migrate(migrations),
    add: ({ id, version, definition, createdAt }, known) =>
      database.transaction(async (tx) => {
        // One after the other for each schema: two may be compatible with what there is, but not with each other.
        await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`schemas ${id}`]);
        const added = await tx.execute(
          `INSERT INTO schemas (id, version, definition, created_at)
           SELECT $1, $2, $3::json, $4::timestamptz
           WHERE $5::integer IS NULL OR (SELECT count(*) FROM schemas WHERE id = $1) = $5::integer
           ON CONFLICT DO NOTHING`,
          [id, version, JSON.stringify(definition), createdAt, known ?? null],
        );
        return added === 1;
      }),
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
    async setCompatibility({ id, compatibility, setAt }, by) {
      await database.execute(
        `INSERT INTO compatibilities (id, compatibility, set_at, set_by) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET compatibility = $2, set_at = $3, set_by = $4`,
        [id, compatibility, setAt, by],
      );
    },
    compatibilities: (ids) =>
      database.query<SetCompatibility>(
        'SELECT id, compatibility, set_at AS "setAt" FROM compatibilities WHERE id = ANY($1::text[])',
        [ids],
      ),
    ping: () => database.ping(),
  };
}
