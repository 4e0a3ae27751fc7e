import type { Readable } from 'node:stream';
import { request } from 'undici';
import type { Config, ServiceName } from '../config.ts';
import { deadlineExceeded, deadlineIn, TIMEOUT_HEADER, timeFor } from '../deadline.ts';
import { type Egress, ForbiddenAddress } from '../egress/guarded-agent.ts';
import { BlobgraphError, isErrorCode } from '../errors.ts';
import { routeOf, type ServiceTokens, type Viewer } from '../identity/service-tokens.ts';
import { parseJson } from '../json/exact.ts';
import { isEscaping, pathOf, type RoutedPath, templateOf } from '../service-path.ts';
import { currentTrace } from '../trace.ts';
import { openConnections } from './connections.ts';
import { AnswerTooLarge, type Exchange, exchangeText, type TextAnswer, timedOut } from './exchange.ts';
import { type BreakerState, createGuard, NoAnswer } from './guard.ts';

/** One call of a service's REST. */
export interface ServiceCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With its leading slash; with ids in it, by {@link routed}. One that leads elsewhere than it says is refused. */
  readonly path: string | RoutedPath;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** JSON that is sent as it is, in the place of `body`. */
  readonly json?: string;
  /** On whose behalf; null when the service asks for itself. */
  readonly viewer: Viewer | null;
  /** Whether it does no harm to send it twice, so that it is sent again when it had no answer. Default: GET. */
  readonly repeatable?: boolean;
  /** Milliseconds to the end of the answer, repetitions included; default 10,000. Less when the request's time is short. */
  readonly timeoutMs?: number;
  /** Bytes that the answer's body may have. Default: any number. */
  readonly maxBytes?: number;
  /** Default: an answer is read without a pause. */
  readonly large?: Exchange['large'];
  readonly signal?: AbortSignal;
}

/** A processor by its registration. */
export interface RegisteredTarget {
  readonly id: string;
  readonly baseUrl: string;
}

/** Where a call goes: to a service of the environment by its name, or to a registered processor. */
export type ServiceTarget = ServiceName | RegisteredTarget;

/** A call whose answer, and whose body, may be of any size. */
export interface StreamedCall extends Omit<ServiceCall, 'method'> {
  readonly method: ServiceCall['method'] | 'HEAD' | 'PUT';
  /** Further ones to send. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it comes, in the place of `body`; its error breaks the call off. */
  readonly upload?: Readable;
  /** Statuses from 400 on that are answered like others. Default: none; each is an error. */
  readonly isAnswer?: (status: number) => boolean;
}

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
   * @throws NoAnswer; AnswerTooLarge; BlobgraphError DEADLINE_EXCEEDED like {@link call}
   */
  send(target: ServiceTarget, call: ServiceCall): Promise<ServiceAnswer>;
  /**
   * The answer's text as it is: below status 400 it begins and ends as an object of JSON
   * does, and is not looked at any further.
   * @throws like {@link send}
   */
  sendForText(target: ServiceTarget, call: ServiceCall): Promise<TextAnswer>;
  /**
   * The answer with its body as it comes, over connections of its own; `timeoutMs` is for its beginning, and 30 s may pass
   * between two pieces. Sent once.
   * @throws BlobgraphError like {@link call}
   */
  stream(target: ServiceTarget, call: StreamedCall): Promise<StreamedAnswer>;
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
 * The JSON of a text, null of an empty one; undefined when it is none: something in between answered.
 * @throws BlobgraphError PROCESSING_FAILED for a number that would not be what was answered
 */
export function parseBody(text: string): unknown {
  try {
    return text === '' ? null : parseJson(text);
  } catch (error) {
    if (!(error instanceof BlobgraphError)) return undefined;
    const message = `Another service answered what cannot be kept. ${error.message}`;
    throw new BlobgraphError('PROCESSING_FAILED', message, { cause: error });
  }
}

/** @throws TypeError: an id was put into a path by hand */
function assertOnlyPath(built: string): void {
  if (isEscaping(built)) throw new TypeError(`${built.slice(0, 200)} is no path of a service`);
}

/** Whether the service itself answered, be it with a fault of its own, and not something in its place. */
function isOwn({ status, body }: ServiceAnswer): boolean {
  if (status < 500) return body !== undefined || status >= 400;
  return refusalOf(body) !== undefined || (typeof body === 'object' && body !== null && 'errors' in body);
}

/** Reads an answer; undefined when it is not the service's own. */
type Reading<T> = (answer: TextAnswer) => T | undefined;

const parsed: Reading<ServiceAnswer> = ({ status, text }) => {
  const answer = { status, body: parseBody(text) };
  return isOwn(answer) ? answer : undefined;
};

const asText: Reading<TextAnswer> = (answer) => {
  if (answer.status >= 400) return parsed(answer) && answer;
  const text = answer.text.trim();
  return text.startsWith('{') && text.endsWith('}') ? answer : undefined;
};

/** The error that a failed request is told by. */
function failure(error: unknown, isCut: boolean, signal: AbortSignal | undefined): unknown {
  if (error instanceof AnswerTooLarge) return error;
  if (error instanceof ForbiddenAddress) return new NoAnswer(error, { again: false, counts: true });
  const isLate = (error as Error).name === 'TimeoutError';
  if (isLate && isCut) return deadlineExceeded(error);
  const isGivenUp = signal?.aborted ?? false;
  return new NoAnswer(error, { again: !isLate && !isGivenUp, counts: !isGivenUp });
}

