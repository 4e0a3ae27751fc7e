import { Agent } from 'undici';
import { AnswerTooLarge, exchangeText, type TextAnswer } from '../../platform/clients/exchange.ts';
import { type BreakerState, createGuard, NoAnswer } from '../../platform/clients/guard.ts';
import { deadlineExceeded, deadlineIn, timeFor } from '../../platform/deadline.ts';
import { BlobgraphError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { subgraphAnswerTooLarge, subgraphUnavailable } from './failures.ts';
import type { SubgraphRequest, Subgraphs } from './subgraphs.ts';

/** Whoever asks, as subgraphs hear of them: the headers that are sent on, names in lower case. */
export interface HttpCaller {
  readonly headers: Readonly<Record<string, string>>;
}

/** Subgraphs of which nothing is known but where they answer: no identity, no code of theirs is trusted. */
export interface HttpSubgraphs extends Subgraphs<HttpCaller> {
  /** How it is with every subgraph that was asked. */
  breakers(): Readonly<Record<string, BreakerState>>;
  /** Breaks off what is in work. */
  close(): Promise<void>;
}

export interface HttpSubgraphsOptions {
  /** Where each subgraph answers, by its name. */
  readonly urls: ReadonlyMap<string, string>;
  /** Milliseconds to the end of an answer, repetitions included; less when the operation's time is short. */
  readonly timeoutMs: number;
  /** Mebibytes that one answer may have. */
  readonly maxAnswerMiB: number;
  /** Requests to one subgraph in work at once, those included that wait for a connection. */
  readonly maxInWork: number;
  readonly logger: Logger;
}

const CONNECTING = { connections: 64, keepAliveTimeout: 30_000, connectTimeout: 3_000 };
/** Each exchange has a limit of its own, for all of it. */
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
  new BlobgraphError('OVERLOADED', `The ${name} subgraph has too much in work. Try again in a second.`);

/** Whether a refusal has the form of a result of GraphQL. */
function isResult(text: string): boolean {
  try {
    const body = JSON.parse(text);
    return typeof body === 'object' && body !== null && ('data' in body || Array.isArray(body.errors));
  } catch {
    return false;
  }
}

/** @throws NoAnswer when the answer is none of GraphQL; BlobgraphError OVERLOADED */
function checked({ status, text }: TextAnswer, name: string): string {
  if (status >= 400 ? isResult(text) : text.trimStart().startsWith('{')) return text;
  if (status === TOO_MANY_REQUESTS) throw overloaded(name);
  // What is refused is refused again; the subgraph itself is well.
  const isItself = status >= 400 && status < 500;
  throw new NoAnswer(new Error(`status ${status} without a result of GraphQL`), {
    again: !isItself,
    counts: !isItself,
  });
}

/** The error that a failed exchange is told by; `isCut`: it had less time than its own. */
function failure(error: unknown, isCut: boolean): unknown {
  if (error instanceof NoAnswer || error instanceof BlobgraphError) return error;
  if (error instanceof AnswerTooLarge) return error;
  const isLate = (error as Error).name === 'TimeoutError';
  if (isLate && isCut) return deadlineExceeded(error);
  return new NoAnswer(error, { again: !isLate, counts: true });
}

/** The error that the client sees. */
function told(error: unknown, name: string, maxAnswerMiB: number): BlobgraphError {
  if (error instanceof BlobgraphError) return error;
  return error instanceof AnswerTooLarge
    ? subgraphAnswerTooLarge(name, maxAnswerMiB, error)
    : subgraphUnavailable(name, error);
}

/** Asks subgraphs by HTTP alone. A query is asked again where that may help, a mutation never. */
export function createHttpSubgraphs(options: HttpSubgraphsOptions): HttpSubgraphs {
  const { timeoutMs, maxAnswerMiB, maxInWork, logger } = options;
  const maxBytes = maxAnswerMiB * MEBIBYTE;
  const agent = new Agent({ ...CONNECTING, ...UNTIMED });
  const guard = createGuard();
  const subgraphs = new Map([...options.urls].map(([name, url]) => [name, subgraphAt(name, url)]));

  function sender({ name, origin, path }: Subgraph, body: string, caller: HttpCaller) {
    const limitMs = timeFor(timeoutMs);
    if (limitMs === 0) throw deadlineExceeded();
    const until = deadlineIn(limitMs);
    const headers = {
      ...caller.headers,
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
    };
    return async (): Promise<string> => {
      const leftMs = Math.max(1, Math.ceil(until - performance.now()));
      const exchange = { origin, path, method: 'POST', headers, body, timeoutMs: leftMs, maxBytes } as const;
      try {
        return checked(await exchangeText(agent, exchange), name);
      } catch (error) {
        throw failure(error, limitMs < timeoutMs);
      }
    };
  }

  async function ask({ subgraph: name, body, kind }: SubgraphRequest, caller: HttpCaller): Promise<string> {
    const subgraph = subgraphs.get(name);
    if (!subgraph) throw new TypeError(`The supergraph has no subgraph ${name}`);
    if (subgraph.inWork >= maxInWork) throw overloaded(name);
    subgraph.inWork += 1;
    try {
      return await guard.run(name, sender(subgraph, body, caller), { repeatable: kind === 'query' });
    } catch (error) {
      logger.warn({ err: error, subgraph: name }, 'a subgraph did not answer');
      throw told(error, name, maxAnswerMiB);
    } finally {
      subgraph.inWork -= 1;
    }
  }

  return { ask, breakers: guard.states, close: () => agent.destroy() };
}
