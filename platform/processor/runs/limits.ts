import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { BlobgraphError } from '../../errors.ts';
import { isAway } from './decide.ts';
import type { RunSettings } from './settings.ts';

/** Takes a step of a run, again while what it needs is away. */
export type Patience = <T>(step: () => Promise<T>) => Promise<T>;

/**
 * Waits in place for services and stores that are away: an outage then uses up no deliveries, neither of this event nor
 * of those that wait behind it, and nothing is computed twice. Not for ever: what is away may be so for this event alone.
 */
export function patience(
  signal: AbortSignal,
  { patienceMs, patienceStepMs }: Pick<RunSettings, 'patienceMs' | 'patienceStepMs'>,
): Patience {
  const until = performance.now() + patienceMs;
  const waiting = retry(
    handleWhen((error) => isAway(error) && performance.now() < until),
    { backoff: new ExponentialBackoff({ initialDelay: patienceStepMs / 8, maxDelay: patienceStepMs }) },
  );
  return (step) => waiting.execute(step, signal);
}

const timedOut = (seconds: number) =>
  new BlobgraphError(
    'PROCESSING_TIMEOUT',
    `The run took longer than the ${seconds} s that its processor allows.`,
  );

/**
 * Runs `work` for `seconds` at most, and until `stopping` aborts, whether it heeds its signal or not.
 * @throws BlobgraphError PROCESSING_TIMEOUT
 */
export async function withinLimit<T>(
  seconds: number,
  stopping: AbortSignal | null,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(timedOut(seconds)), seconds * 1_000);
  const signal = AbortSignal.any(stopping ? [limit.signal, stopping] : [limit.signal]);
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([work(signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
