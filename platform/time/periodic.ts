import type { Logger } from '../telemetry/logger.ts';
import { withoutDeadline } from './deadline.ts';

/** Work that a process does again and again, one turn at a time. */
export interface Periodic {
  /** Begins, also after a stop; the first turn comes after one interval. */
  start(): void;
  /** Takes a turn now, unless one is under way. */
  now(): void;
  /** Begins no more turns; resolves once the one under way has ended. */
  stop(): Promise<void>;
}

export interface PeriodicOptions {
  /** For the log, e.g. `sweeping uploads`. */
  readonly what: string;
  /** Milliseconds from the end of one turn to the next. */
  readonly everyMs: number;
  /**
   * By how much of the interval, 0 to 1, a turn may come earlier, at random: processes that started together do not stay
   * in step. Default: 0.1.
   */
  readonly jitter?: number;
  /** From 0 to below 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Undefined: nobody is told of failures. */
  readonly logger: Pick<Logger, 'info' | 'warn'> | undefined;
  /** A failure is logged and ends nothing. `signal` aborts at {@link Periodic.stop}. */
  readonly turn: (signal: AbortSignal) => Promise<void>;
}

const JITTER = 0.1;

/**
 * The one loop of this kind. Of an outage the log has the first failure and the end. Its timer keeps no process alive.
 */
export function periodic(options: PeriodicOptions): Periodic {
  const { what, everyMs, jitter = JITTER, random = Math.random, logger, turn } = options;
  let stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> | undefined;
  let isStarted = false;
  let isFailing = false;

  async function take({ signal }: AbortController): Promise<void> {
    try {
      await turn(signal);
      if (isFailing) logger?.info(`${what} works again`);
      isFailing = false;
    } catch (error) {
      if (signal.aborted) return;
      if (!isFailing) logger?.warn({ err: error }, `${what} failed; trying again`);
      isFailing = true;
    }
  }
  function schedule(): void {
    clearTimeout(timer);
    if (isStarted) timer = setTimeout(now, everyMs * (1 - jitter * random())).unref();
  }
  function now(): void {
    if (stopping.signal.aborted) return;
    // Nobody waits for it: it may take longer than whoever starts it.
    underWay ??= withoutDeadline(() => take(stopping)).finally(() => {
      underWay = undefined;
      schedule();
    });
  }
  return {
    now,
    start() {
      if (stopping.signal.aborted) stopping = new AbortController();
      isStarted = true;
      if (!underWay) schedule();
    },
    async stop() {
      isStarted = false;
      stopping.abort();
      clearTimeout(timer);
      await underWay;
    },
  };
}
