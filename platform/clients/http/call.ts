import type { Config, ServiceName } from '../../config/config.ts';
import type { Viewer } from '../../identity/service/caller.ts';
import { isEscaping, type RoutedPath } from '../../ids/service-path.ts';
import type { AnswerLimits } from './gathering.ts';

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
  readonly large?: AnswerLimits['large'];
  /** Gives the call up: it fails like one without an answer, and is not repeated. Default: nothing does. */
  readonly signal?: AbortSignal;
}

/** A processor by its declaration. */
export interface RegisteredTarget {
  readonly id: string;
  /** Without a trailing slash. */
  readonly baseUrl: string;
}

/** Where a call goes: to a service of the environment by its name, or to a registered processor. */
export type ServiceTarget = ServiceName | RegisteredTarget;

export const DEFAULT_TIMEOUT_MS = 10_000;

/** @throws TypeError: an id was put into a path by hand */
export function assertOnlyPath(built: string): void {
  if (isEscaping(built)) throw new TypeError(`${built.slice(0, 200)} is no path of a service`);
}

/** The part of a call that is its body. */
export type CallBody = Pick<ServiceCall, 'body' | 'json'>;

/** Where one call goes. */
export interface Place {
  /** The token's audience; of our own services also the name in errors and breakers. */
  readonly name: string;
  readonly baseUrl: string;
  /** Whether it is a processor of the registry: it has other connections, and a breaker of its address. */
  readonly registered: boolean;
}

export const bodyOf = ({ json, body }: CallBody): string | undefined =>
  json ?? (body === undefined ? undefined : JSON.stringify(body));

export const placeOf = (target: ServiceTarget, urls: Config['urls']): Place =>
  typeof target === 'string'
    ? { name: target, baseUrl: urls[target], registered: false }
    : { name: target.id, baseUrl: target.baseUrl, registered: true };
/** Registered processors have a breaker per address: two of them may share a name. */
export const breakerOf = ({ name, baseUrl, registered }: Place): string =>
  registered ? new URL(baseUrl).host : name;

/** A base URL’s origin, and the path that all of its paths begin with. */
export function placeAt(baseUrl: string): { origin: string; prefix: string } {
  const { origin, pathname } = new URL(baseUrl);
  return { origin, prefix: pathname === '/' ? '' : pathname };
}
