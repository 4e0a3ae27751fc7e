import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlDatabase, SqlServer } from '../../../../../platform/sql/database.ts';
import type { EntryFilter } from '../../filter.ts';
import { CONDITIONS, type Condition } from '../../filter.ts';
import type { PageRequest } from '../../lists.ts';
import type { StateStore } from '../../store.ts';
import { createPostgresStateStore } from '../store.postgres.ts';
import {
  explain as explainStatements,
  numbered,
  SEEDED_WITHIN_MS,
  type Step,
  seeded,
} from './plan.postgres.fixture.ts';

const ENTRIES = 42_000;
/** Entries that meet every condition. */
const MET = 10;
const LIMIT = 2 * MET;
/** A page that a server without statistics might take for longer than the list. */
const LARGE = 101;

let server: SqlServer;
let database: SqlDatabase;

/**
 * Entries of one user. Each meets one condition of seven, so that a seventh of all meets each; but for very few, which
 * meet all of them: whoever reads what one condition leaves reads far too much for any two.
 */
const SEED = `
  INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version, source_ids,
    type, title, preview, size_bytes, book_id, conversation_id, runs, state, created_at, updated_at, outbox)
  SELECT 'entry-' || i, 'alice', 1, CASE WHEN i % 4200 = 0 OR i % 7 = 5 THEN 'x' ELSE 'y' END, 's',
    CASE WHEN i % 4200 = 0 OR i % 7 = 6 THEN 'x' ELSE 'y' END, '1',
    CASE WHEN i % 4200 = 0 OR i % 7 = 0 THEN ARRAY['x', 'hub'] ELSE ARRAY['hub'] END,
    CASE WHEN i % 4200 = 0 OR i % 7 = 3 THEN 'x' ELSE 'y' END, '', '', 1,
    CASE WHEN i % 4200 = 0 OR i % 7 = 2 THEN 'x' ELSE 'y' END,
    CASE WHEN i % 4200 = 0 OR i % 7 = 1 THEN 'x' ELSE 'y' END, '[]',
    CASE WHEN i % 4200 = 0 OR i % 7 = 4 THEN 'x' ELSE 'y' END, at, at, '[]'
  FROM ${numbered(0, ENTRIES - 1)}`;
const EDGES = `
  INSERT INTO blob_sources (user_id, parent_id, child_id, child_created_at, child_processor_id, child_facets)
  SELECT 'alice', parent, id, created_at, processor_id,
    child_facets(state, processor_id, schema_id, type, book_id, conversation_id)
  FROM blob_index, unnest(source_ids) AS parent`;

beforeAll(async () => {
  ({ server, database } = await seeded(SEED, EDGES));
}, SEEDED_WITHIN_MS);
afterAll(() => server?.close());

/** The server's steps for a read, which is one statement. */
async function explain(read: (store: StateStore) => Promise<unknown>): Promise<Step[]> {
  const statements = await explainStatements(database, (noted) => read(createPostgresStateStore(noted)));
  expect(statements).toHaveLength(1);
  return statements.flat();
}

const most = (steps: readonly Step[]) => Math.max(...steps.map(({ rows, removed }) => rows + removed));

/** Every combination of conditions. */
const combinations = ([first, ...others]: readonly Condition[]): Condition[][] =>
  first ? combinations(others).flatMap((each) => [each, [first, ...each]]) : [[]];
const filterOf = (conditions: readonly Condition[]): EntryFilter =>
  Object.fromEntries(conditions.map((condition) => [condition, 'x']));

const middle = { createdAt: new Date('2026-01-01T02:00:00Z'), id: 'entry-7200' };
const REQUESTS: readonly PageRequest[] = [
  { limit: LIMIT, direction: 'DESC' },
  { limit: LIMIT, direction: 'ASC' },
  { limit: LIMIT, direction: 'DESC', after: middle },
  { limit: LIMIT, direction: 'ASC', after: middle },
];