function placeAt(baseUrl: string): { origin: string; prefix: string } {
  const { origin, pathname } = new URL(baseUrl);
  return { origin, prefix: pathname === '/' ? '' : pathname };
}

/** Header fields and place of one call. */
interface Place {
  readonly name: string;
  readonly baseUrl: string;
  readonly registered: boolean;
}

const bodyOf = ({ json, body }: Pick<ServiceCall, 'json' | 'body'>): string | undefined =>
  json ?? (body === undefined ? undefined : JSON.stringify(body));

/** Asks in the name of the service whose `tokens` these are. */
export function createServiceHttp(deps: {
  urls: Config['urls'];
  tokens: Pick<ServiceTokens, 'sign'>;
  egress: Egress;
}): ServiceHttp {
  const connections = openConnections(deps.egress);
  const guard = createGuard();

  async function headersOf({ name, baseUrl }: Place, call: StreamedCall, timeoutMs: number) {
    const { method, path, viewer } = call;
    const trace = currentTrace();
    const route = routeOf(method, templateOf(path));
    return {
      authorization: `Bearer ${await deps.tokens.sign({ to: name, baseUrl, route, viewer })}`,
      [TIMEOUT_HEADER]: String(timeoutMs),
      ...(call.body === undefined && call.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(trace ? { traceparent: trace.traceparent, 'x-request-id': trace.requestId } : {}),
    };
  }

  function sender<T>(place: Place, call: ServiceCall, read: Reading<T>) {
    const { method, signal, maxBytes, large, timeoutMs: ownMs = DEFAULT_TIMEOUT_MS } = call;
    const limitMs = timeFor(ownMs);
    if (limitMs === 0) throw deadlineExceeded();
    const until = deadlineIn(limitMs);
    const path = pathOf(call.path);
    assertOnlyPath(path);
    const body = bodyOf(call);
    const { origin, prefix } = placeAt(place.baseUrl);
    const agent = connections.agent(place.registered);
    return async (): Promise<T> => {
      const timeoutMs = Math.max(1, Math.ceil(until - performance.now()));
      try {
        const headers = await headersOf(place, call, timeoutMs);
        const sent = { origin, path: `${prefix}${path}`, method, headers, body };
        const answer = await exchangeText(agent, { ...sent, timeoutMs, maxBytes, large, signal });
        const own = read(answer);
        if (own !== undefined) return own;
        throw new Error(`status ${answer.status} of something in between`);
      } catch (error) {
        throw error instanceof BlobgraphError ? error : failure(error, limitMs < ownMs, signal);
      }
    };
  }

  const placeOf = (target: ServiceTarget): Place =>
    typeof target === 'string'
      ? { name: target, baseUrl: deps.urls[target], registered: false }
      : { name: target.id, baseUrl: target.baseUrl, registered: true };
  /** Those that are registered have breakers of their own, by where they answer: two may be under one name. */
  const breakerOf = ({ name, baseUrl, registered }: Place): string =>
    registered ? new URL(baseUrl).host : name;
  const ask = async <T>(target: ServiceTarget, call: ServiceCall, read: Reading<T>): Promise<T> => {
    const place = placeOf(target);
    const repeatable = call.repeatable ?? call.method === 'GET';
    return guard.run(breakerOf(place), sender(place, call, read), { repeatable });
  };
  const send = (target: ServiceTarget, call: ServiceCall) => ask(target, call, parsed);

  const stream: ServiceHttp['stream'] = async (target, call) => {
    const { method, signal, timeoutMs: ownMs = DEFAULT_TIMEOUT_MS, headers } = call;
    const place = placeOf(target);
    const name = breakerOf(place);
    const limitMs = timeFor(ownMs);
    if (limitMs === 0) throw deadlineExceeded();
    const path = pathOf(call.path);
    assertOnlyPath(path);
    const ask = async () => {
      // Waiting for a connection is a part of it, which the agent's own timeouts leave out.
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(timedOut(limitMs)), limitMs);
      try {
        return await request(`${place.baseUrl}${path}`, {
          method,
          headers: { ...headers, ...(await headersOf(place, call, limitMs)) },
          body: call.upload ?? bodyOf(call) ?? null,
          dispatcher: connections.streamAgent(place.registered),
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
    if (status >= 400 && !call.isAnswer?.(status)) {
      throw refusalOf(parseBody(await body.text())) ?? unavailable(name, new Error(`status ${status}`));
    }
    const told = Object.entries(answer.headers).flatMap(([header, value]) =>
      typeof value === 'string' ? [[header, value] as const] : [],
    );
    return { status, headers: Object.fromEntries(told), body };
  };

  return {
    send,
    sendForText: (target, call) => ask(target, call, asText),
    stream,
    async call(target, call) {
      const name = breakerOf(placeOf(target));
      const { status, body } = await send(target, call).catch((error: unknown) => {
        throw error instanceof NoAnswer ? unavailable(name, error.cause) : error;
      });
      if (status < 200 || status > 299)
        throw refusalOf(body) ?? unavailable(name, new Error(`status ${status}`));
      return body;
    },
    breakers: guard.states,
    close: () => connections.close(),
  };
}
