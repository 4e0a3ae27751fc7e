import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OperationTypeNode } from 'graphql';
import { BlobgraphError } from '../../platform/errors/errors.ts';
import { wantsPage } from '../../platform/serving/doors/pages.ts';
import { acceptedType, acceptsEventStream, acceptsParts } from '../../platform/serving/graphql/media-type.ts';
import { OperationRefused } from '../../platform/serving/graphql/operation.ts';
import { badRequest } from '../../platform/serving/graphql/parameters.ts';
import { parseBodies } from '../../platform/serving/http/body.ts';
import { varyBy } from '../../platform/serving/http/vary.ts';
import { whileOpen } from '../../platform/serving/http/while-open.ts';
import { belongTo } from '../../platform/serving/load/load.ts';
import type { Logger } from '../../platform/telemetry/logger.ts';
import type { Documents, DocumentUser } from '../documents/documents.ts';
import type { ExecutionRequest, ExecutionResult, LaterResult } from '../execution/executor.ts';
import type { Operation } from '../operations/operation.ts';
import { type Answer, presentable, presentableError, presentableLater } from '../operations/present.ts';
import { explanationAsked, onlyPlanned } from './explanation.ts';
import { sendAnswer, sendJson } from './graph-answer.ts';
import { sendParts } from './graph-in-parts.ts';
import { parametersOf, parametersOfSearch } from './graph-parameters.ts';
import { refuseLongQueries } from './long-query.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The context of the request's operation, set by authentication on `/graphql`. */
    graphContext: unknown;
  }
}

export interface GraphOverHttp<Context> {
  readonly documents: Documents<Context>;
  /** Authenticates a request. @throws BlobgraphError UNAUTHENTICATED, RATE_LIMITED */
  authenticate(request: FastifyRequest): Promise<Context>;
  /** The user among whom load is shared fairly. Default: load is not shared by user. */
  userOf?(context: Context): string;
  /** The path to which browsers are redirected that open the endpoint as a page. Default: they are not. */
  readonly page?: string;
  /** Redacts a refusal for its caller. Default: unchanged. */
  redact?(error: OperationRefused, context: Context): OperationRefused;
  /** Whether the caller may see how an operation is run. */
  mayExplain(context: Context): boolean;
  /** Whether the caller may run unlisted documents where only listed ones are allowed. Default: nobody may. */
  mayRunAny?(context: Context): boolean;
  /** Formats a result for clients. Default: errors with codes from the error table, all others as INTERNAL. */
  readonly present?: (result: ExecutionResult, logger: Logger) => Answer;
  /** Answers a checked subscription with an event stream. Default: none is answered. */
  readonly stream?: StreamSubscription<Context>;
  readonly logger: Logger;
}

export type StreamSubscription<Context> = (
  request: FastifyRequest,
  reply: FastifyReply,
  subscription: {
    readonly operation: Operation<Context>;
    readonly variables: Readonly<Record<string, unknown>>;
    readonly context: Context;
  },
) => Promise<undefined>;

const noSubscriptions = badRequest('Subscriptions are not served here.');
const notOverHttp = badRequest(
  'Subscriptions are served over graphql-ws at /graphql, and as event streams: accept `text/event-stream`.',
);

/** Headers that a page of another origin cannot send without a CORS preflight. One of them is required. */
const UNSAFE_HEADERS = ['authorization', 'x-apollo-operation-name', 'apollo-require-preflight'];

/**
 * Refuses requests that a page of another origin can send without a preflight (https://fetch.spec.whatwg.org,
 * CORS-safelisted). POST needs none of the headers: its content type, JSON, already requires a preflight.
 */
