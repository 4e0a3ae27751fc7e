import type { Logger } from '../../../platform/telemetry/logger.ts';
import { retrying } from '../../../platform/time/retry.ts';
import type { Upkeep } from '../store/upkeep.ts';

export interface Upkeeper {
  /** Does nothing when already started. */
  start(): void;
  /** Aborts it; the next start continues. */
  stop(): Promise<void>;
}

const RETRY_MS = 10_000;

/** Runs the store's upkeep once per start, in the background; retries it when it fails. */
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
  const { signal } = stopped;
  const work = () =>
    retrying(() => store.upkeep({ signal, logger }), {
      ...{ baseMs: retryMs, maxMs: retryMs, signal },
      mayPass: () => true,
      onFailure: (error) => logger.warn({ err: error }, 'upkeep of the store failed; trying again'),
    }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
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
