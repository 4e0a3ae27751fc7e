import { PassThrough, type Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceHttp, StreamedAnswer } from '../platform/clients/http.ts';
import type { ProcessorCatalog } from '../platform/clients/registry.ts';
import { withoutDeadline } from '../platform/deadline.ts';
import { addressInvalid } from '../platform/files/address.ts';
import { guardingHeaders, isShown } from '../platform/files/answering.ts';
import { type RoutedPath, routed } from '../platform/service-path.ts';
import { transferAs } from '../platform/serving/load/load.ts';
import { createClientAddress } from '../platform/serving/websocket/client-address.ts';
import { whileOpen } from '../platform/serving/while-open.ts';

interface FileDependencies {
  readonly http: Pick<ServiceHttp, 'stream'>;
  readonly processors: Pick<ProcessorCatalog, 'get'>;
  readonly trustedProxies: readonly string[];
  /** Where browsers find S3: a processor may send them on to there, and nowhere else. */
  readonly publicEndpoint?: string | undefined;
}

interface ArtifactParams {
  readonly processor: string;
  readonly id: string;
  readonly name: string;
}

interface ObjectParams {
  readonly processor: string;
  readonly key: string;
}

/** For an artifact that is made now, or a file that is sent. */
const TIMEOUT_MS = 120_000;

/** Of a request, what the processor gets: of one that reads, and of one that sends. */
const ASKED = ['range', 'if-range', 'if-none-match'] as const;
const SENT = ['content-type', 'content-length'] as const;
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

/**
 * The body of a request, to be passed on at the pace at which it is taken. It ends where the request breaks off; where
 * whoever takes it ends it first, the client's connection stays, for an answer.
 */
function bodyOf({ raw }: FastifyRequest): Readable {
  const body = new PassThrough();
  const cut = () => {
    if (!raw.readableEnded) body.destroy(new Error('The client broke off'));
  };
  raw.once('error', cut).once('close', cut);
  body.once('close', () => raw.unpipe(body).resume());
  // Told by the call that it is sent with.
  body.on('error', () => undefined);
  return raw.pipe(body);
}

/** Pages of any origin may read and send: the address is what opens it, and no cookie is heeded. */
function openToPages(scope: FastifyInstance): void {
  scope.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'etag, content-range, content-disposition, x-request-id, retry-after',
    });
  });
}

/** A browser's question ahead of a request (https://fetch.spec.whatwg.org/#http-cors-protocol). */
function answerQuestions(scope: FastifyInstance, url: string, methods: string): void {
  scope.route({
    method: 'OPTIONS',
    url,
    handler: (_request, reply) =>
      reply
        .status(204)
        .headers({
          'access-control-allow-methods': methods,
          'access-control-allow-headers': [...ASKED, 'content-type'].join(', '),
          'access-control-max-age': 86_400,
        })
        .send(),
  });
}

/** The query as it came: the signature is of every part of it. */
function withQuery({ path, template }: RoutedPath, { url }: FastifyRequest): RoutedPath {
  const at = url.indexOf('?');
  return { path: at === -1 ? path : `${path}${url.slice(at)}`, template };
}

class FileDoor {
  readonly #deps: FileDependencies;
  readonly #addressOf;

  constructor(deps: FileDependencies) {
    this.#deps = deps;
    this.#addressOf = createClientAddress(deps.trustedProxies);
  }

