import { Transform, type TransformCallback } from 'node:stream';
import type { FastifyInstance, RequestPayload } from 'fastify';
import { endOfString } from '../../platform/json/extent.ts';
import { longText } from '../../platform/serving/graphql/operation.ts';
import { bodyBytesOf } from '../../platform/serving/load/load.ts';
import { defaultLimits } from '../limits/limits.ts';

/** Bytes of the longest allowed text in JSON, with each byte written as `\u0041`. */
const MOST_BYTES = defaultLimits.textBytes * 6;
/** Bytes of a body that are examined. */
const HEAD_BYTES = MOST_BYTES * 2;

const OPENING = /[ \t\n\r]*\{/y;
/** A member up to the quote that opens its value. */
const MEMBER = /[ \t\n\r]*"([^"\\]*)"[ \t\n\r]*:[ \t\n\r]*"/y;
const COMMA = /[ \t\n\r]*,/y;

/** The match at a position; `pattern.lastIndex` is then behind it. */
function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/**
 * Whether a request's body begins with a `query` that is certainly too long. Examines only leading members with string
 * values, because clients send `query` first. Other long queries are refused after parsing.
 */
export function beginsWithLongQuery(head: Buffer): boolean {
  // One character a byte: none of those looked for is part of another in UTF-8.
  const text = head.toString('latin1');
  let separator = matchAt(OPENING, text, 0);
  while (separator) {
    const member = matchAt(MEMBER, text, separator.index + separator[0].length);
    if (!member) return false;
    const start = MEMBER.lastIndex;
    const end = endOfString(text, start);
    const isLong = end - start > MOST_BYTES;
    const isQuery = member[1] === 'query';
    if (isQuery || isLong) return isQuery && isLong;
    separator = matchAt(COMMA, text, end + 1);
  }
  return false;
}

/** Passes a body on, unless its first bytes contain a long query. */
class HeadCheck extends Transform {
  #head: Buffer[] | undefined = [];
  #bytes = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length;
    this.#head?.push(chunk);
    if (this.#isLong()) done(longText(defaultLimits.textBytes));
    else done(null, chunk);
  }

  /** Checks once, when the head is complete. */
  #isLong(): boolean {
    if (!this.#head || this.#bytes < HEAD_BYTES) return false;
    const head = Buffer.concat(this.#head);
    this.#head = undefined;
    return beginsWithLongQuery(head);
  }
}

function checked(body: RequestPayload): HeadCheck {
  const check = new HeadCheck();
  body.on('error', (error) => check.destroy(error));
  // Clients send the whole body before they read the answer: discard the rest.
  check.on('error', () => body.unpipe(check).resume());
  return body.pipe(check);
}

/**
 * Refuses requests with a far too long `query` by their first bytes, as QUERY_TOO_COMPLEX: buffering and parsing the whole
 * body would take longer than anything else done for them.
 */
export function refuseLongQueries(scope: FastifyInstance): void {
  scope.addHook('preParsing', async (request, _reply, payload) =>
    bodyBytesOf(request, Number.POSITIVE_INFINITY) > HEAD_BYTES ? checked(payload) : payload,
  );
}
