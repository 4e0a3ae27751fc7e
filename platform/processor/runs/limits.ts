import type { RunSettings } from '../../config/runs.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { retrying } from '../../time/retry.ts';
import { unlessAborted } from '../../time/unless-aborted.ts';
import { isAway } from './decide.ts';

/** Does a step of a run, and retries it while a dependency is unavailable. */
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
  const backoff = { baseMs: patienceStepMs / 8, maxMs: patienceStepMs };
  return (step) => retrying(step, { ...backoff, forMs: until - performance.now(), mayPass: isAway, signal });
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
  try {
    return await unlessAborted(() => work(signal), signal);
  } finally {
    clearTimeout(timer);
  }
}
