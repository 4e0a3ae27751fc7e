import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SqlDatabase, SqlServer } from '../../../../../platform/sql/database.ts';
import type { StateStore } from '../../store.ts';
import { createPostgresStateStore } from '../store.postgres.ts';
import { explain, numbered, SEEDED_WITHIN_MS, seeded } from './plan.postgres.fixture.ts';

/** Of one user: half are done, some are in hand, all others are held. */
const ENTRIES = 20_000;
const IN_HAND = 50;
const USERS = 5;

let server: SqlServer;
let database: SqlDatabase;

const SEED = `
  INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version, source_ids,
    type, title, preview, size_bytes, runs, state, created_at, updated_at, outbox)
  SELECT 'entry-' || i, CASE WHEN i <= ${USERS} THEN 'user-' || i ELSE 'alice' END, 1, 'state', 's', 'x', '1', '{}',
    'x', '', '', 1, jsonb_build_array(jsonb_build_object('processorId', 'p', 'artifact', NULL, 'state',
      CASE WHEN i % 2 = 0 AND i > ${USERS} THEN 'COMPLETED' ELSE 'PENDING' END) ||
      CASE WHEN i % 2 = 1 AND i < ${ENTRIES - 2 * IN_HAND} OR i <= ${USERS} THEN '{"held": true}' ELSE '{}' END::jsonb),
    'x', at, at, '[]'
  FROM ${numbered(1, ENTRIES)}`;

beforeAll(async () => {
  ({ server, database } = await seeded(SEED));
}, SEEDED_WITHIN_MS);
afterAll(() => server?.close());

/** The most rows that a step goes through. */
async function rowsOf(read: (store: StateStore) => Promise<unknown>): Promise<number> {
  const statements = await explain(database, (noted) => {
    const query: SqlDatabase['query'] = (text, values) =>
      (text.includes('pg_index') ? database : noted).query(text, values);
    return read(createPostgresStateStore({ ...noted, query }));
  });
  expect(statements).toHaveLength(1);
  return Math.max(...statements.flat().map(({ rows, removed }) => rows + removed));
}

it.each(['without statistics', 'with statistics'])('turns are read by what they answer, %s', async (how) => {
  if (how === 'with statistics') await database.execute('ANALYZE');
  const store = createPostgresStateStore(database);
  expect(await store.outstandingRuns('alice')).toEqual(new Map([['p', IN_HAND]]));
  expect(await rowsOf((asked) => asked.outstandingRuns('alice'))).toBeLessThanOrEqual(2 * IN_HAND);
  const request = { except: [], limit: 100 };
  expect(await store.heldEntries('alice', request)).toHaveLength(100);
  expect(await rowsOf((asked) => asked.heldEntries('alice', request))).toBeLessThanOrEqual(200);
  const others = { except: ['p'], limit: 100 };
  expect(await store.heldEntries('alice', others)).toEqual([]);
  // As many as are held, and no others: whoever asks so does it seldom.
  expect(await rowsOf((asked) => asked.heldEntries('alice', others))).toBeLessThanOrEqual(ENTRIES / 2);
  const page = { after: '', limit: 100 };
  expect(await store.heldUsers(page)).toHaveLength(USERS + 1);
  expect(await rowsOf((asked) => asked.heldUsers(page))).toBeLessThanOrEqual(2 * (USERS + 2));
});
