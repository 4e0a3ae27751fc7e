import { ModelError, ModelUnavailable } from './model.ts';

export interface RetryPolicy {
  /** Tries altogether, the first included. */
  readonly attempts: number;
  /** The pause after the first try; it doubles with each further one. */
  readonly baseMs: number;
  /** No pause is longer, and a model that asks for a longer one is not tried again. */
  readonly maxMs: number;
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
  return Math.min(policy.maxMs, policy.baseMs * 2 ** (attempt - 1)) * (0.5 + random / 2);
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
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly onRetry: (error: ModelError, attempt: number, pauseMs: number) => void;
}

/** Does `work` again while it fails in a way that may pass, for as often as the policy says. */
export async function withRetries<T>(retrying: Retrying, work: () => Promise<T>): Promise<T> {
  const { policy, signal, sleep, random, onRetry } = retrying;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ModelError && error.retryable) || attempt >= policy.attempts) throw error;
      const asked = error instanceof ModelUnavailable ? error.retryAfterMs : null;
      const pause = pauseMs(policy, attempt, asked, random());
      if (pause === null) throw error;
      onRetry(error, attempt, pause);
      await sleep(pause, signal);
    }
  }
}
