import { afterAll, beforeAll, expect, it } from 'vitest';
import { fill } from '../../../../../bench/flat/fill.ts';
import type { SqlDatabase, SqlServer, SqlValue } from '../../../../../platform/sql/database.ts';
import { openTemporaryPglite } from '../../../../../platform/testing/pglite.ts';
import { complete } from '../../contract/summary.contract.ts';
import type { StateStore } from '../../store.ts';
import { explain } from '../lists/plan.postgres.fixture.ts';
import { createPostgresStateStore } from '../store.postgres.ts';

const ENTRIES = 6_000;
const BOOKS = 10;
const CHAPTERS = 12;
const PROCESSORS = 2;

let server: SqlServer;
let database: SqlDatabase;

beforeAll(async () => {
  server = await openTemporaryPglite();
  database = await server.database('plans');
  const store = createPostgresStateStore(database);
  await store.prepare();
  await fill(database, {
    userId: 'alice',
    entries: ENTRIES,
    books: BOOKS,
    chapters: CHAPTERS,
    conversations: BOOKS,
  });
  // Another's are many, so that reading them would show.
  await fill(database, { userId: 'bob', entries: ENTRIES, books: 600, conversations: 600 });
  for (const user of ['alice', 'bob']) await complete(store, user);
  await database.execute('ANALYZE');
});
afterAll(() => server?.close());

/** The most rows that a step of the first statement goes through: what a complete summary answers with. */
async function rowsOf(read: (store: StateStore) => Promise<unknown>): Promise<number> {
  const [steps = []] = await explain(database, (explained) => {
    const query = async (text: string, values: readonly SqlValue[] = []) => {
      if (text.includes('advance_summary')) return [{ complete: false }];
      return explained.query(text, values);
    };
    return read(createPostgresStateStore({ ...explained, query: query as SqlDatabase['query'] }));
  });
  return Math.max(...steps.map(({ rows, removed }) => rows + removed));
}

it.each([
  { kind: 'all', key: '' },
  { kind: 'all', key: '', processorId: 'state' },
  { kind: 'type', key: 'chapter_draft' },
  { kind: 'schemaId', key: 'text-input-v1' },
  { kind: 'state', key: 'COMPLETED' },
  { kind: 'bookId', key: 'book-3' },
  { kind: 'conversationId', key: 'talk-3' },
  { kind: 'parentId', key: 'alice-0' },
] as const)('a count by %j reads a row a processor', async (facet) => {
  expect(await rowsOf((store) => store.facetCount('alice', facet))).toBeLessThanOrEqual(PROCESSORS);
});

it('books and conversations are listed by as many rows as they are', async () => {
  for (const kind of ['bookId', 'conversationId'] as const)
    expect(await rowsOf((store) => store.listedPlaces('alice', kind))).toBe(BOOKS);
  expect(await rowsOf((store) => store.conversations('alice'))).toBeLessThanOrEqual(2 * BOOKS);
});

it('a book’s chapters are read by their newest drafts alone', async () => {
  const books = ['book-3', 'book-4', 'none'];
  expect(await rowsOf((store) => store.newestDrafts('alice', books))).toBeLessThanOrEqual(3 * CHAPTERS);
});

it('when a user’s entries changed last is one row', async () => {
  expect(await rowsOf((store) => store.lastChange('alice'))).toBe(1);
});
