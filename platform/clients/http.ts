import type { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import type { Config, ServiceName } from '../config.ts';
import { deadlineExceeded, deadlineIn, TIMEOUT_HEADER, timeFor } from '../deadline.ts';
import { BlobgraphError, isErrorCode } from '../errors.ts';
import type { ServiceTokens, Viewer } from '../identity/service-tokens.ts';
import { parseJson } from '../json/exact.ts';
import { isEscaping } from '../service-path.ts';
import { currentTrace } from '../trace.ts';
import { type BreakerState, createGuard, NoAnswer } from './guard.ts';

/** One call of a service's REST. */
export interface ServiceCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its leading slash; ids in it by {@link path}. One that leads elsewhere than it says is refused. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** On whose behalf; null when the service asks for itself. */
  readonly viewer: Viewer | null;
  /** Whether it does no harm to send it twice, so that it is sent again when it had no answer. Default: GET. */
  readonly repeatable?: boolean;
  /** Milliseconds to the end of the answer, repetitions included; default 10,000. Less when the request's time is short. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Where a call goes: one of ours by its name, or a base URL. */
export type ServiceTarget = ServiceName | { readonly baseUrl: string };

/** An answer whose body comes as it is sent. */
export interface StreamedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Read it to its end, or destroy it. */
  readonly body: Readable;
}

/** A service's answer; `body` is undefined where it is no JSON. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Calls other services with a signed identity, the current trace and the time that is left. A target that gave no
 * answer five times in a row is left alone for a second at a time.
 */
