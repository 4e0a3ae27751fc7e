import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** A request's trace through the services: its id for people, its W3C trace context for tools. */
export interface Trace {
  /** 1 to 64 letters, digits, `-` or `_`. */
  readonly requestId: string;
  /** Version 00 of the W3C Trace Context. */
  readonly traceparent: string;
  /** When nobody waits for the answer any more, in the milliseconds of `performance.now()`. Absent: never. */
  readonly deadline?: number;
}

const storage = new AsyncLocalStorage<Trace>();

/** Ids of zeros alone are invalid (W3C Trace Context, 3.2.2). */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const REQUEST_ID = /^[\w-]{1,64}$/;

const BYTES = 36;
/** Random bytes for many traces: asking for them costs more than having them. */
let pool = Buffer.alloc(0);

function randomPart(): Buffer {
  if (pool.length < BYTES) pool = randomBytes(BYTES * 256);
  const part = pool.subarray(0, BYTES);
  pool = pool.subarray(BYTES);
  return part;
}

function newTrace(): Trace {
  const bytes = randomPart();
  return {
    requestId: bytes.toString('base64url', 0, 12),
    traceparent: `00-${bytes.toString('hex', 12, 28)}-${bytes.toString('hex', 28)}-01`,
  };
}

/** The trace of a request, taken from its headers where they are well-formed, else new. */
export function traceFrom(headers: Readonly<Record<string, unknown>>): Trace {
  const { traceparent, 'x-request-id': requestId } = headers;
  const knownId = typeof requestId === 'string' && REQUEST_ID.test(requestId) ? requestId : undefined;
  const knownTrace =
    typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? traceparent : undefined;
  if (knownId && knownTrace) return { requestId: knownId, traceparent: knownTrace };
  const made = newTrace();
  return { requestId: knownId ?? made.requestId, traceparent: knownTrace ?? made.traceparent };
}

/** Makes `trace` the current one for all that follows from `work`. */
export const withTrace = <T>(trace: Trace, work: () => T): T => storage.run(trace, work);

/** The trace of the request that is being answered, if any. */
export const currentTrace = (): Trace | undefined => storage.getStore();
