import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SqlDatabase, SqlServer, SqlValue } from '../../sql/database.ts';
import { openTemporaryPglite } from '../../testing/pglite.ts';
import { systemClock } from '../../time/clock.ts';
import type { EventLog } from '../log.ts';
import { openEmbeddedEventLog } from './log.embedded.ts';

const OTHERS = 100_000;
const SUBJECTS = ['created', 'indexed', 'processing', 'completed'].map((kind) => `blob.${kind}.alice`);

let server: SqlServer;
let database: SqlDatabase;
let log: EventLog;
/** Statements that were asked since. */
let asked: { readonly text: string; readonly values: readonly SqlValue[] }[] = [];

beforeAll(async () => {
  server = await openTemporaryPglite();
  database = await server.database('log');
  await (await openEmbeddedEventLog({ database, clock: systemClock })).close();
  // Every 10,000th message is alice's. Without ANALYZE: a log that is read may have no statistics yet.
  await database.execute(
    `INSERT INTO log_message (sequence, subject, id, headers, body, size, published_at)
     SELECT n, 'blob.created.' || CASE WHEN n % 10000 = 5000 THEN 'alice' ELSE 'user' || n % 1000 END,
       'id-' || n, '{}', decode(repeat('00', 400), 'hex'), 500, now()
     FROM generate_series(1, ${OTHERS}) AS n`,
    [],
  );
  const watched: SqlDatabase = Object.create(database, {
    query: {
      value: (text: string, values: readonly SqlValue[] = []) => {
        asked.push({ text, values });
        return database.query(text, [...values]);
      },
    },
  });
  log = await openEmbeddedEventLog({ database: watched, clock: systemClock });
});

afterAll(async () => {
  await log.close();
  await server.close();
});

interface PlanNode {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

const nodesOf = (plan: PlanNode): PlanNode[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** Rows of the log that a statement looked at, and by which indexes. */
async function looked({ text, values }: { text: string; values: readonly SqlValue[] }) {
  const [row] = await database.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
    `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
    [...values],
  );
  const scans = nodesOf((row?.['QUERY PLAN'] ?? [])[0]?.Plan as PlanNode).filter(
    (node) => node['Relation Name'] === 'log_message',
  );
  const rows = scans.reduce(
    (sum, node) => sum + node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)),
    0,
  );
  return { rows, indexes: [...new Set(scans.map((node) => node['Index Name']))] };
}

it('looks at no more of the user’s messages than it gives', async () => {
  const { epoch } = await log.head();
  asked = [];
  const wanted = {
    subjects: ['blob.created.alice'],
    after: { epoch, sequence: 0 },
    through: OTHERS,
    limit: 3,
  };
  expect((await log.range(wanted)).messages.map(({ position }) => position.sequence)).toEqual([
    5_000, 15_000, 25_000,
  ]);
  const [statement] = asked;
  if (!statement) throw new Error('Nothing was asked');
  expect(await looked(statement)).toEqual({ rows: 3, indexes: ['log_message_subject'] });
});

it.each([
  [0, OTHERS, 10],
  [40_000, OTHERS, 6],
  [95_001, OTHERS, 0],
  [0, 4_999, 0],
])('looks at the user’s own messages alone: from %j to %j', async (from, through, count) => {
  const { epoch } = await log.head();
  asked = [];
  const { messages } = await log.range({ subjects: SUBJECTS, after: { epoch, sequence: from }, through });
  expect(messages).toHaveLength(count);
  const [statement] = asked;
  if (!statement || asked.length > 1) throw new Error(`${asked.length} statements in place of one`);
  expect(await looked(statement)).toEqual({ rows: count, indexes: ['log_message_subject'] });
});
