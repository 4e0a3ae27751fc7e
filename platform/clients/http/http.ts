import type { Config } from '../../config/config.ts';
import type { Egress } from '../../egress/guarded-agent.ts';
import { BlobgraphError } from '../../errors/errors.ts';
import { routeOf, type ServiceTokens } from '../../identity/service/service-tokens.ts';
import { pathOf, templateOf } from '../../ids/service-path.ts';
import { currentTrace } from '../../telemetry/trace.ts';
import { deadlineExceeded, deadlineIn, leftUntil, TIMEOUT_HEADER, timeFor } from '../../time/deadline.ts';
import { failure, parseBody, refusalOf, unavailable } from './answers.ts';
import {
  assertOnlyPath,
  bodyOf,
  breakerOf,
  type CallBody,
  DEFAULT_TIMEOUT_MS,
  type Place,
  placeOf,
  type ServiceCall,
  type ServiceTarget,
} from './call.ts';
import type { TextAnswer } from './gathering.ts';
import { type BreakerState, createGuard, NoAnswer } from './guard.ts';
import { createSocketTransport } from './sockets.ts';
import { createStreaming, type StreamedAnswer, type StreamedCall } from './streaming.ts';
import type { LocalTransport, Transport } from './transport.ts';

export { parseBody, refusalOf } from './answers.ts';
export type { ServiceCall, ServiceTarget } from './call.ts';
export type { StreamedAnswer, StreamedCall } from './streaming.ts';

/** A service's answer; `body` is undefined where it is no JSON. */
export interface ServiceAnswer {
  readonly status: number;
  /** Null where the answer is empty. */
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
   * between two pieces. Sent once, and no redirect is followed.
   * @throws BlobgraphError like {@link call}
   */
  stream(target: ServiceTarget, call: StreamedCall): Promise<StreamedAnswer>;
  /** Whether a service is of this process, and called without a socket. */
  isLocal(target: ServiceTarget): boolean;
  /** State of the breaker of every target that was called. */
  breakers(): Readonly<Record<string, BreakerState>>;
  /** Breaks off calls that are under way. */
  close(): Promise<void>;
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

/** All that goes with a request but its identity. */
function headersOf(call: CallBody, timeoutMs: number): Record<string, string> {
  const trace = currentTrace();
  return {
    [TIMEOUT_HEADER]: String(timeoutMs),
    ...(call.body === undefined && call.json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(trace ? { traceparent: trace.traceparent, 'x-request-id': trace.requestId } : {}),
  };
}

/** Asks in the name of the service whose `tokens` these are. */
export function createServiceHttp(deps: {
  urls: Config['urls'];
  tokens: Pick<ServiceTokens, 'sign'>;
  egress: Egress;
  /** Gets to services of this process, in the same service's name. Default: all are asked over sockets. */
  local?: LocalTransport | undefined;
}): ServiceHttp {
  const { urls, local } = deps;
  const sockets = createSocketTransport(deps);
  const guard = createGuard();
  const transportTo = (place: Place): Transport => (local?.reaches(place) ? local : sockets);

  function sender<T>(place: Place, call: ServiceCall, read: Reading<T>) {
    const { method, viewer, signal, maxBytes, large, timeoutMs: ownMs = DEFAULT_TIMEOUT_MS } = call;
    const limitMs = timeFor(ownMs);
    if (limitMs === 0) throw deadlineExceeded();
    const until = deadlineIn(limitMs);
    const path = pathOf(call.path);
    assertOnlyPath(path);
    const request = { place, path, method, route: routeOf(method, templateOf(call.path)), viewer };
    const body = bodyOf(call);
    return async (): Promise<T> => {
      const timeoutMs = leftUntil(until);
      try {
        const sent = { ...request, headers: headersOf(call, timeoutMs), body };
        const answer = await transportTo(place).exchange(sent, { timeoutMs, maxBytes, large, signal });
        const own = read(answer);
        if (own !== undefined) return own;
        throw new Error(`status ${answer.status} of something in between`);
      } catch (error) {
        throw error instanceof BlobgraphError ? error : failure(error, limitMs < ownMs, signal);
      }
    };
  }

  const ask = async <T>(target: ServiceTarget, call: ServiceCall, read: Reading<T>): Promise<T> => {
    const place = placeOf(target, urls);
    const repeatable = call.repeatable ?? call.method === 'GET';
    return guard.run(breakerOf(place), sender(place, call, read), { repeatable });
  };
  const send = (target: ServiceTarget, call: ServiceCall) => ask(target, call, parsed);

  return {
    send,
    sendForText: (target, call) => ask(target, call, asText),
    stream: createStreaming({ urls, transportTo, guard, headersOf }),
    async call(target, call) {
      const name = breakerOf(placeOf(target, urls));
      const { status, body } = await send(target, call).catch((error: unknown) => {
        throw error instanceof NoAnswer ? unavailable(name, error.cause) : error;
      });
      if (status < 200 || status > 299)
        throw refusalOf(body) ?? unavailable(name, new Error(`status ${status}`));
      return body;
    },
    isLocal: (target) => local?.reaches(placeOf(target, urls)) ?? false,
    breakers: guard.states,
    async close() {
      await Promise.all([sockets.close(), local?.close()]);
    },
  };
}
