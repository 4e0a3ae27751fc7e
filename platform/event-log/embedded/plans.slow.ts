import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlDatabase, SqlExecutor, SqlServer, SqlValue } from '../../sql/database.ts';
import { openTemporaryPglite } from '../../testing/pglite.ts';
import { systemClock } from '../../time/clock.ts';
import { collect, consuming, message } from '../contract/log.contract.fixture.ts';
import type { EventLog } from '../log.ts';
import { openEmbeddedEventLog } from './log.embedded.ts';

const MESSAGES = 100_000;
/** The widest range that a statement looks at is 4,096 messages, and some look at two. */
const MOST_READ = 10_000;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

interface Explained {
  readonly text: string;
  readonly nodes: readonly PlanNode[];
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

const readBy = (node: PlanNode): number =>
  node['Actual Loops'] *
  (node['Actual Rows'] +
    (node['Rows Removed by Filter'] ?? 0) +
    (node['Rows Removed by Index Recheck'] ?? 0));

const isStatement = (text: string) => /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)/.test(text);

/** Explains every statement, by running it and taking it back, before it is run for good. */
function explaining(database: SqlDatabase, explained: Explained[]): SqlDatabase {
  async function explain(tx: SqlExecutor, text: string, values?: readonly SqlValue[]): Promise<void> {
    if (!isStatement(text)) return;
    // In this thread statements come one after the other, and timers would have no turn.
    await new Promise(setImmediate);
    await tx.execute('SAVEPOINT explained');
    const [row] = await tx.query<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
      values,
    );
    await tx.execute('ROLLBACK TO SAVEPOINT explained');
    const plan = row?.['QUERY PLAN'][0]?.Plan;
    if (plan) explained.push({ text, nodes: nodesOf(plan) });
  }
  const within = (tx: SqlExecutor): SqlExecutor => ({
    async query(text, values) {
      await explain(tx, text, values);
      return tx.query(text, values);
    },
    async execute(text, values) {
      await explain(tx, text, values);
      return tx.execute(text, values);
    },
  });
  const transaction: SqlDatabase['transaction'] = (work) => database.transaction((tx) => work(within(tx)));
  return {
    ...database,
    transaction,
    query: (text, values) => transaction((tx) => tx.query(text, values)),
    execute: (text, values) => transaction((tx) => tx.execute(text, values)),
  };
}

