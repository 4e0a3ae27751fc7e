import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceHttp, ServiceTarget } from '../platform/clients/http.ts';
import type { ProcessorCatalog } from '../platform/clients/registry.ts';
import { BlobgraphError } from '../platform/errors.ts';
import type { UserTokens } from '../platform/identity/user-tokens.ts';
import { type RoutedPath, routed } from '../platform/service-path.ts';
import { bearerToken } from '../platform/serving/authenticate.ts';
import { takeTurnAs } from '../platform/serving/load/load.ts';

interface DirectReads {
  readonly http: Pick<ServiceHttp, 'stream'>;
  readonly processors: Pick<ProcessorCatalog, 'get'>;
  readonly userTokens: UserTokens;
}

interface BlobParams {
  readonly processor: string;
  readonly id: string;
}

/** For an artifact that is made now. */
const TIMEOUT_MS = 120_000;

/** For a client that reads slowly, or no more: until then it holds a connection to the processor. */
const LONGEST_MS = 600_000;

/** Of an answer, what the client gets. */
const PASSED_ON = [
  ...['content-type', 'content-length', 'content-disposition', 'etag', 'cache-control'],
  ...['accept-ranges', 'content-range', 'x-content-type-options', 'content-security-policy'],
];

/** Of a request, what its owner heeds. */
const HEEDED = ['if-none-match', 'if-range', 'range'] as const;

/** The id of user blobs' owner, which is no registered processor. */
const STATE = 'state';

/** @throws BlobgraphError PROCESSOR_UNKNOWN */
async function ownerOf(processors: DirectReads['processors'], id: string): Promise<ServiceTarget> {
  if (id === STATE) return STATE;
  const processor = await processors.get(id);
  if (processor) return { id: processor.id, baseUrl: processor.base_url };
  throw new BlobgraphError('PROCESSOR_UNKNOWN', `There is no processor \`${id.slice(0, 64)}\`.`);
}

/** The user who asks, when it is their turn, for ids that can be. @throws BlobgraphError */
async function admit(request: FastifyRequest, userTokens: UserTokens, ids: readonly string[]) {
  const viewer = await userTokens.verify(bearerToken(request.headers.authorization));
  await takeTurnAs(request, viewer.userId);
  if (!ids.every((id) => /^[\w-]{1,128}$/.test(id)))
    throw new BlobgraphError('BLOB_NOT_FOUND', 'There is no blob of this id, or it is not yours.');
  return viewer;
}

/** Aborts when the client is gone, or reads for too long. */
function whileRead(reply: FastifyReply): AbortSignal {
  const ended = new AbortController();
  const tooSlow = setTimeout(() => ended.abort(), LONGEST_MS);
  reply.raw.once('close', () => {
    clearTimeout(tooSlow);
    ended.abort();
  });
  return ended.signal;
}

/**
 * Reads that go to the owner of a blob as they are, for the user whose token the request carries, streamed and of any
 * size. `If-None-Match` and `Range` are heeded where the owner heeds them.
 *
 * - `GET /api/v1/processors/:processor/blobs/:id`: the whole document, also what is too large for an answer of the graph;
 *   users' own blobs are those of `state`.
 * - `GET /api/v1/processors/:processor/blobs/:id/artifacts/:name`: an export or rendition.
 */
export function directReadRoutes(app: FastifyInstance, deps: DirectReads): void {
  async function pass(
    request: FastifyRequest,
    reply: FastifyReply,
    ids: readonly string[],
    path: RoutedPath,
  ) {
    const viewer = await admit(request, deps.userTokens, ids);
    const owner = await ownerOf(deps.processors, (request.params as BlobParams).processor);
    const headers = Object.fromEntries(
      HEEDED.flatMap((name) => {
        const value = request.headers[name];
        return value === undefined ? [] : [[name, String(value)]];
      }),
    );
    const answer = await deps.http.stream(owner, {
      method: 'GET',
      path,
      viewer,
      timeoutMs: TIMEOUT_MS,
      signal: whileRead(reply),
      headers,
    });
    for (const name of PASSED_ON) {
      const value = answer.headers[name];
      if (value !== undefined) reply.header(name, value);
    }
    return reply.status(answer.status).send(answer.body);
  }

  app.get<{ Params: BlobParams }>('/api/v1/processors/:processor/blobs/:id', (request, reply) => {
    const { processor, id } = request.params;
    const path = processor === STATE ? routed`/api/v1/blobs/${id}` : routed`/blobs/${id}`;
    return pass(request, reply, [id], path);
  });
  app.get<{ Params: BlobParams & { readonly name: string } }>(
    '/api/v1/processors/:processor/blobs/:id/artifacts/:name',
    (request, reply) => {
      const { id, name } = request.params;
      return pass(request, reply, [id, name], routed`/blobs/${id}/artifacts/${name}`);
    },
  );
}
