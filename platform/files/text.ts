import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ByteRange } from '../objects/objects.ts';
import { describeExtent, guardingHeaders, isKnown, wantedOf } from './answering.ts';

/** A text as bytes of UTF-8, not read yet. */
export interface TextFile {
  /** Quoted, strong. */
  readonly etag: string;
  /** Called when the caller does not have it yet. */
  open(): Promise<TextBytes>;
}

/** A text that is there. */
export interface TextBytes {
  readonly sizeBytes: number;
  /** Bytes in memory until the reader has taken them. */
  readonly heldBytes: number;
  /** All of it, or a part, in pieces. */
  read(range?: ByteRange): Readable | Promise<Readable>;
}

/** UTF-16 units of a piece: encoding it takes some tens of microseconds. */
const PIECE_UNITS = 64 * 1024;
/** Pieces that are measured, or passed over, in one turn of the event loop. */
const PIECES_A_TURN = 16;

interface Piece {
  /** UTF-16 units of the text. */
  readonly from: number;
  readonly to: number;
  /** Bytes before it. */
  readonly at: number;
}

const isLeading = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** The end of a piece that cuts no pair of surrogates. */
function endOf(text: string, from: number): number {
  const end = Math.min(from + PIECE_UNITS, text.length);
  return end < text.length && isLeading(text.charCodeAt(end - 1)) ? end - 1 : end;
}

async function measured(text: string): Promise<{ pieces: readonly Piece[]; sizeBytes: number }> {
  const pieces: Piece[] = [];
  let at = 0;
  for (let from = 0; from < text.length; ) {
    const to = endOf(text, from);
    pieces.push({ from, to, at });
    at += Buffer.byteLength(text.slice(from, to));
    from = to;
    if (pieces.length % PIECES_A_TURN === 0) await nextTurn();
  }
  return { pieces, sizeBytes: at };
}

/** Encodes the pieces that hold the bytes from `start` to `end`, both included, each when it is asked for. */
function* encoded(text: string, pieces: readonly Piece[], start: number, end: number): Generator<Buffer> {
  const first = Math.max(
    0,
    pieces.findLastIndex(({ at }) => at <= start),
  );
  for (const { from, to, at } of pieces.slice(first)) {
    if (at > end) return;
    const bytes = Buffer.from(text.slice(from, to));
    yield bytes.subarray(Math.max(0, start - at), end - at + 1);
  }
}

/** A text in memory. It is encoded piece by piece, as its reader takes it. */
export async function textBytes(text: string): Promise<TextBytes> {
  const { pieces, sizeBytes } = await measured(text);
  return {
    sizeBytes,
    heldBytes: sizeBytes,
    read: (range) => {
      const { start, end = sizeBytes - 1 } = range ?? { start: 0 };
      return Readable.from(encoded(text, pieces, start, end), { objectMode: false });
    },
  };
}

/** A blob never changes: what its owner has stays what it is, but for a deletion. */
const KEPT = 'private, max-age=300, immutable';

/** Answers a text to its owner: all of it, a range (RFC 9110, section 14), or 304 to those who have it. */
export async function sendText(
  request: FastifyRequest,
  reply: FastifyReply,
  { etag, open }: TextFile,
): Promise<FastifyReply> {
  reply.headers({ ...guardingHeaders, etag, 'cache-control': KEPT });
  if (isKnown(request.headers['if-none-match'], etag)) return reply.status(304).send();
  const { sizeBytes, heldBytes, read } = await open();
  const wanted = wantedOf(request.headers, { etag, sizeBytes });
  describeExtent(reply, sizeBytes, wanted).type('text/plain; charset=utf-8');
  if (wanted.status === 416) return reply.send();
  // An empty stream leaves the length as it is.
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  // Its reader may be slow, or never read: there is room for so many bytes of a user, and of all.
  await request.part?.endTurn(heldBytes);
  return reply.send(await read(wanted.status === 206 ? wanted.range : undefined));
}
