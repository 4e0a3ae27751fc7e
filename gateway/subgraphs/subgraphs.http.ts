import { Agent } from 'undici';
import { exchangeText } from '../../platform/clients/http/exchange.ts';
import { AnswerTooLarge, type TextAnswer } from '../../platform/clients/http/gathering.ts';
import { type BreakerState, createGuard, NoAnswer } from '../../platform/clients/http/guard.ts';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import { deadlineExceeded, deadlineIn, leftUntil, timeFor } from '../../platform/time/deadline.ts';
import { subgraphAnswerTooLarge, subgraphUnavailable } from './subgraph-errors.ts';
import type { SubgraphRequest, Subgraphs } from './subgraphs.ts';

/** The caller as subgraphs see them: headers that are passed on, with names in lower case. */
export interface HttpCaller {
  readonly headers: Readonly<Record<string, string>>;
}

/** Subgraphs at arbitrary URLs: requests carry no service identity, and their error codes are not trusted. */
export interface HttpSubgraphs extends Subgraphs<HttpCaller> {
  /** The circuit breakers of all subgraphs that were called. */
  breakers(): Readonly<Record<string, BreakerState>>;
  /** Aborts requests in flight. */
  close(): Promise<void>;
}

export interface HttpSubgraphsOptions {
  /** URLs by subgraph name. */
  readonly urls: ReadonlyMap<string, string>;
  /** Milliseconds to the end of an answer, including retries; less when the operation's deadline is nearer. */
  readonly timeoutMs: number;
  /** Mebibytes of one answer. */
  readonly maxAnswerMiB: number;
  /** Concurrent requests to one subgraph, including those that wait for a connection. */
  readonly maxInWork: number;
  /** Gets every request that failed, with its cause. */
  readonly logger: Logger;
}

const CONNECTING = { connections: 64, keepAliveTimeout: 30_000, connectTimeout: 3_000 };
/** Each exchange has its own timeout for all of it. */
const UNTIMED = { headersTimeout: 0, bodyTimeout: 0 };

const MEBIBYTE = 1024 * 1024;
const TOO_MANY_REQUESTS = 429;

interface Subgraph {
  readonly name: string;
  readonly origin: string;
  readonly path: string;
  inWork: number;
}

function subgraphAt(name: string, url: string): Subgraph {
  const { origin, pathname, search } = new URL(url);
  return { name, origin, path: `${pathname}${search}`, inWork: 0 };
}

const overloaded = (name: string): BlobgraphError =>
  new BlobgraphError('OVERLOADED', `The ${name} subgraph has too many requests. Try again in a second.`);

/** Whether an error response is a GraphQL result. */
function isResult(text: string): boolean {
  try {
    const body = JSON.parse(text);
    return typeof body === 'object' && body !== null && ('data' in body || Array.isArray(body.errors));
  } catch {
    return false;
  }
}

/** @throws NoAnswer when the answer is not GraphQL; BlobgraphError OVERLOADED */
function checked({ status, text }: TextAnswer, name: string): string {
  if (status >= 400 ? isResult(text) : text.trimStart().startsWith('{')) return text;
  if (status === TOO_MANY_REQUESTS) throw overloaded(name);
  // A client error would repeat, and is no sign of an unhealthy subgraph.
  const isItself = status >= 400 && status < 500;
  throw new NoAnswer(new Error(`status ${status} without a GraphQL result`), {
    again: !isItself,
    counts: !isItself,
  });
}

/** Translates the error of an exchange. `isCut`: its timeout was shortened by the deadline. */
function exchangeError(error: unknown, isCut: boolean): unknown {
  if (error instanceof NoAnswer || error instanceof BlobgraphError) return error;
  if (error instanceof AnswerTooLarge) return error;
  const isLate = (error as Error).name === 'TimeoutError';
  if (isLate && isCut) return deadlineExceeded(error);
  return new NoAnswer(error, { again: !isLate, counts: true });
}

/** The error for the client. */
function clientError(error: unknown, name: string, maxAnswerMiB: number): BlobgraphError {
  if (error instanceof BlobgraphError) return error;
  return error instanceof AnswerTooLarge
    ? subgraphAnswerTooLarge(name, maxAnswerMiB, error)
    : subgraphUnavailable(name, error);
}

interface Exchange {
  readonly agent: Agent;
  readonly caller: HttpCaller;
  readonly body: string;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** A function that sends a request once, within what is left of its time. @throws BlobgraphError DEADLINE_EXCEEDED */
function sender(
  { name, origin, path }: Subgraph,
  { agent, caller, body, timeoutMs, maxBytes, signal }: Exchange,
) {
  const limitMs = timeFor(timeoutMs);
  if (limitMs === 0) throw deadlineExceeded();
  const until = deadlineIn(limitMs);
  const headers = {
    ...caller.headers,
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json',
  };
  return async (): Promise<string> => {
    const leftMs = leftUntil(until);
    const exchange = {
      origin,
      path,
      method: 'POST',
      headers,
      body,
      timeoutMs: leftMs,
      maxBytes,
      signal,
    } as const;
    try {
      return checked(await exchangeText(agent, exchange), name);
    } catch (error) {
      if (signal?.aborted) throw new NoAnswer(error, { again: false, counts: false });
      throw exchangeError(error, limitMs < timeoutMs);
    }
  };
}

/** Calls subgraphs over plain HTTP. Queries are retried where that may help; mutations never. */
export function createHttpSubgraphs(options: HttpSubgraphsOptions): HttpSubgraphs {
  const { timeoutMs, maxAnswerMiB, maxInWork, logger } = options;
  const maxBytes = maxAnswerMiB * MEBIBYTE;
  const agent = new Agent({ ...CONNECTING, ...UNTIMED });
  const guard = createGuard();
  const subgraphs = new Map([...options.urls].map(([name, url]) => [name, subgraphAt(name, url)]));

  async function ask(
    { subgraph: name, body, kind, signal }: SubgraphRequest,
    caller: HttpCaller,
  ): Promise<string> {
    const subgraph = subgraphs.get(name);
    if (!subgraph) throw new TypeError(`The supergraph has no subgraph ${name}`);
    if (subgraph.inWork >= maxInWork) throw overloaded(name);
    subgraph.inWork += 1;
    try {
      const send = sender(subgraph, { agent, caller, body, timeoutMs, maxBytes, signal });
      return await guard.run(name, send, { repeatable: kind === 'query' });
    } catch (error) {
      if (!signal?.aborted) logger.warn({ err: error, subgraph: name }, 'subgraph request failed');
      throw clientError(error, name, maxAnswerMiB);
    } finally {
      subgraph.inWork -= 1;
    }
  }

  return { ask, breakers: guard.states, close: () => agent.destroy() };
}
