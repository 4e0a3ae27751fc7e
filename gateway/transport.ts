import { Agent, request } from 'undici';
import type { ServiceName } from '../platform/config.ts';
import { BlobgraphError } from '../platform/errors.ts';
import type { ServiceTokens, Viewer } from '../platform/identity/service-tokens.ts';
import type { Logger } from '../platform/logger.ts';
import { currentTrace } from '../platform/trace.ts';
import type { SubgraphResult } from './entities.ts';

export interface SubgraphRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly viewer: Viewer;
  /** Milliseconds to the end of the answer. */
  readonly timeoutMs: number;
}

/** Asks subgraphs over HTTP, as the gateway and on behalf of a user. */
export interface Transport {
  /** @throws BlobgraphError SUBGRAPH_UNAVAILABLE when the subgraph does not answer in time, or not with GraphQL */
  ask(subgraph: string, request: SubgraphRequest): Promise<SubgraphResult>;
  close(): Promise<void>;
}

const unavailable = (subgraph: string, cause: unknown): BlobgraphError =>
  new BlobgraphError('SUBGRAPH_UNAVAILABLE', `The ${subgraph} subgraph did not answer. Try again later.`, {
    cause,
  });

/** @throws SyntaxError, TypeError when it is no result of GraphQL */
function parseResult(status: number, text: string): SubgraphResult {
  const result: unknown = JSON.parse(text);
  if (
    result &&
    typeof result === 'object' &&
    ('data' in result || Array.isArray((result as SubgraphResult).errors))
  )
    return result;
  throw new TypeError(`status ${status} without a GraphQL result`);
}

export function createTransport(deps: {
  urls: Readonly<Record<ServiceName, string>>;
  tokens: ServiceTokens;
  logger: Logger;
}): Transport {
  const agent = new Agent({ connections: 64, keepAliveTimeout: 30_000, connectTimeout: 3_000 });
  const endpoints = new Map(Object.entries(deps.urls).map(([name, url]) => [name, `${url}/graphql`]));

  async function post(subgraph: string, asked: SubgraphRequest): Promise<SubgraphResult> {
    const { query, operationName, variables, viewer, timeoutMs } = asked;
    const trace = currentTrace();
    const answer = await request(endpoints.get(subgraph) ?? '', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await deps.tokens.sign({ service: 'gateway', viewer })}`,
        'content-type': 'application/json',
        accept: 'application/json',
        ...(trace && { traceparent: trace.traceparent, 'x-request-id': trace.requestId }),
      },
      body: JSON.stringify({ query, operationName, variables }),
      dispatcher: agent,
      signal: AbortSignal.timeout(timeoutMs),
    });
    return parseResult(answer.statusCode, await answer.body.text());
  }

  return {
    ask: (subgraph, asked) =>
      post(subgraph, asked).catch((error: unknown) => {
        deps.logger.warn({ err: error, subgraph }, 'a subgraph did not answer');
        throw unavailable(subgraph, error);
      }),
    close: () => agent.destroy(),
  };
}
