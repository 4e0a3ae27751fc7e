import { type Backoff, backoffMs, retrying } from '../../time/retry.ts';
import { ModelAnswerInvalid, ModelError } from '../errors.ts';

/** A model that asks for a longer pause than `maxMs` is not tried again. */
export interface RetryPolicy extends Backoff {
  /** Tries altogether, the first included. */
  readonly attempts: number;
}

/**
 * How long to wait after try number `attempt` (from 1), with `random` from 0 to 1: between half and the whole of the
 * policy's pause, or what the model asked for and up to a tenth more. Null when it asks for more than the policy allows.
 */
export function pauseMs(
  policy: RetryPolicy,
  attempt: number,
  retryAfterMs: number | null,
  random: number,
): number | null {
  if (retryAfterMs !== null) return retryAfterMs > policy.maxMs ? null : retryAfterMs * (1 + random / 10);
  return backoffMs(policy, attempt, random);
}

/** Reads the header `Retry-After` (RFC 9110, 10.2.3: seconds or a date). Null when it is absent or neither. */
export function parseRetryAfter(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

export interface Retrying {
  readonly policy: RetryPolicy;
  /** No try begins after it aborts: its reason is thrown. */
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Called with each failure of the model; `pauseMs` is null where it is not retried. */
  readonly onFailure: (error: ModelError, attempt: number, pauseMs: number | null) => void;
}

/** An answer that is not what was asked for may come out better once or twice; after that it is the text, or the model. */
const mostAnswers = 3;

/** Whether the model is asked again after this failure. */
function mayPass({ maxMs }: RetryPolicy, error: ModelError, attempt: number): boolean {
  if (error instanceof ModelAnswerInvalid && attempt >= mostAnswers) return false;
  return error.retryable && (error.retryAfterMs === null || error.retryAfterMs <= maxMs);
}

/** Does `work` again while it fails in a way that may pass, for as often as the policy says. */
export function withRetries<T>(options: Retrying, work: () => Promise<T>): Promise<T> {
  const { policy, signal, sleep, random, onFailure } = options;
  return retrying(work, {
    ...policy,
    signal,
    mayPass: (error, attempt) => error instanceof ModelError && mayPass(policy, error, attempt),
    pauseMs: (error, attempt) => pauseMs(policy, attempt, (error as ModelError).retryAfterMs, random()) ?? 0,
    wait: (ms) => sleep(ms, signal),
    onFailure(error, attempt, nextMs) {
      if (error instanceof ModelError) onFailure(error, attempt, nextMs);
    },
  });
}