  async read(request: FastifyRequest, reply: FastifyReply, path: RoutedPath): Promise<FastifyReply> {
    const { method } = request;
    await transferAs(request, this.#addressOf(request.raw));
    const answer = await this.#deps.http.stream(await this.#owner(request), {
      method: method === 'HEAD' ? 'HEAD' : 'GET',
      path: withQuery(path, request),
      viewer: null,
      timeoutMs: TIMEOUT_MS,
      signal: whileOpen(reply),
      headers: headersOf(request, ASKED),
      // An answer to HEAD has no body that would tell more.
      isAnswer: (status) => status === 416 || (method === 'HEAD' && status < 500),
    });
    return this.#answer(reply, answer);
  }

  /** Passes a file on as it comes; its size is what its address says, which the processor compares. */
  async write(request: FastifyRequest, reply: FastifyReply, path: RoutedPath): Promise<FastifyReply> {
    await transferAs(request, this.#addressOf(request.raw));
    const owner = await this.#owner(request);
    // The client has the time that a connection has, not that of a question.
    const answer = await withoutDeadline(() =>
      this.#deps.http.stream(owner, {
        method: 'PUT',
        path: withQuery(path, request),
        viewer: null,
        timeoutMs: TIMEOUT_MS,
        signal: whileOpen(reply),
        headers: headersOf(request, SENT),
        upload: bodyOf(request),
      }),
    );
    return this.#answer(reply, answer);
  }

  /** The processor of an address. @throws BlobgraphError ADDRESS_INVALID */
  async #owner({ params }: FastifyRequest) {
    const processor = await this.#deps.processors.get((params as { processor: string }).processor);
    if (processor) return { id: processor.id, baseUrl: processor.base_url };
    throw addressInvalid();
  }

  #isOurs(address: string): boolean {
    const { publicEndpoint } = this.#deps;
    return publicEndpoint !== undefined && address.startsWith(`${publicEndpoint}/`);
  }

  #answer(reply: FastifyReply, { status, headers, body }: StreamedAnswer): FastifyReply {
    for (const name of TOLD) {
      const value = headers[name];
      if (value !== undefined) reply.header(name, value);
    }
    reply.headers(guardingHeaders);
    // A processor may be anybody's: where it sends browsers, and what they show, is looked at here once more.
    const { location: to, 'content-type': type = '', 'content-disposition': disposition = '' } = headers;
    if (to !== undefined && this.#isOurs(to)) reply.header('location', to);
    else if (status >= 300 && status < 400 && status !== 304) throw addressInvalid();
    if (!isShown(type) && !/^attachment\b/i.test(disposition))
      reply.header('content-disposition', 'attachment');
    return reply.status(status).send(body);
  }
}

/**
 * Files at signed addresses, which are the processors' to verify: no token is asked for, so that a page shows a picture by
 * its address. What is in them runs nowhere, whichever processor sends it.
 *
 * - `GET`, `HEAD /api/v1/files/:processor/artifacts/:id/:name`: an export or rendition; ranges, `If-Range`, `If-None-Match`.
 * - `GET`, `HEAD /api/v1/files/:processor/objects/:key`: an object, such as an uploaded file, in the same way.
 * - `PUT /api/v1/files/:processor/objects/:key`: sends a file, exactly as it was announced.
 */
export function fileRoutes(app: FastifyInstance, deps: FileDependencies): void {
  const door = new FileDoor(deps);
  app.register(async (scope) => {
    openToPages(scope);
    // Bytes of any type, as they come.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    const [artifact, object] = ['artifacts/:id/:name', 'objects/:key'].map(
      (rest) => `/api/v1/files/:processor/${rest}`,
    ) as [string, string];
    scope.route<{ Params: ArtifactParams }>({
      method: ['GET', 'HEAD'],
      url: artifact,
      handler: (request, reply) => {
        const { id, name } = request.params;
        return door.read(request, reply, routed`/files/artifacts/${id}/${name}`);
      },
    });
    scope.route<{ Params: ObjectParams }>({
      method: ['GET', 'HEAD'],
      url: object,
      handler: (request, reply) => door.read(request, reply, routed`/files/objects/${request.params.key}`),
    });
    scope.route<{ Params: ObjectParams }>({
      method: 'PUT',
      url: object,
      handler: (request, reply) => door.write(request, reply, routed`/files/objects/${request.params.key}`),
    });
    answerQuestions(scope, artifact, 'GET, HEAD');
    answerQuestions(scope, object, 'GET, HEAD, PUT');
  });
}
