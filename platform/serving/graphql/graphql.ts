import { buildSubgraphSchema } from '@apollo/subgraph';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { ROUTER_SECRET_HEADER } from '../access/authenticate.ts';
import { resolveListsInTurns } from './lists-in-turns.ts';
import { acceptedType } from './media-type.ts';
import { badRequest, membersOfSearch } from './parameters.ts';
import { createSubgraph, RefusedWith, type Subgraph, type SubgraphDependencies } from './subgraph.ts';

/** Headers that a page of another origin cannot send without asking first. A GET needs one of them, or JSON's content type. */
const UNSAFE_HEADERS = ['x-apollo-operation-name', 'apollo-require-preflight'];
/** Media types that such a page can send without asking (https://fetch.spec.whatwg.org, CORS-safelisted). */
const SAFE_TYPES = /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(?:;|$)/i;
const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

/** @throws BlobgraphError BAD_REQUEST, OperationRefused */
function refuseForgery({ headers }: FastifyRequest): void {
  const type = headers['content-type']?.trim();
  if ((type === undefined || SAFE_TYPES.test(type)) && !UNSAFE_HEADERS.some((name) => headers[name]))
    throw badRequest(
      `A request without a body needs one of the headers ${UNSAFE_HEADERS.map((name) => `\`${name}\``).join(', ')}.`,
    );
  if (type !== undefined && !JSON_TYPE.test(type))
    throw new RefusedWith(415, 'A GET has no other content type than `application/json`.');
}

/** Answers a request over HTTP (https://graphql.github.io/graphql-over-http/draft/). */
async function answer(
  { run, refuse }: Pick<Subgraph, 'run' | 'refuse'>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { body, caller, headers } = request;
  const type = acceptedType(headers.accept);
  const send = ({ status, text }: ReturnType<Subgraph['refuse']>) => {
    if (status === 405) reply.header('allow', 'POST');
    return reply
      .status(status)
      .header('content-type', `${type ?? 'application/json'}; charset=utf-8`)
      .send(text);
  };
  try {
    if (!type) throw new RefusedWith(406, 'The answer is JSON: accept `application/json`.');
    if (request.method === 'POST') return send(await run(body, caller));
    refuseForgery(request);
    return send(await run(membersOfSearch(request.query), caller, { onlyQueries: true }));
  } catch (error) {
    return send(refuse(error));
  }
}

/** A subgraph as it is written: its SDL, and its resolvers. */
export interface SubgraphSource<Context> extends Omit<SubgraphDependencies<Context>, 'schema'> {
  readonly typeDefs: DocumentNode;
  // biome-ignore lint/suspicious/noExplicitAny: each subgraph's resolvers are checked by its own generated types
  readonly resolvers: any;
  /** Completes the schema before it is served, e.g. with resolvers that follow from its types. */
  readonly finish?: (schema: GraphQLSchema) => void;
}

/** @throws Error when the SDL is no subgraph's */
export function openSubgraph<Context>(source: SubgraphSource<Context>): Subgraph {
  const { typeDefs, resolvers, finish, ...deps } = source;
  const schema = buildSubgraphSchema({ typeDefs, resolvers });
  finish?.(schema);
  resolveListsInTurns(schema);
  return createSubgraph<Context>({ ...deps, schema });
}

/** Serves a subgraph at `/graphql`: `POST`, and `GET` for queries. */
export function routeSubgraph(app: FastifyInstance, subgraph: Pick<Subgraph, 'run' | 'refuse'>): void {
  app.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    handler: (request, reply) => answer(subgraph, request, reply),
    errorHandler(error, { headers }, reply) {
      // Ours tell a refusal from an answer by its form; other routers know the form of GraphQL alone.
      if (headers[ROUTER_SECRET_HEADER] === undefined) throw error;
      const { status, text } = subgraph.refuse(error);
      return reply.status(status).type('application/json; charset=utf-8').send(text);
    },
  });
}

/** Opens a subgraph and serves it. */
export function serveSubgraph<Context>(app: FastifyInstance, source: SubgraphSource<Context>): Subgraph {
  const subgraph = openSubgraph(source);
  routeSubgraph(app, subgraph);
  return subgraph;
}