describe.each(['without statistics', 'with statistics'])('lists %s', (statistics) => {
  beforeAll(async () => {
    if (statistics === 'with statistics') await database.execute('ANALYZE');
  });

  it.each(combinations(CONDITIONS))('a page by %s %s %s %s %s %s %s reads what it gives', async (...by) => {
    const filter = filterOf(by.filter((condition) => condition !== undefined));
    const requests = by.length <= 2 ? REQUESTS : REQUESTS.slice(0, 2);
    for (const request of requests) {
      const steps = await explain((store) => store.page('alice', filter, request));
      // A list of one condition has as many stretches as the others part it into; each gives a page at most.
      expect(most(steps)).toBeLessThanOrEqual(by.length === 1 ? 8 * LIMIT : LIMIT);
    }
    const span = { createdAfter: new Date('2026-01-01T01:00:00Z'), createdBefore: middle.createdAt };
    const steps = await explain((store) =>
      store.page('alice', { ...filter, ...span }, REQUESTS[0] as PageRequest),
    );
    expect(most(steps)).toBeLessThanOrEqual(by.length === 1 ? 8 * LIMIT : LIMIT);
  });

  it('a page of a parent that nothing was made of, or of a time when there was nothing, reads nothing', async () => {
    for (const filter of [
      { parentId: 'nobody' },
      { createdBefore: new Date(0) },
      { createdAfter: new Date('2027-01-01T00:00:00Z') },
    ])
      for (const request of REQUESTS)
        expect(most(await explain((store) => store.page('alice', filter, request)))).toBeLessThanOrEqual(1);
  });

  it('a large page reads what it gives', async () => {
    for (const filter of [
      {},
      { parentId: 'hub' },
      { type: 'y', state: 'y' as 'STORED' },
      { parentId: 'hub', type: 'y' },
    ]) {
      const steps = await explain((store) =>
        store.page('alice', filter, { limit: LARGE, direction: 'DESC' }),
      );
      expect(most(steps)).toBeLessThanOrEqual(8 * LARGE);
    }
  });

  it('a total is counted no further than it is told', async () => {
    for (const filter of [
      { parentId: 'hub', state: 'y' as 'STORED' },
      { type: 'y', bookId: 'y' },
    ]) {
      const steps = await explain((store) => store.countUpTo('alice', filter, LIMIT));
      expect(most(steps)).toBeLessThanOrEqual(16 * (LIMIT + 1));
    }
  });

  it('the newest of each parent by its processor are read alone', async () => {
    for (const processorIds of [undefined, ['x'], ['x', 'z']]) {
      const request = { limit: LIMIT, ...(processorIds ? { processorIds } : {}) };
      const steps = await explain((store) => store.derived('alice', ['x', 'hub', 'none'], request));
      expect(most(steps)).toBeLessThanOrEqual(8 * LIMIT);
    }
  });

  it.each(['bookId', 'conversationId'] as const)(
    'the newest of a place by its %s are read alone',
    async (place) => {
      for (const processorIds of [undefined, ['x']]) {
        const request = { place, limit: LIMIT, ...(processorIds ? { processorIds } : {}) };
        const steps = await explain((store) => store.inPlaces('alice', ['x', 'none'], request));
        expect(most(steps)).toBeLessThanOrEqual(8 * LIMIT);
      }
    },
  );
});

it('a page of a scan reads no more than it gives, wherever it begins', async () => {
  const limit = 20;
  for (const after of [undefined, { userId: 'alice', id: 'entry-2' }, { userId: 'bob', id: '' }]) {
    const steps = await explain((store) => store.scanEntries({ limit, ...(after ? { after } : {}) }));
    expect(most(steps)).toBeLessThanOrEqual(limit);
  }
});

it('a lineage that is cut is walked no further than it needs', async () => {
  const [depth, limit] = [3, 50];
  const steps = await explain((store) => store.lineage('alice', 'hub', depth, limit));
  const walks = steps.filter(({ type }) => type === 'Recursive Union');
  expect(walks).toHaveLength(2);
  for (const { rows } of walks) expect(rows).toBeLessThanOrEqual(limit * (depth + 1));
});
