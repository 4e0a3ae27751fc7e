import { refusalOf, type ServiceAnswer, type ServiceHttp } from '../platform/clients/http.ts';
import type { ServiceName } from '../platform/config.ts';
import { BlobgraphError } from '../platform/errors.ts';
import type { Viewer } from '../platform/identity/service-tokens.ts';
import type { Logger } from '../platform/logger.ts';
import type { SubgraphResult } from './entities.ts';

export interface SubgraphRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly viewer: Viewer;
  /** Whether it does no harm to send it twice. */
  readonly repeatable: boolean;
  /** Milliseconds to the end of the answer; less when the operation's time is short. */
  readonly timeoutMs: number;
}

/** Asks subgraphs over HTTP, as the gateway and on behalf of a user. */
export interface Transport {
  /**
   * @throws BlobgraphError SUBGRAPH_UNAVAILABLE when the subgraph does not answer in time, or not with GraphQL;
   * OVERLOADED when it has too much in work; DEADLINE_EXCEEDED when the operation's time is over
   */
  ask(subgraph: string, request: SubgraphRequest): Promise<SubgraphResult>;
}

const unavailable = (subgraph: string, cause: unknown): BlobgraphError =>
  new BlobgraphError('SUBGRAPH_UNAVAILABLE', `The ${subgraph} subgraph did not answer. Try again later.`, {
    cause,
  });

/** Refusals before GraphQL that are the client's to know of. */
const told = (error: unknown): boolean =>
  error instanceof BlobgraphError && (error.code === 'OVERLOADED' || error.code === 'DEADLINE_EXCEEDED');

/** @throws BlobgraphError of a refusal; TypeError when it is no result of GraphQL */
function resultOf({ status, body }: ServiceAnswer): SubgraphResult {
  if (body && typeof body === 'object' && ('data' in body || Array.isArray((body as SubgraphResult).errors)))
    return body;
  throw refusalOf(body) ?? new TypeError(`status ${status} without a GraphQL result`);
}

export function createTransport({
  http,
  logger,
}: {
  http: Pick<ServiceHttp, 'send'>;
  logger: Logger;
}): Transport {
  async function post(subgraph: ServiceName, asked: SubgraphRequest): Promise<SubgraphResult> {
    const { query, operationName, variables, ...call } = asked;
    const body = { query, operationName, variables };
    return resultOf(await http.send(subgraph, { method: 'POST', path: '/graphql', body, ...call }));
  }
  return {
    ask: (subgraph, asked) =>
      post(subgraph as ServiceName, asked).catch((error: unknown) => {
        logger.warn({ err: error, subgraph }, 'a subgraph did not answer');
        throw told(error) ? error : unavailable(subgraph, error);
      }),
  };
}
