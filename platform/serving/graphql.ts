import { ApolloServer, type ApolloServerPlugin, type BaseContext } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
} from '@apollo/server/plugin/disabled';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type DocumentNode, GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { BlobgraphError, InputErrors, isErrorCode, shortMessage } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { currentTrace } from '../trace.ts';
import { isUnavailable, STORE_UNAVAILABLE } from '../unavailable.ts';
import { exactLiteralsRule } from './exact-literals.ts';
import { KeptDocuments } from './graphql/documents.ts';
import { resolveListsInTurns } from './graphql/lists-in-turns.ts';
import { OperationRefused, refuseLongText, SUBGRAPH_TEXT_BYTES, SUBGRAPH_TOKENS } from './operation.ts';

/** Codes of the server's own refusals that are not named as in our table. */
const renamed: Readonly<Record<string, string>> = {
  BAD_USER_INPUT: 'BAD_REQUEST',
  OPERATION_RESOLUTION_FAILURE: 'BAD_REQUEST',
  PERSISTED_QUERY_NOT_SUPPORTED: 'BAD_REQUEST',
  INTERNAL_SERVER_ERROR: 'INTERNAL',
};

const TOO_MANY_TOKENS = /^Syntax Error: Document contains more tha[nt] \d+ tokens/;

function codeOf({ code }: { code?: unknown }, message: string): unknown {
  // The parser stops counting by a syntax error, though it is none.
  if (code === 'GRAPHQL_PARSE_FAILED' && TOO_MANY_TOKENS.test(message)) return 'QUERY_TOO_COMPLEX';
  return renamed[String(code)] ?? code;
}

const unwrap = (error: unknown): unknown =>
  error instanceof GraphQLError ? (error.originalError ?? error) : error;

/** Our own error's extensions; undefined for all others, which keep those of GraphQL. */
function ownExtensions(error: unknown): Record<string, unknown> | undefined {
  const [first] =
    error instanceof InputErrors ? error.errors : error instanceof BlobgraphError ? [error] : [];
  return first && { code: first.code, field: first.field };
}

/** An error as the client sees it: message, path and a code of the table; the rest goes to the log. */
export function formatGraphQLError(
  formatted: GraphQLFormattedError,
  error: unknown,
  logger: Logger,
): GraphQLFormattedError {
  const cause = unwrap(error);
  const given = ownExtensions(cause) ?? formatted.extensions ?? {};
  const code = codeOf(given, formatted.message);
  const requestId = currentTrace()?.requestId;
  const place = {
    ...(formatted.locations ? { locations: formatted.locations } : {}),
    ...(formatted.path ? { path: formatted.path } : {}),
  };
  if (isUnavailable(cause)) {
    const { message, code } = STORE_UNAVAILABLE;
    logger.warn({ err: cause, requestId }, 'a store is out of reach');
    return { message, ...place, extensions: { code, requestId } };
  }
  if (!isErrorCode(code) || code === 'INTERNAL') {
    logger.error({ err: cause, requestId }, 'operation failed');
    const extensions = { code: 'INTERNAL', requestId };
    return { message: 'Something went wrong on our side.', ...place, extensions };
  }
  const { field, service } = given as { field?: string; service?: string };
  const extensions = { code, ...(field ? { field } : {}), ...(service ? { service } : {}), requestId };
  return { message: shortMessage(formatted.message), ...place, extensions };
}

/** The text that a request asks to have run; undefined where there is none. */
function textOf({ method, body, query }: FastifyRequest): string | undefined {
  const members = (method === 'POST' ? body : query) as { readonly query?: unknown } | null | undefined;
  return typeof members?.query === 'string' ? members.query : undefined;
}

/** Refuses a text that is too long before anything reads it, in the form of GraphQL. */
function refuseLongTexts(logger: Logger) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    try {
      refuseLongText(textOf(request) ?? '', SUBGRAPH_TEXT_BYTES);
      return undefined;
    } catch (error) {
      if (!(error instanceof OperationRefused)) throw error;
      const errors = error.errors.map((each) => formatGraphQLError(each.toJSON(), each, logger));
      return reply.status(400).send({ errors });
    }
  };
}

/** Apollo's documents, kept without the texts that they were read from. */
function documentStore() {
  const kept = new KeptDocuments();
  return {
    get: async (key: string) => kept.get(key),
    set: async (key: string, document: DocumentNode) => kept.set(key, document),
    delete: async (key: string) => kept.delete(key),
  };
}

/** Puts an Apollo server behind `POST /graphql` (and `GET`, for queries). */
export async function serveApollo<Context extends BaseContext>(
  app: FastifyInstance,
  server: ApolloServer<Context>,
  { context, logger }: { context: (request: FastifyRequest) => Promise<Context>; logger: Logger },
): Promise<void> {
  await server.start();
  app.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    preHandler: refuseLongTexts(logger),
    handler: fastifyApolloHandler(server, { context: async (request) => context(request) }),
  });
}

/** Serves a subgraph's schema at `/graphql`, and returns it. */
export async function serveSubgraph<Context extends BaseContext>(
  app: FastifyInstance,
  deps: {
    typeDefs: DocumentNode;
    // biome-ignore lint/suspicious/noExplicitAny: each subgraph's resolvers are checked by its own generated types
    resolvers: any;
    context: (request: FastifyRequest) => Promise<Context>;
    /** Completes the schema before it is served, e.g. with resolvers that follow from its types. */
    finish?: (schema: GraphQLSchema) => void;
    logger: Logger;
    plugins?: ApolloServerPlugin<Context>[];
  },
): Promise<GraphQLSchema> {
  const schema = buildSubgraphSchema({ typeDefs: deps.typeDefs, resolvers: deps.resolvers });
  deps.finish?.(schema);
  resolveListsInTurns(schema);
  const server = new ApolloServer<Context>({
    schema,
    validationRules: [exactLiteralsRule],
    parseOptions: { maxTokens: SUBGRAPH_TOKENS },
    documentStore: documentStore(),
    // They would keep texts; routers send them instead where that is refused.
    persistedQueries: false,
    plugins: [
      fastifyApolloDrainPlugin(app),
      // Both wrap every resolver, for what nobody here asks.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ...(deps.plugins ?? []),
    ],
    formatError: (formatted, error) => formatGraphQLError(formatted, error, deps.logger),
    // The router plans by what `_service` says; introspection is open to those who may ask at all.
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger: deps.logger,
  });
  await serveApollo(app, server, deps);
  return schema;
}
