import type { Readable } from 'node:stream';
import type { Config } from '../../config/config.ts';
import { routeOf } from '../../identity/service/service-tokens.ts';
import { pathOf, templateOf } from '../../ids/service-path.ts';
import { bodyWithin } from '../../text/body.ts';
import { deadlineExceeded, timeFor } from '../../time/deadline.ts';
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
import { timedOut } from './gathering.ts';
import { type Guard, NoAnswer } from './guard.ts';
import type { Streamed, Transport } from './transport.ts';

/** A call whose answer, and whose body, may be of any size. */
export interface StreamedCall extends Omit<ServiceCall, 'method'> {
  readonly method: ServiceCall['method'] | 'HEAD' | 'PUT';
  /** Further ones to send. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the identity opens nothing but this body, which is no `upload`. Default: all of its route, for a minute. */
  readonly isBound?: boolean;
  /** Sent as it comes, in the place of `body`; its error breaks the call off. */
  readonly upload?: Readable;
  /** Statuses from 400 on that are answered like others. Default: none; each is an error. */
  readonly isAnswer?: (status: number) => boolean;
}

/** An answer whose body comes as it is sent, its status below 400, unless {@link StreamedCall.isAnswer} takes it. */
export type StreamedAnswer = Streamed;

/** A refusal is some words; the rest of a longer one is not read. */
const MAX_REFUSAL_BYTES = 64 * 1024;

/** A refusal's text; empty where it is longer than refusals are. */
const textOf = async (body: Readable): Promise<string> =>
  (await bodyWithin(body, MAX_REFUSAL_BYTES))?.toString('utf8') ?? '';

/** Aborts after `ms`, until it is stopped. */
function limited(ms: number, signal: AbortSignal | undefined) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(timedOut(ms)), ms);
  return {
    signal: signal ? AbortSignal.any([late.signal, signal]) : late.signal,
    stop: () => clearTimeout(timer),
  };
}

/** Asks services for answers that are read as they come. */
export function createStreaming(deps: {
  readonly urls: Config['urls'];
  readonly transportTo: (place: Place) => Transport;
  readonly guard: Guard;
  readonly headersOf: (call: CallBody, timeoutMs: number) => Record<string, string>;
}): (target: ServiceTarget, call: StreamedCall) => Promise<StreamedAnswer> {
  const { urls, transportTo, guard, headersOf } = deps;

  /** The answer, or the refusal that its body tells. */
  async function begin(place: Place, call: StreamedCall, limitMs: number, signal: AbortSignal) {
    const { method, viewer, isBound } = call;
    const route = routeOf(method, templateOf(call.path));
    const headers = { ...call.headers, ...headersOf(call, limitMs) };
    const body = call.upload ?? bodyOf(call);
    const sent = { place, path: pathOf(call.path), method, route, viewer, isBound, headers, body };
    const answer = await transportTo(place).stream(sent, signal);
    const refused = answer.status >= 400 && !call.isAnswer?.(answer.status);
    return { ...answer, refusal: refused ? await textOf(answer.body) : null };
  }

  return async (target, call) => {
    const { signal, timeoutMs: ownMs = DEFAULT_TIMEOUT_MS } = call;
    const place = placeOf(target, urls);
    const name = breakerOf(place);
    const limitMs = timeFor(ownMs);
    if (limitMs === 0) throw deadlineExceeded();
    assertOnlyPath(pathOf(call.path));
    const ask = async () => {
      // Waiting for a connection is a part of it, which the agent's own timeouts leave out.
      const limit = limited(limitMs, signal);
      try {
        return await begin(place, call, limitMs, limit.signal);
      } catch (error) {
        throw failure(error, limitMs < ownMs, signal);
      } finally {
        limit.stop();
      }
    };
    const answer = await guard.run(name, ask, { repeatable: false }).catch((error: unknown) => {
      throw error instanceof NoAnswer ? unavailable(name, error.cause) : error;
    });
    const { refusal, ...passed } = answer;
    if (refusal === null) return passed;
    throw refusalOf(parseBody(refusal)) ?? unavailable(name, new Error(`status ${answer.status}`));
  };
}
