import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlDatabase, SqlServer } from '../../../../../platform/sql/database.ts';
import type { EntryFilter } from '../../filter.ts';
import type { PageRequest } from '../../lists.ts';
import { COMPARED, SCANNED } from '../../search.ts';
import type { StateStore } from '../../store.ts';
import { createPostgresStateStore } from '../store.postgres.ts';
import { explain, numbered, SEEDED_WITHIN_MS, type Step, seeded } from './plan.postgres.fixture.ts';

const ENTRIES = 42_000;
const LIMIT = 20;

let server: SqlServer;
let database: SqlDatabase;

/**
 * Entries of one user and of another, a word for all, two that never meet, and one for few; all but one in fourteen are
 * filed.
 */
const SEED = `
  INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version, source_ids,
    type, title, preview, size_bytes, book_id, conversation_id, runs, state, created_at, updated_at, outbox, words)
  SELECT 'entry-' || i, CASE WHEN i % 2 = 0 THEN 'alice' ELSE 'bob' END, 1, 'p' || i % 3, 's', 's' || i % 5, '1', '{}',
    't' || i % 11, '', '', 1, CASE WHEN i % 7 <> 0 THEN 'b' || i % 100 END, NULL, '[]', 'STORED', at, at, '[]',
    ARRAY['common', CASE WHEN i % 4 < 2 THEN 'odd' ELSE 'even' END, CASE WHEN i % 4200 = 0 THEN 'rare' ELSE 'x' || i END]
  FROM ${numbered(0, ENTRIES - 1)}`;
const WORDS =
  "INSERT INTO blob_words SELECT word || ' ' || user_id, created_at, id FROM blob_index, unnest(words) word";

beforeAll(async () => {
  ({ server, database } = await seeded(SEED, WORDS));
}, SEEDED_WITHIN_MS);
afterAll(() => server?.close());

/** The server's steps for each statement of a read. */
const steps = (read: (store: StateStore) => Promise<unknown>): Promise<Step[][]> =>
  explain(database, (noted) => read(createPostgresStateStore(noted)));
const most = (read: readonly Step[][]) => Math.max(...read.flat().map(({ rows, removed }) => rows + removed));

const middle = { createdAt: new Date('2026-01-01T02:00:00Z'), id: 'entry-7200' };
const REQUESTS: readonly PageRequest[] = [
  { limit: LIMIT, direction: 'DESC' },
  { limit: LIMIT, direction: 'ASC' },
  { limit: LIMIT, direction: 'DESC', after: middle },
  { limit: LIMIT, direction: 'ASC', after: middle },
];
const SPAN = { createdAfter: new Date('2026-01-01T01:00:00Z'), createdBefore: middle.createdAt };

describe.each(['without statistics', 'with statistics'])('search %s', (statistics) => {
  beforeAll(async () => {
    if (statistics === 'with statistics') await database.execute('VACUUM ANALYZE');
  });

  it.each(['common', 'rare', 'odd', 'none'])('a page by the word %s reads what it gives', async (word) => {
    for (const request of REQUESTS)
      for (const span of [{}, SPAN]) {
        const read = await steps((store) => store.page('alice', { words: [word], ...span }, request));
        expect(read).toHaveLength(1);
        expect(most(read)).toBeLessThanOrEqual(LIMIT);
      }
  });

  it.each<[string, EntryFilter]>([
    ['unfiled', {}],
    ['unfiled of a type', { type: 't0' }],
    ['unfiled of a type and processor', { type: 't0', processorId: 'p0' }],
    ['unfiled of a schema', { schemaId: 's0' }],
  ])('a page of what is %s reads what it gives', async (_name, filter) => {
    for (const request of REQUESTS) {
      const read = await steps((store) => store.page('alice', { ...filter, unfiled: true }, request));
      // The list has as many stretches as processors and schemas part it into.
      expect(most(read)).toBeLessThanOrEqual(15 * LIMIT);
    }
  });

  it.each<[string, EntryFilter]>([
    ['words that never meet', { words: ['odd', 'even'] }],
    ['words of all', { words: ['common', 'odd'] }],
    ['a word of all and a rare one', { words: ['common', 'rare'] }],
    ['a word and a type', { words: ['common'], type: 't3' }],
    ['a word and a book', { words: ['common'], bookId: 'b2' }],
    ['a word of what is unfiled', { words: ['even'], unfiled: true }],
  ])('a page by %s looks at no more than is said', async (_name, filter) => {
    // An explained statement gives no rows: what it would choose is not walked, and each count is by itself.
    const counts = await steps((store) => store.page('alice', filter, REQUESTS[0] as PageRequest));
    expect(most(counts)).toBeLessThanOrEqual(15 * COMPARED);
    const walks: Step[][] = [];
    const query: SqlDatabase['query'] = async (text, values) => {
      if (text.includes('walked'))
        walks.push(...(await explain(database, (noted) => noted.query(text, values))));
      return database.query(text, values);
    };
    const store = createPostgresStateStore({ ...database, query });
    for (const request of REQUESTS) await store.page('alice', filter, request);
    await store.countUpTo('alice', filter, SCANNED);
    expect(walks.length).toBeGreaterThan(0);
    // Of each that was looked at, an entry was looked up; it is counted with what was kept, or with what was not.
    for (const { rows, removed } of walks.flat())
      expect(Math.max(rows, removed)).toBeLessThanOrEqual(SCANNED);
  });

  it('whether all words are known is told by the first that are not', async () => {
    expect(most(await steps((store) => store.wordless('alice', 10)))).toBeLessThanOrEqual(10);
  });
});

it('words that never meet are looked for page after page, to the end', async () => {
  const store = createPostgresStateStore(database);
  const filter = { words: ['odd', 'even'] };
  const first = await store.page('alice', filter, { limit: LIMIT, direction: 'DESC' });
  expect(first.entries).toEqual([]);
  expect(first.resume).not.toBeNull();
  let { resume } = first;
  for (; resume; ) {
    const next = await store.page('alice', filter, { limit: LIMIT, direction: 'DESC', after: resume });
    expect(next.entries).toEqual([]);
    resume = next.resume;
  }
  expect(await store.countUpTo('alice', filter, 100)).toEqual({ count: 0, exact: false });
  expect(await store.countUpTo('alice', { words: ['common'] }, 10_000)).toEqual({
    count: 10_000,
    exact: false,
  });
  expect(await store.countUpTo('alice', { words: ['rare'] }, 10_000)).toEqual({ count: 10, exact: true });
});
