import { ConstantBackoff, handleWhen, retry } from 'cockatiel';
import { pause } from './pause.ts';

/** Pauses between tries. */
export interface Backoff {
  /** The longest pause after the first try, in milliseconds; it doubles with each further one. */
  readonly baseMs: number;
  /** No pause is longer. */
  readonly maxMs: number;
}

/**
 * Milliseconds to wait after try number `attempt`, from 1: the second half of the pause is left to chance, so that those
 * who failed together do not come again together. `random`: from 0 to 1.
 */
export const backoffMs = ({ baseMs, maxMs }: Backoff, attempt: number, random = Math.random()): number =>
  Math.min(maxMs, baseMs * 2 ** (attempt - 1)) * (0.5 + random / 2);

export interface RetryOptions extends Backoff {
  /** Whether the same may succeed after this error of try number `attempt`, from 1. */
  readonly mayPass: (error: unknown, attempt: number) => boolean;
  /** Tries altogether, the first included. Default: any number. */
  readonly attempts?: number;
  /** Milliseconds in which the last try begins. Default: any number. */
  readonly forMs?: number;
  /** Ends a pause, and then all of it. */
  readonly signal?: AbortSignal | undefined;
  /** Default: {@link backoffMs}. */
  readonly pauseMs?: (error: unknown, attempt: number) => number;
  /** Waits. Default: {@link pause}. */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Hears of each failure; `nextMs`: the pause before the next try, null where there is none. */
  readonly onFailure?: (error: unknown, attempt: number, nextMs: number | null) => void;
}

/**
 * Does `work` again while it fails in a way that may pass.
 * @throws its last error; the signal's reason once that aborts
 */
export async function retrying<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const startedAt = performance.now();
  options.signal?.throwIfAborted();
  try {
    // Nearly all succeed at once: what repeats them is made for those that do not.
    return await work();
  } catch (error) {
    return repeating(work, error, startedAt, options);
  }
}

/** Goes on after the first try has failed. */
function repeating<T>(
  work: () => Promise<T>,
  firstError: unknown,
  startedAt: number,
  options: RetryOptions,
): Promise<T> {
  const { mayPass, attempts = Number.POSITIVE_INFINITY, forMs = Number.POSITIVE_INFINITY, signal } = options;
  const { wait = pause, pauseMs = (_error, attempt) => backoffMs(options, attempt), onFailure } = options;
  const until = startedAt + forMs;
  let attempt = 0;
  let nextMs: number | null = null;
  const policy = retry(
    handleWhen((error) => {
      if (signal?.aborted) return false;
      nextMs = attempt < attempts && mayPass(error, attempt) ? pauseMs(error, attempt) : null;
      if (nextMs !== null && performance.now() + nextMs > until) nextMs = null;
      onFailure?.(error, attempt, nextMs);
      return nextMs !== null;
    }),
    // It would not end its own pause for a signal.
    { backoff: new ConstantBackoff(0) },
  );
  const tried = policy.execute(async () => {
    if (nextMs !== null) await wait(nextMs, signal);
    signal?.throwIfAborted();
    attempt += 1;
    if (attempt === 1) throw firstError;
    return work();
  }, signal);
  return tried.catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
}
