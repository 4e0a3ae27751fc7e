import { PassThrough, type Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServiceHttp, StreamedAnswer } from '../../platform/clients/http/http.ts';
import type { ProcessorCatalog } from '../../platform/clients/registry.ts';
import { addressInvalid } from '../../platform/files/address.ts';
import { guardingHeaders, isShown } from '../../platform/files/answering.ts';
import { type RoutedPath, routed } from '../../platform/ids/service-path.ts';
import { createClientAddress } from '../../platform/serving/doors/client-address.ts';
import { whileOpen } from '../../platform/serving/http/while-open.ts';
import { transferAs } from '../../platform/serving/load/load.ts';
import { withoutDeadline } from '../../platform/time/deadline.ts';
import { PROBLEM_TYPE } from '../rest/problems/problem.ts';

interface FileDependencies {
  readonly http: Pick<ServiceHttp, 'stream'>;
  readonly processors: Pick<ProcessorCatalog, 'get'>;
  readonly trustedProxies: readonly string[];
  /** The public address of S3, the only one to which processors may redirect browsers. */
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

/** Long enough to render an artifact or upload a file. */
const TIMEOUT_MS = 120_000;

/** Request headers that are passed on to the processor: of reads, and of uploads. */
const ASKED = ['range', 'if-range', 'if-none-match'] as const;
const SENT = ['content-type', 'content-length'] as const;
/** Response headers that are passed on to the client. */
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
 * A request's body as a stream with backpressure. It fails when the client disconnects. When the processor stops
 * reading, the client's connection stays open for the answer.
 */
function bodyOf({ raw }: FastifyRequest): Readable {
  const body = new PassThrough();
  const cut = () => {
    if (!raw.readableEnded) body.destroy(new Error('The client disconnected'));
  };
  raw.once('error', cut).once('close', cut);
  body.once('close', () => raw.unpipe(body).resume());
  // The call that sends it reports the error.
  body.on('error', () => undefined);
  return raw.pipe(body);
}

/** Lets pages of any origin read and upload: the signed address is the permission, and cookies are ignored. */
function openToPages(scope: FastifyInstance): void {
  scope.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'etag, content-range, content-disposition, x-request-id, retry-after',
    });
  });
}

/** Answers CORS preflight requests (https://fetch.spec.whatwg.org/#http-cors-protocol). */
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

/** Appends the query string verbatim, because it is signed. */
function withQuery({ path, template }: RoutedPath, { url }: FastifyRequest): RoutedPath {
  const at = url.indexOf('?');
  return { path: at === -1 ? path : `${path}${url.slice(at)}`, template };
}

class FileForwarder {
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
      // An answer to HEAD has no body with an error to translate.
      isAnswer: (status) => status === 416 || (method === 'HEAD' && status < 500),
    });
    return this.#answer(reply, answer);
  }

  /** Streams an upload to the processor, which checks it against the size in its address. */
  async write(request: FastifyRequest, reply: FastifyReply, path: RoutedPath): Promise<FastifyReply> {
    await transferAs(request, this.#addressOf(request.raw));
    const owner = await this.#owner(request);
    // An upload is limited by the connection's timeouts, not by the request's deadline.
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

  /** The processor in the address. @throws BlobgraphError ADDRESS_INVALID when there is no such processor */
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
    // The processor's failure is answered to GET as problem details, whose type HEAD must announce and whose length is
    // unknown.
    if (reply.request.method === 'HEAD' && status >= 400 && status !== 416)
      reply.type(PROBLEM_TYPE).removeHeader('content-length');
    reply.headers(guardingHeaders);
    // Processors are not trusted: check redirects, and whether browsers may display the file.
    const { location: to, 'content-type': type = '', 'content-disposition': disposition = '' } = headers;
    if (to !== undefined && this.#isOurs(to)) reply.header('location', to);
    else if (status >= 300 && status < 400 && status !== 304) throw addressInvalid();
    if (!isShown(type) && !/^attachment\b/i.test(disposition))
      reply.header('content-disposition', 'attachment');
    return reply.status(status).send(body);
  }
}

/**
 * Files at signed addresses, which the processors verify. They need no token, so that pages can show a picture by its
 * address. No browser executes their content, whichever processor sends it.
 *
 * - `GET`, `HEAD /api/v1/files/:processor/artifacts/:id/:name`: an export or rendition; supports ranges, `If-Range` and
 *   `If-None-Match`.
 * - `GET`, `HEAD /api/v1/files/:processor/objects/:key`: an object, such as an uploaded file, likewise.
 * - `PUT /api/v1/files/:processor/objects/:key`: uploads a file, exactly as it was announced.
 */
export function fileRoutes(app: FastifyInstance, deps: FileDependencies): void {
  const forwarder = new FileForwarder(deps);
  app.register(async (scope) => {
    openToPages(scope);
    // Bodies of any type are streamed, not parsed.
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
        return forwarder.read(request, reply, routed`/files/artifacts/${id}/${name}`);
      },
    });
    scope.route<{ Params: ObjectParams }>({
      method: ['GET', 'HEAD'],
      url: object,
      handler: (request, reply) =>
        forwarder.read(request, reply, routed`/files/objects/${request.params.key}`),
    });
    scope.route<{ Params: ObjectParams }>({
      method: 'PUT',
      url: object,
      handler: (request, reply) =>
        forwarder.write(request, reply, routed`/files/objects/${request.params.key}`),
    });
    answerQuestions(scope, artifact, 'GET, HEAD');
    answerQuestions(scope, object, 'GET, HEAD, PUT');
  });
}
