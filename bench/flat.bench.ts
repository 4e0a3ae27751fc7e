import { openTemporaryPostgres } from '../platform/testing/postgres.ts';
import { createPostgresStateStore } from '../subgraphs/state/store/postgres/store.postgres.ts';
import type { StateStore } from '../subgraphs/state/store/store.ts';
import { fill } from './flat/fill.ts';
import { type Read, reads } from './flat/reads.ts';
import { type Benchmark, progress } from './harness/benchmark.ts';
import { median, table } from './harness/statistics.ts';

/**
 * Latency of reads of a user's index, among a thousand entries and among a million, on PostgreSQL (`npm run services
 * -- up`). Reads run one at a time, and the two users take turns.
 */

const SIZES = { few: 1_000, many: 1_000_000 } as const;
/** A value is the best of these, to leave out other work on the machine. */
const TRIES = 5;

type User = keyof typeof SIZES;
const users = Object.keys(SIZES) as User[];

async function timed(read: Read, store: StateStore, userId: string): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const startedAt = performance.now();
    await read.of(store, userId);
    best = Math.min(best, performance.now() - startedAt);
  }
  return best;
}

async function build(store: StateStore, userId: string): Promise<number> {
  const startedAt = performance.now();
  while (!(await store.advanceSummary(userId)));
  return (performance.now() - startedAt) / 1_000;
}

async function measure(store: StateStore, rounds: number): Promise<string> {
  const rows: string[][] = [];
  for (const read of reads) {
    const times: Record<User, number[]> = { few: [], many: [] };
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      for (const user of users) {
        const ms = await timed(read, store, user);
        if (round > 0) times[user].push(ms);
      }
    }
    const [few, many] = [median(times.few), median(times.many)];
    rows.push([read.name, few.toFixed(2), many.toFixed(2), (many / few).toFixed(2)]);
    progress(rows.at(-1)?.join(' | ') ?? '');
  }
  return table(['ms', '1,000 entries', '1,000,000 entries', 'ratio'], rows);
}

export const benchmark: Benchmark = {
  async run({ rounds }) {
    const server = openTemporaryPostgres();
    try {
      const database = await server.database('state');
      const store = createPostgresStateStore(database);
      await store.prepare();
      for (const user of users) await fill(database, { userId: user, entries: SIZES[user] });
      progress('filled');
      await store.upkeep({
        signal: new AbortController().signal,
        logger: { info: () => undefined },
      });
      const seconds = await build(store, 'many');
      await build(store, 'few');
      await database.execute('VACUUM ANALYZE');
      progress(`a summary of ${SIZES.many} entries is built in ${seconds.toFixed(0)} s`);
      return `${await measure(store, rounds)}\n\nThe summary of a million entries that were there before: built in ${seconds.toFixed(0)} s.`;
    } finally {
      await server.close();
    }
  },
};
