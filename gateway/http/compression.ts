import { pipeline, Readable, type Transform } from 'node:stream';
import { promisify } from 'node:util';
import {
  type BrotliOptions,
  brotliCompress,
  constants,
  createBrotliCompress,
  createGzip,
  gzip,
  type ZlibOptions,
} from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify';
import { rangesOf } from '../../platform/serving/doors/accept.ts';
import { varyBy } from '../../platform/serving/http/vary.ts';

/** Smaller answers fit into a packet or two uncompressed. */
const SMALLEST = 1_024;

type Bytes = string | Buffer;

interface Coding {
  /** Compresses a whole body, off the event loop. */
  whole(bytes: Bytes): Promise<Buffer>;
  stream(): Transform;
  /** For a body whose pieces are read as soon as they are there. */
  pieces(): Transform;
}

const gzipWhole = promisify<Bytes, ZlibOptions, Buffer>(gzip);
const brotliWhole = promisify<Bytes, BrotliOptions, Buffer>(brotliCompress);

const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_OPERATION_FLUSH, Z_SYNC_FLUSH } = constants;
/** The fastest levels: a third of the size for a fifth of a millisecond. */
const gzipped = { level: 1 };
const brotli = { params: { [BROTLI_PARAM_QUALITY]: 1 } };
/** With a window of 256 KiB: the default takes 4 MiB of memory per stream. */
const brotliStream = { params: { [BROTLI_PARAM_QUALITY]: 4, [BROTLI_PARAM_LGWIN]: 18 } };

const codings: ReadonlyMap<string, Coding> = new Map<string, Coding>([
  [
    'gzip',
    {
      whole: (bytes) => gzipWhole(bytes, gzipped),
      stream: () => createGzip(gzipped),
      pieces: () => createGzip({ ...gzipped, flush: Z_SYNC_FLUSH }),
    },
  ],
  [
    'br',
    {
      whole: (bytes) => brotliWhole(bytes, brotli),
      stream: () => createBrotliCompress(brotliStream),
      pieces: () => createBrotliCompress({ ...brotliStream, flush: BROTLI_OPERATION_FLUSH }),
    },
  ],
]);

/** Whose pieces are flushed one by one. */
const PARTS = /^multipart\/mixed\b/i;
/** Media types that are compressed: text of any kind, except streams of lines that must not be buffered. */
const TEXT =
  /^(?:text\/(?!event-stream)|multipart\/mixed\b|application\/(?:[\w.-]+\+)?(?:json|xml|javascript|yaml|manifest|wasm)\b|image\/svg\+xml)/i;

function codingOf(header: string | undefined): string | undefined {
  if (!header) return undefined;
  return rangesOf(header).find(({ name }) => codings.has(name))?.name;
}

/** Whether compressing an answer is allowed, and worth it. */
function isCompressible({ method, headers }: FastifyRequest, reply: FastifyReply, payload: unknown): boolean {
  const { statusCode } = reply;
  if (statusCode === 204 || statusCode === 206 || statusCode === 304 || headers.range !== undefined)
    return false;
  if (reply.hasHeader('content-encoding') || !TEXT.test(String(reply.getHeader('content-type') ?? '')))
    return false;
  if (String(reply.getHeader('cache-control') ?? '').includes('no-transform')) return false;
  if (method === 'HEAD') return true;
  if (typeof payload === 'string' || Buffer.isBuffer(payload)) return payload.length >= SMALLEST;
  return payload instanceof Readable && Number(reply.getHeader('content-length') ?? SMALLEST) >= SMALLEST;
}

/** Sets the headers of a compressed answer. Its bytes differ, so that the ETag becomes a weak one (RFC 9110, 8.8.1). */
function describe(reply: FastifyReply, coding: string): void {
  reply.header('content-encoding', coding).removeHeader('content-length').removeHeader('accept-ranges');
  const etag = reply.getHeader('etag');
  if (typeof etag === 'string' && !etag.startsWith('W/')) reply.header('etag', `W/${etag}`);
}

function streamed(payload: Readable, { stream, pieces }: Coding, type: unknown): Transform {
  const compressing = PARTS.test(String(type)) ? pieces() : stream();
  // An error of either stream ends both. The sender of the answer gets it from this stream.
  pipeline(payload, compressing, () => undefined);
  return compressing;
}

/** The payload as it is sent; a promise only where it is compressed. */
function encoded(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  if (!isCompressible(request, reply, payload)) return payload;
  varyBy(reply, 'accept-encoding');
  const name = codingOf(String(request.headers['accept-encoding'] ?? ''));
  const coding = name === undefined ? undefined : codings.get(name);
  if (name === undefined || !coding || request.method === 'HEAD') return payload;
  describe(reply, name);
  return payload instanceof Readable
    ? streamed(payload, coding, reply.getHeader('content-type'))
    : coding.whole(payload as Bytes);
}

const compress: onSendHookHandler<unknown> = (request, reply, payload, done) => {
  const sent = encoded(request, reply, payload);
  if (sent instanceof Promise) sent.then((bytes: Buffer) => done(null, bytes), done);
  else done(null, sent);
};

/**
 * Compresses answers of routes that are added after this call, as the last step, for clients that accept it. The BREACH
 * attack does not apply: without cookies, other sites cannot make answers that hold a user's secrets.
 */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    route.onSend = [...[route.onSend ?? []].flat(), compress];
  });
}
