import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SqlDatabase, SqlServer, SqlValue } from '../../../platform/sql/database.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { createPostgresStateStore } from './store.postgres.ts';
import type { EntryFilter, StateStore } from './store.ts';

const ENTRIES = 3_000;
/** Of each kind so many: enough for a page, few among all. */
const RARE = 10;

let server: SqlServer;
let database: SqlDatabase;

/** Entries of one user, each a child of `hub`; of every value that a list filters by, some are `rare`. */
const SEED = `
  INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version, source_ids,
    type, title, preview, size_bytes, book_id, conversation_id, runs, state, created_at, updated_at, outbox)
  SELECT CASE i WHEN 0 THEN 'hub' ELSE 'entry-' || i END, 'alice', 1, kind, 's', kind, '1', '{}', kind, '', '', 1,
    CASE kind WHEN 'rare' THEN kind END, CASE kind WHEN 'rare' THEN kind END, '[]', kind, at, at, '[]'
  FROM (SELECT i, CASE WHEN i <= ${RARE} THEN 'rare' ELSE 'usual' END AS kind,
    '2026-01-01T00:00:00Z'::timestamptz + i * interval '1 second' AS at FROM generate_series(0, ${ENTRIES}) i) seeds`;
const EDGES = `
  INSERT INTO blob_sources SELECT 'alice', parent, id, created_at, processor_id FROM blob_index,
    unnest(CASE WHEN schema_id = 'rare' THEN ARRAY['hub', 'rare'] ELSE ARRAY['hub'] END) AS parent WHERE id <> 'hub'`;

beforeAll(async () => {
  server = await openTemporaryPglite();
  database = await server.database('plans');
  await createPostgresStateStore(database).prepare();
  await database.execute(SEED);
  await database.execute(EDGES);
  await database.execute('ANALYZE');
});
afterAll(() => server?.close());

interface Plan {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

interface Step {
  readonly type: string;
  /** That it went through. */
  readonly rows: number;
}

const stepsOf = (plan: Plan): Step[] => [
  {
    type: plan['Node Type'],
    rows: (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'],
  },
  ...(plan.Plans ?? []).flatMap(stepsOf),
];

/** The server's steps for a read. */
async function explain(read: (store: StateStore) => Promise<unknown>): Promise<Step[]> {
  const steps: Step[] = [];
  const query = async (text: string, values: readonly SqlValue[] = []) => {
    const [row] = await database.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
      values,
    );
    steps.push(...(row?.['QUERY PLAN'] ?? []).flatMap(({ Plan }) => stepsOf(Plan)));
    return [];
  };
  await read(createPostgresStateStore({ ...database, query }));
  return steps;
}

it.each<EntryFilter>([
  {},
  { bookId: 'rare' },
  { conversationId: 'rare' },
  { type: 'rare' },
  { processorId: 'rare' },
  { schemaId: 'rare' },
  { state: 'rare' as 'STORED' },
  { parentId: 'hub' },
  { parentId: 'rare' },
  { parentId: 'nobody' },
  { createdBefore: new Date(0) },
  { createdAfter: new Date('2027-01-01T00:00:00Z') },
])('a page of the list by %j reads no more than it gives', async (filter) => {
  for (const direction of ['ASC', 'DESC'] as const) {
    const limit = 2 * RARE;
    const steps = await explain((store) => store.page('alice', filter, { limit, direction }));
    expect(Math.max(...steps.map(({ rows }) => rows))).toBeLessThanOrEqual(limit);
  }
});

it.each(['bookId', 'conversationId'] as const)(
  'the newest of a place by its %s are read alone',
  async (place) => {
    const steps = await explain((store) =>
      store.inPlaces('alice', ['rare', 'none'], { place, limit: 2 * RARE }),
    );
    expect(Math.max(...steps.map(({ rows }) => rows))).toBeLessThanOrEqual(2 * RARE);
  },
);

it('a page of a scan reads no more than it gives, wherever it begins', async () => {
  const limit = 20;
  for (const after of [undefined, { userId: 'alice', id: 'entry-2' }, { userId: 'bob', id: '' }]) {
    const steps = await explain((store) => store.scanEntries({ limit, ...(after ? { after } : {}) }));
    expect(Math.max(...steps.map(({ rows }) => rows))).toBeLessThanOrEqual(limit);
  }
});

it('a lineage that is cut is walked no further than it needs', async () => {
  const [depth, limit] = [3, 50];
  const steps = await explain((store) => store.lineage('alice', 'hub', depth, limit));
  const walks = steps.filter(({ type }) => type === 'Recursive Union');
  expect(walks).toHaveLength(2);
  for (const { rows } of walks) expect(rows).toBeLessThanOrEqual(limit * (depth + 1));
});
