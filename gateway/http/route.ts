import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OperationTypeNode } from 'graphql';
import { BlobgraphError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { parseBodies } from '../../platform/serving/body.ts';
import { belongTo } from '../../platform/serving/load/load.ts';
import { textHash } from '../../platform/serving/operation.ts';
import type { ExecutionResult } from '../execution/executor.ts';
import type { Operation } from '../operations/operation.ts';
import type { Operations } from '../operations/operations.ts';
import { type Answer, presentable, presentableError } from '../operations/present.ts';
import { sendAnswer } from './answer.ts';
import { compressAnswers } from './compression.ts';
import { allowOrigins } from './cors.ts';
import { acceptedType } from './media-type.ts';
import { type Parameters, parametersOf, parametersOfSearch } from './parameters.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, as the graph's operations are told of it; set on the gateway's `/graphql`. */
    graphContext: unknown;
  }
}

/** Asks to be told in `extensions` how an operation was run. */
export const EXPLAIN_HEADER = 'x-explain';

export interface GraphOverHttp<Context> {
  readonly operations: Operations<Context>;
  /** Who asks, for all of their request. @throws BlobgraphError when they may not come in */
  authenticate(request: FastifyRequest): Promise<Context>;
  /** The user that a request is, with whom others share fairly. Default: nobody known. */
  userOf?(context: Context): string;
  /** Whether pages of an origin may use the graph. Default: of none but its own. */
  mayAsk?(origin: string): boolean;
  /** Whether they may be told how an operation is run. */
  mayExplain(context: Context): boolean;
  /** A result as clients see it. Default: errors by the codes of our table, all others as INTERNAL. */
  readonly present?: (result: ExecutionResult, logger: Logger) => Answer;
  readonly logger: Logger;
}

/** Headers that a page of another origin cannot send without having asked first, of which one must be there. */
const UNSAFE_HEADERS = ['authorization', 'x-apollo-operation-name', 'apollo-require-preflight'];

/**
 * Refuses what a page of another origin can send unasked (https://fetch.spec.whatwg.org, CORS-safelisted). A body is not
 * among that, since it has to be JSON by its content type.
 */
function refuseForgery({ method, headers }: FastifyRequest): void {
  if (method === 'POST' || UNSAFE_HEADERS.some((name) => headers[name] !== undefined)) return;
  throw new BlobgraphError(
    'BAD_REQUEST',
    `A request without a body needs one of the headers ${UNSAFE_HEADERS.map((name) => `\`${name}\``).join(', ')}.`,
  );
}

/** @throws BlobgraphError PERSISTED_QUERY_NOT_FOUND, BAD_REQUEST; OperationRefused */
function operationOf<Context>(
  operations: Operations<Context>,
  { query, operationName, hash }: Parameters,
): Operation<Context> {
  if (query === undefined) {
    const known = operations.recall(hash ?? '', operationName);
    if (known) return known;
    // Some clients know the error by this message.
    throw new BlobgraphError('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
  }
  const operation = operations.find(query, operationName);
  if (hash === undefined || hash === textHash(query)) return operation;
  const field = 'extensions.persistedQuery.sha256Hash';
  throw new BlobgraphError('BAD_REQUEST', `\`${field}\` is not the SHA-256 of \`query\`.`, { field });
}

const badRequest = (message: string) => new BlobgraphError('BAD_REQUEST', message);

function wantsExplanation<Context>(
  { headers }: FastifyRequest,
  context: Context,
  { mayExplain }: GraphOverHttp<Context>,
): boolean {
  const asked = headers[EXPLAIN_HEADER];
  if (asked === undefined || asked === '0') return false;
  if (mayExplain(context)) return true;
  throw new BlobgraphError('FORBIDDEN', `Only operators may send \`${EXPLAIN_HEADER}\`.`);
}

async function answer<Context>(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: GraphOverHttp<Context>,
): Promise<FastifyReply> {
  const { operations, logger } = deps;
  const context = request.graphContext as Context;
  if (!acceptedType(request.headers.accept)) {
    const error = badRequest('The answer is JSON: accept `application/graphql-response+json`.');
    return sendAnswer(reply, presentableError(error, logger), 406);
  }
  refuseForgery(request);
  const isPost = request.method === 'POST';
  const parameters = isPost ? parametersOf(request.body) : parametersOfSearch(request.query);
  const operation = operationOf(operations, parameters);
  if (operation.kind === OperationTypeNode.SUBSCRIPTION)
    throw badRequest('Subscriptions are served over graphql-ws at /graphql.');
  if (operation.kind === OperationTypeNode.MUTATION && !isPost) {
    const error = badRequest('A mutation is run by POST alone.');
    return sendAnswer(reply.header('allow', 'POST'), presentableError(error, logger), 405);
  }
  const { variables } = parameters;
  operation.check(variables);
  const explain = wantsExplanation(request, context, deps);
  const result = await operation.run({ variables, context, ...(explain && { explain }) });
  const { present = presentable } = deps;
  return sendAnswer(reply, present(result, logger));
}

/** Serves the graph at `/graphql` over HTTP (https://graphql.github.io/graphql-over-http/draft/). */
export async function serveGraphOverHttp<Context>(
  app: FastifyInstance,
  deps: GraphOverHttp<Context>,
): Promise<void> {
  await app.register(async (scope) => {
    parseBodies(scope);
    scope.setErrorHandler((error, _request, reply) =>
      sendAnswer(reply, presentableError(error, deps.logger)),
    );
    scope.decorateRequest('graphContext');
    if (deps.mayAsk) allowOrigins(scope, '/graphql', deps.mayAsk);
    compressAnswers(scope);
    scope.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const context = await deps.authenticate(request);
      request.graphContext = context;
      if (deps.userOf) await belongTo(request, deps.userOf(context));
    });
    scope.route({
      url: '/graphql',
      method: ['GET', 'POST'],
      handler: (request, reply) => answer(request, reply, deps),
    });
  });
}
