import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BlobgraphError } from '../errors.ts';
import { parseJson } from '../json/exact.ts';
import { assertParsable } from '../json/extent.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A body's text. @throws BlobgraphError BAD_REQUEST: decoded all the same, other characters would be stored than were sent */
function textOf(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch (cause) {
    throw new BlobgraphError('BAD_REQUEST', 'The body is not UTF-8, as JSON must be.', { cause });
  }
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

/** JSON alone, in place of the framework's own parsers, which refuse a member `__proto__` and take any number. */
export function parseBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    async ({ part }: FastifyRequest, body: Buffer) => {
      await part?.takeTurn();
      return parseBody(body);
    },
  );
}
