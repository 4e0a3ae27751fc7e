import { type Backoff, backoffMs } from '../../../../platform/time/retry.ts';
import type { Failing, LastTry, SetAsideReason, Webhook } from './webhook.ts';

/** When a delivery that failed is tried again, and until when. */
export interface RetryRules extends Backoff {
  /** Milliseconds of failures after which a webhook is set aside. */
  readonly giveUpMs: number;
}

/** A try that did not deliver. */
export interface FailedTry extends LastTry {
  readonly retryAfterMs: number | null;
}

/** The state of a webhook after a failed try. */
export interface AfterFailure {
  readonly failing: Failing | null;
  readonly setAside: { readonly reason: SetAsideReason; readonly at: Date } | null;
}

const GONE = 410;
/** After an outage of ours, the time alone says little of a receiver. */
const FEWEST_TRIES = 5;

/**
 * The webhook after a try that failed. `Retry-After` makes a pause longer, up to the longest there is.
 * `random`: from 0 to 1.
 */
export function afterFailure(
  { failing }: Pick<Webhook, 'failing'>,
  { at, status, retryAfterMs }: FailedTry,
  { giveUpMs, ...backoff }: RetryRules,
  random = Math.random(),
): AfterFailure {
  if (status === GONE) return { failing: null, setAside: { reason: 'GONE', at } };
  const since = failing?.since ?? at;
  const attempts = (failing?.attempts ?? 0) + 1;
  if (at.getTime() - since.getTime() >= giveUpMs && attempts >= FEWEST_TRIES)
    return { failing: null, setAside: { reason: 'FAILED_TOO_LONG', at } };
  const asked = Math.min(retryAfterMs ?? 0, backoff.maxMs);
  const pauseMs = Math.max(backoffMs(backoff, attempts, random), asked);
  return { failing: { since, attempts, nextAt: new Date(at.getTime() + pauseMs) }, setAside: null };
}