describe('the embedded log at 100,000 messages, without statistics', { timeout: 300_000 }, () => {
  let server: SqlServer;
  let database: SqlDatabase;
  let log: EventLog;
  const explained: Explained[] = [];

  beforeAll(async () => {
    server = await openTemporaryPglite();
    database = await server.database('plans');
    await (await openEmbeddedEventLog({ database, clock: systemClock })).close();
    await database.execute(
      `INSERT INTO log_message (sequence, subject, id, headers, body, size, published_at)
       SELECT n, 'blob.created.user' || n % 1000, 'id-' || n, '{"ce-id": "1"}', '\\x7b7d', 600, now() FROM generate_series(1, $1) n`,
      [MESSAGES],
    );
    await database.execute(
      `INSERT INTO log_consumer (durable, handed_out, subjects) VALUES ('behind', $1, '{blob.created.*}'), ('fresh', 0, '{blob.deleted.*}')`,
      [MESSAGES],
    );
    await database.execute(
      `INSERT INTO log_delivery (durable, sequence, attempt, due_at) SELECT 'behind', n, 1, now() - interval '1 hour' FROM generate_series(1, $1) n`,
      [MESSAGES],
    );
    await database.execute(
      `INSERT INTO log_dead_letter (durable, sequence, letter, epoch, reason, attempts, set_aside_at, subject, id, headers, body, published_at)
       SELECT 'behind', n, 'letter-' || n, 'epoch', 'bad', 1, now(), 'blob.created.alice', 'id-' || n, '{}', '\\x7b7d', now()
       FROM generate_series(1, $1) n`,
      [MESSAGES],
    );
    // Not of interest here: it looks at everything once, when the process starts.
    const opening = explaining(database, explained);
    log = await openEmbeddedEventLog({
      database: opening,
      clock: systemClock,
      retention: { maxMessages: 400_000 },
    });
  }, 300_000);
  afterAll(async () => {
    await log.close();
    await server.close();
  });

  /** Rows that the statements of `work` read; fails where one sorts, or reads, what is left of a table. */
  async function planned(work: () => Promise<void>): Promise<void> {
    explained.length = 0;
    await work();
    expect(explained.length).toBeGreaterThan(0);
    for (const { text, nodes } of explained) {
      const scans = nodes.filter((node) => node['Relation Name']?.startsWith('log_'));
      const most = Math.max(0, ...scans.map(readBy));
      expect(most, `${text}\n${JSON.stringify(scans, null, 1)}`).toBeLessThanOrEqual(MOST_READ);
      for (const node of nodes.filter((each) => each['Node Type'].includes('Sort')))
        expect(readBy(node), text).toBeLessThanOrEqual(MOST_READ);
    }
  }

  it('reads from an old position, also what is rare or is not there', async () => {
    const start = { ...(await log.head()), sequence: 0 };
    await planned(async () => {
      await collect(log.read({ subjects: ['blob.>'], after: start }), 1_000);
      await collect(log.read({ subjects: ['blob.created.user7'], after: start }), 3);
      await collect(log.read({ subjects: ['*.*.user7', 'blob.failed.>'], after: start }), 3);
      const ending = new AbortController();
      const reader = log.read({ subjects: ['blob.deleted.*'], after: start, signal: ending.signal });
      const next = reader.next();
      await log.publish(message('blob.deleted.alice', 'the-first'));
      expect((await next).value?.id).toBe('the-first');
      await reader.return?.();
    });
    expect(explained.length).toBeLessThan(60);
  });

  it('claims what is new, and what is due again', async () => {
    await planned(async () => {
      const fresh = await consuming(log, { durable: 'fresh', subjects: ['blob.deleted.*'] });
      await log.publish(message('blob.deleted.alice', 'deleted'));
      await expect.poll(() => fresh.seen).toContain('deleted 1');
      await fresh.consumption.stop();
      const behind = await consuming(log, { durable: 'behind', subjects: ['blob.created.*'] });
      await expect.poll(() => behind.seen.length).toBeGreaterThan(20);
      await behind.consumption.stop();
      const all = await consuming(log, { durable: 'all', maxInFlight: 32 });
      await expect.poll(() => all.seen.length).toBeGreaterThan(100);
      await all.consumption.stop();
    });
  });

  it('appends, and lists, finds and drops dead letters', async () => {
    await planned(async () => {
      await log.publish(message('blob.created.alice', 'id-5'));
      await Promise.all(
        Array.from({ length: 400 }, (_, n) => log.publish(message('blob.created.alice', `new-${n}`))),
      );
      const letters = await log.deadLetters({ after: 50_000, limit: 100 });
      expect(letters).toHaveLength(100);
      expect(await log.deadLetter(letters[0]?.id ?? '')).toEqual(letters[0]);
      expect(await log.dropDeadLetter(letters[0]?.id ?? '')).toBe(true);
    });
  });

  it('counts what waits, once', async () => {
    await planned(async () => {
      await log.waiting('all');
    });
    expect(explained.length).toBeGreaterThan(20);
    await planned(async () => {
      await log.waiting('all');
    });
    expect(explained.length).toBeLessThan(4);
  });

  it('removes what there is no room for', async () => {
    await log.close();
    const small = await openEmbeddedEventLog({
      database: explaining(database, explained),
      clock: systemClock,
      retention: { maxMessages: 150_000 },
    });
    await planned(async () => {
      await small.publish(message('blob.created.alice', 'more'));
      // Waits for what is being removed.
      await small.close();
    });
    const [left] = await database.query<{ messages: number }>('SELECT count(*) AS messages FROM log_message');
    expect(left?.messages).toBe(75_000);
  });
});
