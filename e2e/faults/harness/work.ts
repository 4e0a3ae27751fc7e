import { setTimeout as pause } from 'node:timers/promises';
import { vi } from 'vitest';
import type { Ledger } from './ledger.ts';

/** Users who write continuously. */
export interface Work {
  /** Resolves once each user has an acknowledgement of a request made after this call. */
  goesOn(): Promise<void>;
  /** Resolves after `times` more requests, acknowledged or not. */
  isTried(times: number): Promise<void>;
  /** Stops after the requests in flight. @throws when one failed for good */
  stop(): Promise<void>;
}

/** Drafts per compiled book. */
const DRAFTS_A_BOOK = 10;
const BREATH_MS = 20;

export interface WorkOptions {
  /** Every so many drafts, one is deleted as soon as it is stored. Default: none is. */
  readonly deletesEvery?: number;
}

/** Starts users who each store one draft after the other, and compile every tenth time. */
export function workOn(
  ledgers: readonly Ledger[],
  { deletesEvery = Number.POSITIVE_INFINITY }: WorkOptions = {},
): Work {
  let stopped = false;
  const failures: unknown[] = [];
  const done = ledgers.map(() => 0);
  const write = async (ledger: Ledger, index: number) => {
    for (let count = 1; !stopped; count++) {
      const id = await ledger.store();
      if (count % deletesEvery === 0) await ledger.delete(id);
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
        // The first acknowledgement may be of a request made before.
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
