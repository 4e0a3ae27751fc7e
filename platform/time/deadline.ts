import { BlobgraphError } from '../errors/errors.ts';
import { currentTrace, type Trace, traceFrom, withTrace } from '../telemetry/trace.ts';

/**
 * Header by which a caller tells how many milliseconds it will wait: whole, and counted from when the request
 * arrives, so that no two clocks have to agree. As gRPC's `grpc-timeout`.
 */
export const TIMEOUT_HEADER = 'x-request-timeout-ms';

/** Time that a service keeps for its own answer when another gave it none. */
const MARGIN_MS = 25;

/** The milliseconds that a request's caller waits; undefined where it does not say so in a form that counts. */
export function timeoutFrom(headers: Readonly<Record<string, unknown>>): number | undefined {
  const given = headers[TIMEOUT_HEADER];
  return typeof given === 'string' && /^\d{1,9}$/.test(given) ? Number(given) : undefined;
}

/** The deadline that lies `ms` ahead. */
export const deadlineIn = (ms: number): number => performance.now() + ms;

/** The whole milliseconds to a deadline, 1 at least: no time is left to be no limit. */
export const leftUntil = (deadline: number): number => Math.max(1, Math.ceil(deadline - performance.now()));

/** Gives all that follows from `work` so many milliseconds, or what is left of the current time if that is less. */
export function withinTime<T>(ms: number, work: () => T): T {
  const trace = currentTrace() ?? traceFrom({});
  const { deadline = Number.POSITIVE_INFINITY } = trace;
  return withTrace({ ...trace, deadline: Math.min(deadline, deadlineIn(ms)) }, work);
}

/** The trace of the work that goes on, or a new one, without a deadline: for what outlives it, or is done for others too. */
export function traceWithoutDeadline(): Trace {
  const { requestId, traceparent } = currentTrace() ?? traceFrom({});
  return { requestId, traceparent };
}

/** Lets `work` go on for itself, whoever asked for it first: it serves others too, or nobody waits for it. */
export function withoutDeadline<T>(work: () => T): T {
  return currentTrace()?.deadline === undefined ? work() : withTrace(traceWithoutDeadline(), work);
}

/** The milliseconds that a step may take which by itself would be given `ownMs`; 0 when the time is over. */
export function timeFor(ownMs: number): number {
  const deadline = currentTrace()?.deadline;
  if (deadline === undefined) return ownMs;
  return Math.max(0, Math.min(ownMs, Math.floor(deadline - performance.now() - MARGIN_MS)));
}

export const deadlineExceeded = (cause?: unknown): BlobgraphError =>
  new BlobgraphError('DEADLINE_EXCEEDED', 'The time for this request is over. Ask for less, or allow more.', {
    cause,
  });
