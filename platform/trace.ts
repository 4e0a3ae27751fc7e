import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** What follows a request through the services: its id for people, its W3C trace context for tools. */
export interface Trace {
  readonly requestId: string;
  readonly traceparent: string;
}

const storage = new AsyncLocalStorage<Trace>();

/** Ids of zeros alone are invalid (W3C Trace Context, 3.2.2). */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const REQUEST_ID = /^[\w-]{1,64}$/;

/** The trace of a request, taken from its headers where they are well-formed, else new. */
export function traceFrom(headers: Readonly<Record<string, unknown>>): Trace {
  const { traceparent, 'x-request-id': requestId } = headers;
  return {
    requestId:
      typeof requestId === 'string' && REQUEST_ID.test(requestId)
        ? requestId
        : randomBytes(12).toString('base64url'),
    traceparent:
      typeof traceparent === 'string' && TRACEPARENT.test(traceparent)
        ? traceparent
        : `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`,
  };
}

/** Makes `trace` the current one for all that follows from `work`. */
export const withTrace = <T>(trace: Trace, work: () => T): T => storage.run(trace, work);

/** The trace of the request that is being answered, if any. */
export const currentTrace = (): Trace | undefined => storage.getStore();
