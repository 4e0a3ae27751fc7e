import { setTimeout as pause } from 'node:timers/promises';
import { vi } from 'vitest';
import type { Ledger } from './ledger.ts';

/** Users who write without a break. */
export interface Work {
  /** Resolves once each user was told of something that was asked for from now on. */
  goesOn(): Promise<void>;
  /** Resolves once so many tries were made from now on, answered or not. */
  isTried(times: number): Promise<void>;
  /** Finishes what was begun. @throws when something could not be done */
  stop(): Promise<void>;
}

/** A book is compiled once for so many drafts. */
const DRAFTS_A_BOOK = 10;
const BREATH_MS = 20;

/** Lets every user store drafts one after the other, and compile them now and then. */
export function workOn(ledgers: readonly Ledger[]): Work {
  let stopped = false;
  const failures: unknown[] = [];
  const done = ledgers.map(() => 0);
  const write = async (ledger: Ledger, index: number) => {
    for (let count = 1; !stopped; count++) {
      await ledger.store();
      if (count % DRAFTS_A_BOOK === 0) await ledger.compile();
      done[index] = count;
      await pause(BREATH_MS);
    }
  };
  const running = ledgers.map((ledger, index) =>
    write(ledger, index).catch((error: unknown) => failures.push(error)),
  );
  const tries = () =>
    ledgers.reduce((sum, { acknowledged, unanswered }) => sum + acknowledged.size + unanswered, 0);
  const failed = () => {
    if (failures.length > 0) throw failures[0];
  };
  return {
    async goesOn() {
      const before = [...done];
      const behind = () => {
        failed();
        // What was asked for before may have been answered before.
        if (done.some((count, index) => count < (before[index] ?? 0) + 2)) throw new Error('Not yet');
      };
      await vi.waitFor(behind, { timeout: 60_000, interval: 50 });
    },
    async isTried(times) {
      const before = tries();
      const enough = () => {
        failed();
        if (tries() < before + times) throw new Error('Not yet');
      };
      await vi.waitFor(enough, { timeout: 60_000, interval: 50 });
    },
    async stop() {
      stopped = true;
      await Promise.all(running);
      failed();
    },
  };
}
