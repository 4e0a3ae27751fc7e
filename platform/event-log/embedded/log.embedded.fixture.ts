import type { SqlDatabase } from '../../sql/database.ts';
import type { EventLogFixture, OpenOptions } from '../contract/log.contract.fixture.ts';
import type { EventLog } from '../log.ts';
import { openEmbeddedEventLog } from './log.embedded.ts';

/** A database that can be cut off, as it is when its process dies. */
function mortal(database: SqlDatabase): { readonly database: SqlDatabase; die(): void } {
  let dead = false;
  const alive = <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) => {
    return (...args: Args): Promise<Result> =>
      dead ? Promise.reject(new Error('The process is dead')) : call(...args);
  };
  return {
    database: {
      query: alive((text, values) => database.query(text, values)) as SqlDatabase['query'],
      execute: alive((text, values) => database.execute(text, values)),
      transaction: alive((work) => database.transaction(work)) as SqlDatabase['transaction'],
      migrate: alive((steps) => database.migrate(steps)),
      maintain: alive((text, signal) => database.maintain(text, signal)),
      ping: alive(() => database.ping()),
    },
    die: () => {
      dead = true;
    },
  };
}

const MAX_AGE_MS = 3_600_000;

/** An embedded log for the contract, in a database of its own. */
export function embeddedFixture(database: SqlDatabase): EventLogFixture {
  const deaths = new Map<EventLog, () => void>();
  let later = 0;
  return {
    async open({ retention, ...options }: OpenOptions = {}) {
      const process = mortal(database);
      const log = await openEmbeddedEventLog({
        database: process.database,
        clock: { now: () => new Date(Date.now() + later) },
        retention: { maxAgeMs: MAX_AGE_MS, ...retention },
        ...options,
      });
      deaths.set(log, process.die);
      return log;
    },
    peer: async (log) => log,
    async kill(log) {
      deaths.get(log)?.();
    },
    async expire() {
      later += MAX_AGE_MS + 1;
    },
    async lose() {
      await database.execute(`DELETE FROM log_message`);
      await database.execute(`UPDATE log_stream SET epoch = gen_random_uuid()::text, removed_through = 0`);
    },
    async close() {
      await Promise.all([...deaths.keys()].map((log) => log.close()));
    },
  };
}
