import { MAX_ANSWER_BYTES } from '../../platform/answer-room.ts';
import { AnswerTooLarge, type TextAnswer } from '../../platform/clients/exchange.ts';
import { parseBody, refusalOf, type ServiceHttp, type ServiceTarget } from '../../platform/clients/http.ts';
import type { ServiceName } from '../../platform/config.ts';
import { BlobgraphError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { OutsideSubgraph } from '../../platform/supergraph/outside.ts';
import type { GatewayContext } from '../context.ts';
import { subgraphAnswerTooLarge, subgraphUnavailable } from './failures.ts';
import { LARGE_BYTES } from './large.ts';
import type { Subgraphs } from './subgraphs.ts';

const MEBIBYTE = 1024 * 1024;
const MAX_ANSWER_MIB = MAX_ANSWER_BYTES / MEBIBYTE;
const QUERY_TIMEOUT_MS = 10_000;
/** Compiling a long book takes longer than any question. */
const MUTATION_TIMEOUT_MS = 30_000;

/** Refusals before GraphQL that are the client's to know of. */
const isTold = (error: unknown): boolean =>
  error instanceof BlobgraphError && (error.code === 'OVERLOADED' || error.code === 'DEADLINE_EXCEEDED');

/** Errors of GraphQL are an answer, whatever the status. @throws BlobgraphError of a refusal; TypeError of anything else */
function resultOf({ status, text }: TextAnswer): string {
  if (status < 400) return text;
  const body = parseBody(text);
  if (body && typeof body === 'object' && ('data' in body || 'errors' in body)) return text;
  throw refusalOf(body) ?? new TypeError(`status ${status} without a GraphQL result`);
}

/** Asks the services of this system, with the gateway's signed identity and on behalf of the user. */
export function createServiceSubgraphs(deps: {
  http: Pick<ServiceHttp, 'sendForText'>;
  logger: Logger;
  /** Subgraphs that are no services of this system: asked like processors that are registered. Default: there are none. */
  outside?: readonly OutsideSubgraph[];
  /** Mebibytes that one answer of a subgraph may have. Default: 8. */
  maxAnswerMiB?: number;
  /** Milliseconds to the end of a query's answer. Default: 10,000. */
  queryTimeoutMs?: number;
}): Subgraphs<GatewayContext> {
  const {
    http,
    logger,
    outside = [],
    maxAnswerMiB = MAX_ANSWER_MIB,
    queryTimeoutMs = QUERY_TIMEOUT_MS,
  } = deps;
  const targets = new Map(outside.map(({ name, baseUrl }) => [name, { id: name, baseUrl }]));
  const targetOf = (name: string): ServiceTarget => targets.get(name) ?? (name as ServiceName);
  function failure(subgraph: string, error: unknown): BlobgraphError {
    if (error instanceof AnswerTooLarge) return subgraphAnswerTooLarge(subgraph, maxAnswerMiB, error);
    return isTold(error) ? (error as BlobgraphError) : subgraphUnavailable(subgraph, error);
  }
  return {
    async ask({ subgraph, body, kind }, { viewer, makeLarge }) {
      const repeatable = kind === 'query';
      try {
        const answer = await http.sendForText(targetOf(subgraph), {
          method: 'POST',
          path: '/graphql',
          json: body,
          viewer,
          repeatable,
          timeoutMs: repeatable ? queryTimeoutMs : MUTATION_TIMEOUT_MS,
          maxBytes: maxAnswerMiB * MEBIBYTE,
          ...(makeLarge && { large: { fromBytes: LARGE_BYTES, wait: makeLarge } }),
        });
        return resultOf(answer);
      } catch (error) {
        logger.warn({ err: error, subgraph }, 'a subgraph did not answer');
        throw failure(subgraph, error);
      }
    },
  };
}
