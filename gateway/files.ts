import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceHttp } from '../platform/clients/http.ts';
import type { ProcessorCatalog } from '../platform/clients/registry.ts';
import { addressInvalid } from '../platform/files/address.ts';
import { guardingHeaders, isShown } from '../platform/files/answering.ts';
import { type RoutedPath, routed } from '../platform/service-path.ts';
import { transferAs } from '../platform/serving/load/load.ts';
import { createClientAddress } from '../platform/serving/websocket/client-address.ts';

interface FileDependencies {
  readonly http: Pick<ServiceHttp, 'stream'>;
  readonly processors: Pick<ProcessorCatalog, 'get'>;
  readonly trustedProxies: readonly string[];
}

interface FileParams {
  readonly processor: string;
  readonly id: string;
  readonly name: string;
}

/** For an artifact that is made now. */
const TIMEOUT_MS = 120_000;
/** For a client that reads slowly, or no more: until then it holds a connection to the processor. */
const LONGEST_MS = 600_000;

/** Of a request, what the processor gets. */
const ASKED = ['range', 'if-range', 'if-none-match'] as const;
/** Of an answer, what the client gets. */
const TOLD = [
  'content-type',
  'content-length',
  'content-disposition',
  'content-range',
  'accept-ranges',
  'etag',
  'cache-control',
] as const;

function headersOf({ headers }: FastifyRequest, names: readonly string[]): Record<string, string> {
  const given = names.map((name) => [name, headers[name]] as const);
  return Object.fromEntries(given.filter((each): each is [string, string] => typeof each[1] === 'string'));
}

/** Aborts when the client is gone, or takes too long. */
function whileOpen(reply: FastifyReply): AbortSignal {
  const ended = new AbortController();
  const tooSlow = setTimeout(() => ended.abort(), LONGEST_MS);
  reply.raw.once('close', () => {
    clearTimeout(tooSlow);
    ended.abort();
  });
  return ended.signal;
}

/** Pages of any origin may read: the address is what opens it, and no cookie is heeded. */
function openToPages(scope: FastifyInstance): void {
  scope.addHook('onRequest', async (_request, reply) => {
    reply.header('access-control-allow-origin', '*');
    reply.header('access-control-expose-headers', 'etag, content-range, content-disposition, x-request-id');
  });
}

/**
 * Files at signed addresses, which are the processors' to verify: no token is asked for, so that a page shows a picture by
 * its address. What is in them runs nowhere, whichever processor sends it.
 *
 * - `GET`, `HEAD /api/v1/files/:processor/artifacts/:id/:name`: an export or rendition; ranges, `If-Range`, `If-None-Match`.
 */
export function fileRoutes(app: FastifyInstance, deps: FileDependencies): void {
  const addressOf = createClientAddress(deps.trustedProxies);

  /** @throws BlobgraphError ADDRESS_INVALID */
  async function ownerOf(id: string) {
    const processor = await deps.processors.get(id);
    if (processor) return { id: processor.id, baseUrl: processor.base_url };
    throw addressInvalid();
  }

  async function read(request: FastifyRequest, reply: FastifyReply, path: RoutedPath) {
    await transferAs(request, addressOf(request.raw));
    const owner = await ownerOf((request.params as FileParams).processor);
    const answer = await deps.http.stream(owner, {
      method: request.method === 'HEAD' ? 'HEAD' : 'GET',
      path: withQuery(path, request),
      viewer: null,
      timeoutMs: TIMEOUT_MS,
      signal: whileOpen(reply),
      headers: headersOf(request, ASKED),
      // An answer to HEAD has no body that would tell more.
      isAnswer: (status) => status === 416 || (request.method === 'HEAD' && status < 500),
    });
    for (const name of TOLD) {
      const value = answer.headers[name];
      if (value !== undefined) reply.header(name, value);
    }
    reply.headers(guardingHeaders);
    // A processor may be anybody's: what it calls safe to show is looked at here once more.
    if (!isShown(answer.headers['content-type'] ?? '') && !reply.getHeader('content-disposition'))
      reply.header('content-disposition', 'attachment');
    return reply.status(answer.status).send(answer.body);
  }

  app.register(async (scope) => {
    openToPages(scope);
    scope.route<{ Params: FileParams }>({
      method: ['GET', 'HEAD'],
      url: '/api/v1/files/:processor/artifacts/:id/:name',
      handler: (request, reply) => {
        const { id, name } = request.params;
        return read(request, reply, routed`/files/artifacts/${id}/${name}`);
      },
    });
  });
}

/** The query as it came: the signature is of every part of it. */
function withQuery({ path, template }: RoutedPath, { url }: FastifyRequest): RoutedPath {
  const at = url.indexOf('?');
  return { path: at === -1 ? path : `${path}${url.slice(at)}`, template };
}
