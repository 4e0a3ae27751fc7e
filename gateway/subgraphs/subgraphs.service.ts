import { AnswerTooLarge, type TextAnswer } from '../../platform/clients/http/gathering.ts';
import {
  parseBody,
  refusalOf,
  type ServiceHttp,
  type ServiceTarget,
} from '../../platform/clients/http/http.ts';
import { Together } from '../../platform/clients/http/together/together.ts';
import type { ServiceName } from '../../platform/config/config.ts';
import { BlobgraphError, type ErrorCode } from '../../platform/errors/errors.ts';
import { takesTogether } from '../../platform/serving/access/table.ts';
import { MAX_ANSWER_BYTES } from '../../platform/serving/graphql/answer-room.ts';
import type { OutsideSubgraph } from '../../platform/supergraph/outside.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { GatewayContext } from '../admission/context.ts';
import { LARGE_BYTES } from './large.ts';
import { subgraphAnswerTooLarge, subgraphUnavailable } from './subgraph-errors.ts';
import type { Subgraphs } from './subgraphs.ts';

const MEBIBYTE = 1024 * 1024;
const MAX_ANSWER_MIB = MAX_ANSWER_BYTES / MEBIBYTE;
const QUERY_TIMEOUT_MS = 10_000;
/** Compiling a long book takes longer than any query. */
const MUTATION_TIMEOUT_MS = 30_000;

/** Errors outside GraphQL results that are passed on to the client. */
const TOLD: ReadonlySet<ErrorCode> = new Set([
  'OVERLOADED',
  'DEADLINE_EXCEEDED',
  // A subgraph request may exceed limits that the client's request met: it is larger.
  'VALIDATION_FAILED',
  'PAYLOAD_TOO_LARGE',
]);
const isTold = (error: unknown): boolean => error instanceof BlobgraphError && TOLD.has(error.code);

/**
 * A GraphQL result is an answer, whatever its status.
 * @throws BlobgraphError for a refusal; TypeError for anything else
 */
function resultOf({ status, text }: TextAnswer): string {
  if (status < 400) return text;
  const body = parseBody(text);
  if (body && typeof body === 'object' && ('data' in body || 'errors' in body)) return text;
  throw refusalOf(body) ?? new TypeError(`status ${status} without a GraphQL result`);
}

/** Calls the services of this system with the gateway's signed identity, on behalf of the user. */
export function createServiceSubgraphs(deps: {
  http: Pick<ServiceHttp, 'sendForText' | 'stream' | 'isLocal'>;
  logger: Logger;
  /** Subgraphs that are not services of this system, called like registered processors. Default: none. */
  outside?: readonly OutsideSubgraph[];
  /** Mebibytes of one subgraph answer. Default: 8. */
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
  const together = new Together({
    send: (target, call) => http.sendForText(target, call),
    stream: (target, call) => http.stream(target, call),
    takes: (target) => typeof target === 'string' && takesTogether(target) && !http.isLocal(target),
  });
  function failure(subgraph: string, error: unknown): BlobgraphError {
    if (error instanceof AnswerTooLarge) return subgraphAnswerTooLarge(subgraph, maxAnswerMiB, error);
    return isTold(error) ? (error as BlobgraphError) : subgraphUnavailable(subgraph, error);
  }
  return {
    async ask({ subgraph, body, kind, signal }, { viewer, makeLarge, isTelling }) {
      const repeatable = kind === 'query';
      const maxBytes = maxAnswerMiB * MEBIBYTE;
      const large = makeLarge && { fromBytes: LARGE_BYTES, wait: makeLarge };
      try {
        if (isTelling && repeatable) {
          const query = { viewer, json: body, timeoutMs: queryTimeoutMs, maxBytes, large };
          return resultOf(await together.ask(targetOf(subgraph), query));
        }
        const answer = await http.sendForText(targetOf(subgraph), {
          method: 'POST',
          path: '/graphql',
          json: body,
          viewer,
          repeatable,
          timeoutMs: repeatable ? queryTimeoutMs : MUTATION_TIMEOUT_MS,
          maxBytes,
          large,
          ...(signal && { signal }),
        });
        return resultOf(answer);
      } catch (error) {
        if (!signal?.aborted) logger.warn({ err: error, subgraph }, 'subgraph request failed');
        throw failure(subgraph, error);
      }
    },
  };
}