function refuseForgery({ method, headers }: FastifyRequest): void {
  if (method === 'POST' || UNSAFE_HEADERS.some((name) => headers[name] !== undefined)) return;
  throw new BlobgraphError(
    'BAD_REQUEST',
    `A request without a body needs one of the headers ${UNSAFE_HEADERS.map((name) => `\`${name}\``).join(', ')}.`,
  );
}

const documentUser = <Context>(
  context: Context,
  { userOf, mayRunAny }: GraphOverHttp<Context>,
): DocumentUser => ({
  userId: userOf?.(context) ?? '',
  mayRunAny: mayRunAny?.(context) ?? false,
});

async function* presented(parts: AsyncIterable<LaterResult>, logger: Logger) {
  for await (const part of parts) yield presentableLater(part, logger);
}

/** Answers in one where nothing is told later. */
async function answerInParts<Context>(
  reply: FastifyReply,
  operation: Operation<Context>,
  asked: ExecutionRequest<Context>,
  { present = presentable, logger }: GraphOverHttp<Context>,
): Promise<FastifyReply> {
  const result = await operation.answerInParts({ ...asked, signal: whileOpen(reply) });
  if ('json' in result) return sendJson(reply, 200, result.json);
  const { later, ...first } = result;
  const shown = present(first, logger);
  return later ? sendParts(reply, shown, presented(later, logger)) : sendAnswer(reply, shown);
}

async function answer<Context>(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: GraphOverHttp<Context>,
): Promise<FastifyReply | undefined> {
  const { documents, logger, stream } = deps;
  const context = request.graphContext as Context;
  const { accept } = request.headers;
  const isHead = request.method === 'HEAD';
  const mayStream = acceptsEventStream(accept) && !isHead;
  const inParts = acceptsParts(accept) && !isHead;
  if (!acceptedType(accept) && !mayStream && !inParts) {
    const error = badRequest('The answer is JSON: accept `application/graphql-response+json`.');
    return sendAnswer(reply, presentableError(error, logger), 406);
  }
  refuseForgery(request);
  const explanation = explanationAsked(request.headers, () => deps.mayExplain(context));
  const isPost = request.method === 'POST';
  const parameters = isPost ? parametersOf(request.body) : parametersOfSearch(request.query);
  const operation = await documents.find(parameters, documentUser(context, deps));
  const { variables } = parameters;
  if (operation.kind === OperationTypeNode.SUBSCRIPTION && explanation !== 'plan') {
    if (explanation === 'run') throw onlyPlanned;
    if (!stream) throw noSubscriptions;
    if (!mayStream) throw notOverHttp;
    operation.check(variables);
    return stream(request, reply, { operation, variables, context });
  }
  if (operation.kind === OperationTypeNode.MUTATION && !isPost) {
    const error = badRequest('Mutations are run by POST only.');
    return sendAnswer(reply.header('allow', 'POST'), presentableError(error, logger), 405);
  }
  operation.check(variables);
  if (explanation === 'plan')
    return sendAnswer(reply, {
      data: null,
      extensions: { ...(await operation.plan({ variables, context })) },
    });
  const explain = explanation === 'run';
  const asked = { variables, context, ...(explain && { explain }) };
  if (inParts && operation.defers) return answerInParts(reply, operation, asked, deps);
  const result = await operation.answer(asked);
  if ('json' in result) return sendJson(reply, 200, result.json);
  const { present = presentable } = deps;
  return sendAnswer(reply, present(result, logger));
}

/** Redirects browsers that open the endpoint without an operation to a page, before authentication. */
function leadBrowsers(scope: FastifyInstance, page: string): void {
  scope.addHook('onRequest', async ({ method, headers, url }, reply) => {
    if (method === 'POST' || url.includes('?') || !wantsPage(headers.accept)) return undefined;
    return varyBy(reply, 'accept').header('cache-control', 'no-store').redirect(page, 302);
  });
}

/** Serves the graph at `/graphql` over HTTP (https://graphql.github.io/graphql-over-http/draft/). */
export async function serveGraphOverHttp<Context>(
  app: FastifyInstance,
  deps: GraphOverHttp<Context>,
): Promise<void> {
  await app.register(async (scope) => {
    parseBodies(scope);
    refuseLongQueries(scope);
    scope.setErrorHandler((error, { graphContext }, reply) => {
      const isRefusal = error instanceof OperationRefused && graphContext !== undefined;
      const shown = isRefusal ? (deps.redact?.(error, graphContext as Context) ?? error) : error;
      return sendAnswer(reply, presentableError(shown, deps.logger));
    });
    scope.decorateRequest('graphContext');
    if (deps.page !== undefined) leadBrowsers(scope, deps.page);
    scope.addHook('onRequest', async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const context = await deps.authenticate(request);
      request.graphContext = context;
      if (deps.userOf) await belongTo(request, deps.userOf(context));
    });
    // Some clients add a slash, and a POST cannot be redirected.
    for (const url of ['/graphql', '/graphql/'])
      scope.route({
        url,
        method: ['GET', 'POST'],
        handler: (request, reply) => answer(request, reply, deps),
      });
  });
}
