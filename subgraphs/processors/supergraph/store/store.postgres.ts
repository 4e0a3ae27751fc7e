import type { SqlDatabase, SqlExecutor } from '../../../../platform/sql/database.ts';
import {
  type Base,
  MAX_VERSIONS,
  type NewSupergraph,
  Outdated,
  type Seed,
  type StoredSupergraph,
  type SupergraphStore,
  type SupergraphSummary,
} from './store.ts';

const SUMMARY = `version, reason, processor_id AS "processorId", rolled_back_to AS "rolledBackTo",
  created_at AS "createdAt", created_by AS "createdBy", hash, seed_hash AS "seedHash", subgraphs, changes`;

const WHOLE = `${SUMMARY}, sdl`;

const CURRENT_VERSION = 'SELECT max(version) AS version FROM supergraphs';

const APPEND = `
  INSERT INTO supergraphs (version, reason, processor_id, rolled_back_to, created_at, created_by, hash, seed_hash,
    subgraphs, changes, sdl)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10::jsonb, $11)`;

const SAVE_SEED = `
  INSERT INTO supergraph_seed (hash, subgraphs, problem) VALUES ($1, $2::jsonb, $3)
  ON CONFLICT (singleton) DO UPDATE SET hash = $1, subgraphs = $2::jsonb, problem = $3`;

const SAVE_SDL = 'INSERT INTO subgraph_sdls (hash, sdl) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING';

const FORGET_VERSIONS = 'DELETE FROM supergraphs WHERE version <= $1';

const FORGET_SDLS = `
  DELETE FROM subgraph_sdls WHERE hash NOT IN (
    SELECT of ->> 'hash' FROM supergraphs, jsonb_array_elements(subgraphs) AS of
    UNION SELECT of ->> 'hash' FROM supergraph_seed, jsonb_array_elements(subgraphs) AS of)`;

const currentVersion = async (database: SqlExecutor): Promise<number | null> => {
  const [row] = await database.query<{ version: number | null }>(CURRENT_VERSION);
  return row?.version ?? null;
};

const seedOf = async (database: SqlExecutor): Promise<Seed | null> => {
  const [row] = await database.query<Seed>('SELECT hash, subgraphs, problem FROM supergraph_seed');
  return row ?? null;
};

/** Takes the one lock of all writers, and tells the present version. @throws Outdated */
async function locked(tx: SqlExecutor, base: Base): Promise<number> {
  await tx.execute('LOCK TABLE supergraphs IN SHARE ROW EXCLUSIVE MODE');
  const version = await currentVersion(tx);
  const seed = await seedOf(tx);
  if (version !== base.version || (seed?.hash ?? null) !== base.seedHash) throw new Outdated();
  return version ?? 0;
}

async function saveSdls(tx: SqlExecutor, sdls: ReadonlyMap<string, string>): Promise<void> {
  for (const [hash, sdl] of sdls) await tx.execute(SAVE_SDL, [hash, sdl]);
}

const saveSeed = (tx: SqlExecutor, { hash, subgraphs, problem }: Seed): Promise<number> =>
  tx.execute(SAVE_SEED, [hash, JSON.stringify(subgraphs), problem]);

async function append(tx: SqlExecutor, given: NewSupergraph, base: Base): Promise<StoredSupergraph> {
  const { sdls, seed, ...supergraph } = given;
  const version = (await locked(tx, base)) + 1;
  await saveSdls(tx, sdls);
  if (seed) await saveSeed(tx, seed);
  const { reason, processorId, rolledBackTo, createdAt, createdBy, hash, seedHash } = supergraph;
  await tx.execute(APPEND, [
    ...[version, reason, processorId, rolledBackTo, createdAt, createdBy, hash, seedHash],
    ...[JSON.stringify(supergraph.subgraphs), JSON.stringify(supergraph.changes), supergraph.sdl],
  ]);
  const forgotten = await tx.execute(FORGET_VERSIONS, [version - MAX_VERSIONS]);
  if (forgotten > 0) await tx.execute(FORGET_SDLS);
  return { ...supergraph, version };
}

/** Its tables are among the migrations of the registry's declarations. */
export function createPostgresSupergraphStore(database: SqlDatabase): SupergraphStore {
  const one = async (condition: string, version?: number): Promise<StoredSupergraph | null> => {
    const text = `SELECT ${WHOLE} FROM supergraphs ${condition}`;
    const [row] = await database.query<StoredSupergraph>(text, version === undefined ? [] : [version]);
    return row ?? null;
  };
  return {
    currentVersion: () => currentVersion(database),
    current: () => one('ORDER BY version DESC LIMIT 1'),
    find: (version) => one('WHERE version = $1', version),
    history: (limit) =>
      database.query<SupergraphSummary>(`SELECT ${SUMMARY} FROM supergraphs ORDER BY version DESC LIMIT $1`, [
        limit,
      ]),
    async texts(versions) {
      const rows = await database.query<{ version: number; sdl: string }>(
        'SELECT version, sdl FROM supergraphs WHERE version = ANY($1::int[])',
        [versions.map(String)],
      );
      return new Map(rows.map(({ version, sdl }) => [version, sdl]));
    },
    async sdls(hashes) {
      const rows = await database.query<{ hash: string; sdl: string }>(
        'SELECT hash, sdl FROM subgraph_sdls WHERE hash = ANY($1::text[])',
        [[...hashes]],
      );
      return new Map(rows.map(({ hash, sdl }) => [hash, sdl]));
    },
    seed: () => seedOf(database),
    saveSeed: (seed, sdls, base) =>
      database.transaction(async (tx) => {
        await locked(tx, base);
        await saveSdls(tx, sdls);
        await saveSeed(tx, seed);
      }),
    append: (supergraph, base, tx) =>
      tx ? append(tx, supergraph, base) : database.transaction((own) => append(own, supergraph, base)),
  };
}
