import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../../../../platform/logger.ts';
import type { Upkeep } from './upkeep.ts';

export interface Upkeeper {
  start(): void;
  /** Cuts it short; the next start goes on with it. */
  stop(): Promise<void>;
}

const RETRY_MS = 10_000;

/** Keeps the store up once a start, behind everything else; what fails is tried again. */
export function createUpkeeper({
  store,
  logger,
  retryMs = RETRY_MS,
}: {
  readonly store: Upkeep;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Default 10 s. */
  readonly retryMs?: number;
}): Upkeeper {
  const stopped = new AbortController();
  let working: Promise<void> | undefined;
  async function work(): Promise<void> {
    const { signal } = stopped;
    while (!signal.aborted) {
      try {
        await store.upkeep({ signal, logger });
        return;
      } catch (error) {
        if (signal.aborted) return;
        logger.warn({ err: error }, 'upkeep of the store failed; trying again');
        await pause(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }
  return {
    start() {
      working ??= work();
    },
    async stop() {
      stopped.abort();
      await working;
    },
  };
}
