/** `unknown`: not checked yet, or no more. `degraded`: it answers, but not as it should. */
export type HealthStatus = 'unknown' | 'up' | 'degraded' | 'down';

/** The result of one check. */
export interface Finding {
  readonly status: Exclude<HealthStatus, 'unknown'>;
  /** How long the answer took; null without one. */
  readonly latencyMs: number | null;
  /** Why it is not `up`, in a line; null while it is. */
  readonly reason: string | null;
}

/** How a processor is by its checks. */
export interface Health extends Omit<Finding, 'status'> {
  readonly status: HealthStatus;
  /** Since when it has this status; null before the first check. */
  readonly since: Date | null;
  /** Null before the first check. */
  readonly checkedAt: Date | null;
  /** When it went down, the newest last: of the last minutes, as many as make it unsteady. */
  readonly wentDownAt: readonly Date[];
}

export const UNCHECKED: Health = {
  ...{ status: 'unknown', since: null, checkedAt: null },
  ...{ latencyMs: null, reason: null, wentDownAt: [] },
};

/** Of the time that a check may take: an answer that takes longer is a slow one. */
const SLOW = 0.5;
/** A processor that went down so often in so many milliseconds is unsteady. */
const OFTEN = 3;
const LATELY_MS = 300_000;

function judged(finding: Finding, wentDownAt: readonly Date[], mayTakeMs: number): Finding {
  const { status, latencyMs } = finding;
  if (status !== 'up') return finding;
  if (latencyMs !== null && latencyMs > mayTakeMs * SLOW)
    return { ...finding, status: 'degraded', reason: `It took ${latencyMs} ms to answer.` };
  if (wentDownAt.length < OFTEN) return finding;
  const reason = `It went down ${OFTEN} times or more in the last ${LATELY_MS / 60_000} minutes.`;
  return { ...finding, status: 'degraded', reason };
}

/** How a processor is after one more check, which might take `mayTakeMs`. */
export function healthAfter(before: Health, finding: Finding, at: Date, mayTakeMs: number): Health {
  const lately = before.wentDownAt.filter((each) => at.getTime() - each.getTime() < LATELY_MS);
  const hasGoneDown = finding.status === 'down' && before.status !== 'down' && before.status !== 'unknown';
  const wentDownAt = (hasGoneDown ? [...lately, at] : lately).slice(-OFTEN);
  const { status, latencyMs, reason } = judged(finding, wentDownAt, mayTakeMs);
  const since = status === before.status ? before.since : at;
  return { status, latencyMs, reason, since, checkedAt: at, wentDownAt };
}
