import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { rangesOf } from './accept.ts';

/** Below, an answer fits into a packet or two as it is. */
const SMALLEST = 1_024;

type Compress = (text: string, done: (error: Error | null, compressed: Buffer) => void) => void;

/** As quickly as each can: a third of the size for a fifth of a millisecond, off the event loop. */
const codings: ReadonlyMap<string, Compress> = new Map<string, Compress>([
  ['gzip', (text, done) => gzip(text, { level: 1 }, done)],
  ['br', (text, done) => brotliCompress(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }, done)],
]);

function codingOf(header: string | undefined): string | undefined {
  if (!header) return undefined;
  return rangesOf(header).find(({ name }) => codings.has(name))?.name;
}

/** Adds a header that the answer depends on. */
export const varyBy = (reply: FastifyReply, name: string): FastifyReply => {
  const before = reply.getHeader('vary');
  return reply.header('vary', before === undefined ? name : `${before}, ${name}`);
};

/** Compresses a scope's answers for clients that take that. */
export function compressAnswers(scope: FastifyInstance): void {
  scope.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload !== 'string' || payload.length < SMALLEST) return done(null, payload);
    varyBy(reply, 'accept-encoding');
    const coding = codingOf(String(request.headers['accept-encoding'] ?? ''));
    const compress = coding && codings.get(coding);
    if (!compress) return done(null, payload);
    reply.header('content-encoding', coding);
    compress(payload, (error, compressed) => (error ? done(error) : done(null, compressed)));
  });
}
