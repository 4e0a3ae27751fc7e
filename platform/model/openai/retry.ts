import { ModelAnswerInvalid, ModelError } from '../errors.ts';

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
  /** Hears of each failure of the model's; `pauseMs` is null where it is not tried again. */
  readonly onFailure: (error: ModelError, attempt: number, pauseMs: number | null) => void;
}

/** An answer that is not what was asked for may come out better once or twice; after that it is the text, or the model. */
const mostAnswers = 3;

function pauseAfter({ policy, random }: Retrying, error: ModelError, attempt: number): number | null {
  const attempts =
    error instanceof ModelAnswerInvalid ? Math.min(mostAnswers, policy.attempts) : policy.attempts;
  if (!error.retryable || attempt >= attempts) return null;
  return pauseMs(policy, attempt, error.retryAfterMs, random());
}

/** Does `work` again while it fails in a way that may pass, for as often as the policy says. */
export async function withRetries<T>(retrying: Retrying, work: () => Promise<T>): Promise<T> {
  const { signal, sleep, onFailure } = retrying;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      const pause = pauseAfter(retrying, error, attempt);
      onFailure(error, attempt, pause);
      if (pause === null) throw error;
      await sleep(pause, signal);
    }
  }
}