export interface ServiceHttp {
  /**
   * The parsed JSON of a 2xx answer.
   * @throws BlobgraphError with the service's own code; SERVICE_UNAVAILABLE when it did not answer in time;
   * DEADLINE_EXCEEDED when the time of the request that is being answered is over; PROCESSING_FAILED when its answer
   * holds a number that would not be kept as it was sent
   */
  call(target: ServiceTarget, call: ServiceCall): Promise<unknown>;
  /**
   * The answer as it is.
   * @throws NoAnswer; BlobgraphError DEADLINE_EXCEEDED like {@link call}
   */
  send(target: ServiceTarget, call: ServiceCall): Promise<ServiceAnswer>;
  /**
   * The answer with its body as it comes, over connections of its own; `timeoutMs` is for its beginning, and 30 s may pass
   * between two pieces. Sent once. `headers`: further ones to send.
   * @throws BlobgraphError like {@link call}
   */
  stream(
    target: ServiceTarget,
    call: Omit<ServiceCall, 'body'> & { readonly headers?: Readonly<Record<string, string>> },
  ): Promise<StreamedAnswer>;
  /** How it is with every target that was called. */
  breakers(): Readonly<Record<string, BreakerState>>;
  close(): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const STREAM_IDLE_MS = 30_000;

interface RestAnswer {
  error?: { code?: unknown; message?: unknown; field?: unknown };
}

/** The error that a service tells of in the form of its REST, if it does. */
export function refusalOf(body: unknown): BlobgraphError | undefined {
  const { error } = (body ?? {}) as RestAnswer;
  if (!isErrorCode(error?.code) || typeof error.message !== 'string') return undefined;
  const field = typeof error.field === 'string' ? error.field : null;
  return new BlobgraphError(error.code, error.message, { field });
}

const unavailable = (service: string, cause: unknown): BlobgraphError =>
  new BlobgraphError('SERVICE_UNAVAILABLE', `The ${service} service did not answer. Try again later.`, {
    cause,
  });

/**
 * The JSON of an answer, null of an empty one; undefined when it is none: something in between answered.
 * @throws BlobgraphError PROCESSING_FAILED for a number that would not be what was answered
 */
async function parseBody(answer: { body: { text(): Promise<string> } }): Promise<unknown> {
  const text = await answer.body.text();
  try {
    return text === '' ? null : parseJson(text);
  } catch (error) {
    if (!(error instanceof BlobgraphError)) return undefined;
    const message = `Another service answered what cannot be kept. ${error.message}`;
    throw new BlobgraphError('PROCESSING_FAILED', message, { cause: error });
  }
}

/** Whether the service itself answered, be it with a fault of its own, and not something in its place. */
function isOwn({ status, body }: ServiceAnswer): boolean {
  if (status < 500) return body !== undefined || status >= 400;
  return refusalOf(body) !== undefined || (typeof body === 'object' && body !== null && 'errors' in body);
}

const timedOut = (ms: number): DOMException =>
  new DOMException(`There was no answer within ${ms} ms`, 'TimeoutError');

/** The error that a failed request is told by. */
function failure(error: unknown, isCut: boolean, signal: AbortSignal | undefined): unknown {
  const isLate = (error as Error).name === 'TimeoutError';
  if (isLate && isCut) return deadlineExceeded(error);
  const isGivenUp = signal?.aborted ?? false;
  return new NoAnswer(error, { again: !isLate && !isGivenUp, counts: !isGivenUp });
}

/** `caller`: the name under which this process asks. */
export function createServiceHttp(deps: {
  caller: string;
  urls: Config['urls'];
  tokens: ServiceTokens;
}): ServiceHttp {
  const connecting = { connections: 64, keepAliveTimeout: 30_000, connectTimeout: 3_000 };
  const agent = new Agent(connecting);
  // Whoever reads slowly holds a connection: calls have others.
  const streamAgent = new Agent(connecting);
  const guard = createGuard();

  async function headersOf(viewer: Viewer | null, hasBody: boolean, timeoutMs: number) {
    const trace = currentTrace();
    return {
      authorization: `Bearer ${await deps.tokens.sign({ service: deps.caller, viewer })}`,
      [TIMEOUT_HEADER]: String(timeoutMs),
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...(trace ? { traceparent: trace.traceparent, 'x-request-id': trace.requestId } : {}),
    };
  }

  function sender(baseUrl: string, { method, path, body, viewer, signal, timeoutMs }: ServiceCall) {
    const ownMs = timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const limitMs = timeFor(ownMs);
    if (limitMs === 0) throw deadlineExceeded();
    const until = deadlineIn(limitMs);
    const address = addressOf(baseUrl, path);
    const text = body === undefined ? undefined : JSON.stringify(body);
    return async (): Promise<ServiceAnswer> => {
      const leftMs = Math.max(1, Math.ceil(until - performance.now()));
      const limit = AbortSignal.timeout(leftMs);
      try {
        const answer = await request(address, {
          method,
          headers: await headersOf(viewer, text !== undefined, leftMs),
          dispatcher: agent,
          signal: signal ? AbortSignal.any([limit, signal]) : limit,
          ...(text === undefined ? {} : { body: text }),
        });
        const received = { status: answer.statusCode, body: await parseBody(answer) };
        if (isOwn(received)) return received;
        throw new Error(`status ${received.status} of something in between`);
      } catch (error) {
        throw error instanceof BlobgraphError ? error : failure(error, limitMs < ownMs, signal);
      }
    };
  }

  /** @throws TypeError: an id was put into a path by hand */
  const addressOf = (baseUrl: string, built: string): string => {
    if (isEscaping(built)) throw new TypeError(`${built.slice(0, 200)} is no path of a service`);
    return `${baseUrl}${built}`;
  };
  const placeOf = (target: ServiceTarget): [name: string, baseUrl: string] =>
    typeof target === 'string' ? [target, deps.urls[target]] : [new URL(target.baseUrl).host, target.baseUrl];
  const send = async (target: ServiceTarget, call: ServiceCall): Promise<ServiceAnswer> => {
    const [name, baseUrl] = placeOf(target);
    return guard.run(name, sender(baseUrl, call), { repeatable: call.repeatable ?? call.method === 'GET' });
  };

  const stream: ServiceHttp['stream'] = async (
    target,
    { method, path, viewer, signal, timeoutMs, headers },
  ) => {
    const [name, baseUrl] = placeOf(target);
    const ownMs = timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const limitMs = timeFor(ownMs);
    if (limitMs === 0) throw deadlineExceeded();
    const address = addressOf(baseUrl, path);
    const ask = async () => {
      // Waiting for a connection is a part of it, which the agent's own timeouts leave out.
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(timedOut(limitMs)), limitMs);
      try {
        return await request(address, {
          method,
          headers: { ...headers, ...(await headersOf(viewer, false, limitMs)) },
          dispatcher: streamAgent,
          bodyTimeout: STREAM_IDLE_MS,
          signal: signal ? AbortSignal.any([late.signal, signal]) : late.signal,
        });
      } catch (error) {
        throw failure(error, limitMs < ownMs, signal);
      } finally {
        clearTimeout(timer);
      }
    };
    const answer = await guard.run(name, ask, { repeatable: false }).catch((error: unknown) => {
      throw error instanceof NoAnswer ? unavailable(name, error.cause) : error;
    });
    const { statusCode: status, body } = answer;
    if (status >= 400) {
      throw refusalOf(await parseBody(answer)) ?? unavailable(name, new Error(`status ${status}`));
    }
    const told = Object.entries(answer.headers).flatMap(([header, value]) =>
      typeof value === 'string' ? [[header, value] as const] : [],
    );
    return { status, headers: Object.fromEntries(told), body };
  };

  return {
    send,
    stream,
    async call(target, call) {
      const [name] = placeOf(target);
      const { status, body } = await send(target, call).catch((error: unknown) => {
        throw error instanceof NoAnswer ? unavailable(name, error.cause) : error;
      });
      if (status < 200 || status > 299)
        throw refusalOf(body) ?? unavailable(name, new Error(`status ${status}`));
      return body;
    },
    breakers: guard.states,
    async close() {
      await Promise.all([agent.destroy(), streamAgent.destroy()]);
    },
  };
}
