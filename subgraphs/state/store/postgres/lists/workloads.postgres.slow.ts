import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SqlDatabase, SqlServer } from '../../../../../platform/sql/database.ts';
import { MOST_COUNTED } from '../../scans.ts';
import { createPostgresStateStore } from '../store.postgres.ts';
import { explain, numbered, SEEDED_WITHIN_MS, seeded } from './plan.postgres.fixture.ts';
import { workloadsOf } from './workloads.postgres.ts';

/** Of these, so many wait for `p`; a hundred are in work at `p`, of which each waits for `q` too; all others are done. */
const ENTRIES = 30_000;
const WAITING = MOST_COUNTED + 2_000;
const IN_WORK = 100;

let server: SqlServer;
let database: SqlDatabase;

const SEED = `
  INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version, source_ids,
    type, title, preview, size_bytes, runs, state, created_at, updated_at, outbox)
  SELECT 'entry-' || i, 'user-' || i % 100, 1, 'state', 's', 'x', '1', '{}', 'x', '', '', 1,
    CASE
      WHEN i <= ${WAITING} THEN jsonb_build_array(run('p', 'PENDING', i))
      WHEN i <= ${WAITING + IN_WORK} THEN jsonb_build_array(run('p', 'PROCESSING', i), run('q', 'PENDING', i))
      ELSE jsonb_build_array(run('p', 'COMPLETED', i))
    END, 'x', at, at, '[]'
  FROM ${numbered(1, ENTRIES)}`;
const RUN = `
  CREATE FUNCTION run(of text, state text, second integer) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('processorId', of, 'artifact', NULL, 'state', state, 'updatedAt',
      to_char(timestamp '2026-01-01' + second * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
  $$`;

beforeAll(async () => {
  ({ server, database } = await seeded(RUN, SEED));
}, SEEDED_WITHIN_MS);
afterAll(() => server?.close());

const second = (count: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, count));

it.each(['without statistics', 'with statistics'])(
  'are bounded in what they count and read, %s',
  async (how) => {
    if (how === 'with statistics') await database.execute('ANALYZE');
    const expected = {
      p: { waiting: MOST_COUNTED, isExact: false, oldestAt: second(1), inWork: IN_WORK },
      q: { waiting: IN_WORK, isExact: true, oldestAt: second(WAITING + 1), inWork: 0 },
    };
    const read = async (asked: SqlDatabase) =>
      Object.fromEntries((await createPostgresStateStore(asked).workloads(['p', 'q', 'r'])) ?? []);
    expect(await read(database)).toEqual(expected);
    const statements = await explain(database, (noted) => {
      const query: SqlDatabase['query'] = (text, values) =>
        (text.includes('pg_index') ? database : noted).query(text, values);
      return read({ ...noted, query });
    });
    // One statement for all processors, however many wait.
    expect(statements).toHaveLength(1);
    const rows = Math.max(...statements.flat().map((step) => step.rows + step.removed));
    expect(rows).toBeLessThanOrEqual(MOST_COUNTED + 1 + IN_WORK);
  },
);

it('leave out what was cut off of a key that is too long', () => {
  const rows = [{ key: 'a=wait b=work c=wa', entries: 2, first: [] }];
  expect([...workloadsOf(rows).keys()]).toEqual(['a', 'b']);
});

it('hold no key of an index that is too long for it', async () => {
  const many = Array.from({ length: 80 }, (_, n) => `run('processor-with-a-long-name-${n}', 'PENDING', 1)`);
  const [row] = await database.query<{ length: number }>(
    `SELECT length(open_runs(jsonb_build_array(${many.join(', ')}))) AS length`,
  );
  expect(row?.length).toBe(1_500);
});
