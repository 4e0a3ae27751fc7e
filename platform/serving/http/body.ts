import { isAscii, isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BlobgraphError } from '../../errors/errors.ts';
import { type Caller, digestOf } from '../../identity/service/caller.ts';
import { unauthenticated } from '../../identity/service/service-tokens.ts';
import { parseJson } from '../../json/exact.ts';
import { assertParsable } from '../../json/extent.ts';

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * A body's text, without a byte order mark. Several times as fast as `TextDecoder` where the body is large.
 * @throws BlobgraphError BAD_REQUEST: decoded all the same, other characters would be stored than were sent
 */
function textOf(body: Buffer): string {
  if (isAscii(body)) return body.toString('latin1');
  if (!isUtf8(body)) throw new BlobgraphError('BAD_REQUEST', 'The body is not UTF-8, as JSON must be.');
  const text = body.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/**
 * The JSON of a request's body, every value as it was sent.
 * @throws BlobgraphError BAD_REQUEST; VALIDATION_FAILED that names the first number which would not be kept, or for more
 * values or levels than may be
 */
export function parseBody(body: Buffer): unknown {
  if (body.length === 0) {
    throw new BlobgraphError('BAD_REQUEST', 'The body is empty. Send a JSON document.');
  }
  const text = textOf(body);
  assertParsable(text);
  try {
    return parseJson(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new BlobgraphError('BAD_REQUEST', 'The body is not valid JSON.', { cause });
  }
}

const CHARSET = /;\s*charset\s*=\s*"?([^;"\s]*)/i;

/** @throws BlobgraphError MEDIA_TYPE_UNSUPPORTED: JSON is UTF-8 (RFC 8259, 8.1), and a compressed body may be of any size */
function assertReadable({ headers }: FastifyRequest): void {
  const [, charset = 'utf-8'] = CHARSET.exec(headers['content-type'] ?? '') ?? [];
  if (!/^utf-?8$/i.test(charset))
    throw new BlobgraphError('MEDIA_TYPE_UNSUPPORTED', 'JSON is UTF-8: send no other `charset`.');
  const coding = headers['content-encoding'] ?? 'identity';
  if (coding.trim().toLowerCase() === 'identity') return;
  throw new BlobgraphError(
    'MEDIA_TYPE_UNSUPPORTED',
    'A body with a `Content-Encoding` is not read: send it as it is.',
  );
}

/** @throws BlobgraphError UNAUTHENTICATED for another body than the caller's token names */
function assertSigned({ caller }: { readonly caller?: Caller }, body: Buffer): void {
  if (caller?.body !== undefined && caller.body !== digestOf(body))
    throw unauthenticated(new Error('The token is for another body'));
}

/**
 * JSON alone, in place of the framework's own parsers, which refuse a member `__proto__` and take any number.
 * `emptyIsNone`: a body without a byte is none, as many clients announce JSON and send nothing. Default: it is refused.
 */
export function parseBodies(
  app: FastifyInstance,
  { emptyIsNone = false }: { readonly emptyIsNone?: boolean } = {},
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      assertReadable(request);
      assertSigned(request, body);
      await request.part?.takeTurn();
      return emptyIsNone && body.length === 0 ? undefined : parseBody(body);
    },
  );
}
