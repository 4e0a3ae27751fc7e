import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SqlDatabase, SqlServer } from '../../../../../platform/sql/database.ts';
import { openTemporaryPglite } from '../../../../../platform/testing/pglite.ts';
import { complete } from '../../contract/summary.contract.ts';
import type { StateStore } from '../../store.ts';
import { migrations } from '../schema.postgres.ts';
import { createPostgresStateStore } from '../store.postgres.ts';
import { SUMMARIES } from './summary-schema.postgres.ts';

/** More than one step. */
const ENTRIES = 12_000;
const ALL = { kind: 'all', key: '' } as const;

let server: SqlServer;
let database: SqlDatabase;
let store: StateStore;

/** As the release before enters entries. */
const INSERT = `
  INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version, source_ids,
    type, title, preview, size_bytes, book_id, chapter_num, runs, state, created_at, updated_at, outbox)
  SELECT $1 || i, 'alice', 1, 'state', 's', 'text-input-v1', '1', '{}', 'chapter_draft', '', '', 1, 'book-' || i % 3,
    i % 5 + 1, '[]', 'PENDING', '2026-01-01T00:00:00Z'::timestamptz + i * interval '1 second', now(), '[]'
  FROM generate_series(1, $2::int) i`;

beforeAll(async () => {
  server = await openTemporaryPglite();
  database = await server.database('upgraded');
  await database.migrate(migrations.slice(0, migrations.indexOf(SUMMARIES)));
  await database.execute(INSERT, ['before-', `${ENTRIES}`]);
  store = createPostgresStateStore(database);
  await store.prepare();
});
afterAll(() => server?.close());

it('answers are right while a summary is built, beside processes of the release before', async () => {
  const counts: number[] = [];
  for (let added = 0; added < 5; added += 1) {
    counts.push(await store.facetCount('alice', ALL));
    // Some of their ids are among those that are counted already.
    await database.execute(INSERT, [added % 2 === 0 ? `a${added}-` : `z${added}-`, '10']);
  }
  expect(counts).toEqual([0, 10, 20, 30, 40].map((more) => ENTRIES + more));
  await complete(store, 'alice');
  expect(await store.checkSummary('alice')).toEqual({ complete: true, wrong: 0 });
  expect(await store.facetCount('alice', { kind: 'state', key: 'PENDING' })).toBe(ENTRIES + 50);
  expect((await store.listedPlaces('alice', 'bookId')).map(({ id }) => id)).toEqual([
    'book-0',
    'book-2',
    'book-1',
  ]);
});

it('counts what they change and delete', async () => {
  await database.execute("UPDATE blob_index SET state = 'FAILED', version = 2 WHERE id = 'before-1'");
  await database.execute(`UPDATE blob_index SET user_id = NULL, deleted_user_id = user_id, state = '', book_id = NULL,
    chapter_num = NULL, source_ids = '{}' WHERE id = 'before-2'`);
  expect(await store.facetCount('alice', { kind: 'state', key: 'FAILED' })).toBe(1);
  expect(await store.facetCount('alice', ALL)).toBe(ENTRIES + 49);
  expect(await store.checkSummary('alice')).toEqual({ complete: true, wrong: 0 });
});

it('tells what is wrong, and is right again once it is built anew', async () => {
  await database.execute("UPDATE facet_counts SET total = total + 1 WHERE kind = 'type'");
  await database.execute("DELETE FROM places WHERE id = 'book-1'");
  // One count is not there, another is there in its place.
  expect(await store.checkSummary('alice')).toEqual({ complete: true, wrong: 3 });
  await store.forgetSummary('alice');
  expect(await store.checkSummary('alice')).toEqual({ complete: false, wrong: 0 });
  await complete(store, 'alice');
  expect(await store.checkSummary('alice')).toEqual({ complete: true, wrong: 0 });
});

it('builds what reads and writes began to need, from where it was left', async () => {
  await store.forgetSummary('alice');
  expect(await store.incompleteSummaries(10)).toEqual([]);
  expect(await store.advanceSummary('alice')).toBe(false);
  expect(await store.incompleteSummaries(10)).toEqual(['alice']);
  await complete(store, 'alice');
  expect(await store.incompleteSummaries(10)).toEqual([]);
});
