import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** A file of the archive, as the manifest lists it. */
export interface ArchivedFile {
  /** Within the archive. */
  readonly path: string;
  /** Before compression. */
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

export interface Added {
  readonly path: string;
  /** Read while the file is written. An error in it aborts the archive. */
  readonly pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** False for formats that are already compressed. */
  readonly compress: boolean;
}

/** A client that reads nothing for this long is disconnected. */
const STALLED_MS = 60_000;
/** The lowest average rate of a client, after a grace period. */
const LEAST_BYTES_A_SECOND = 16 * 1024;
const GRACE_SECONDS = 300;
const PIECE_BYTES = 64 * 1024;
const MODE = 0o100644;

/** Splits a text into pieces small enough for a slow client to read in time. */
export function* piecesOf(text: string): Generator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

/** Measures whether a client reads fast enough: an export holds one of a few slots until it is read. */
export class Pace {
  #waitedMs = 0;
  #bytes = 0;

  /** Records bytes that the client took `waitedMs` to read. @returns whether its average rate is still high enough */
  took(bytes: number, waitedMs: number): boolean {
    this.#bytes += bytes;
    this.#waitedMs += waitedMs;
    return this.#waitedMs / 1_000 <= GRACE_SECONDS + this.#bytes / LEAST_BYTES_A_SECOND;
  }
}

/** Calls `giveUp` when the client reads a piece, or all of them, too slowly. */
async function* paced(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  pace: Pace,
  giveUp: () => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    const stalled = setTimeout(giveUp, STALLED_MS);
    const yieldedAt = performance.now();
    try {
      yield piece;
    } finally {
      clearTimeout(stalled);
    }
    if (!pace.took(piece.length, performance.now() - yieldedAt)) giveUp();
  }
}

/**
 * A ZIP archive of any size (ZIP64), streamed file by file at the client's pace. Its directory comes last, so that
 * readers recognise an aborted archive as incomplete.
 */
export class Archive {
  readonly output: Readable;
  readonly files: ArchivedFile[] = [];
  readonly #zip = new ZipFile();
  readonly #pace = new Pace();
  readonly #at: Date;
  readonly #signal: AbortSignal;

  /** @param signal aborts the archive */
  constructor(at: Date, signal: AbortSignal) {
    this.#at = at;
    this.#signal = signal;
    this.output = this.#zip.outputStream as Readable;
    this.#zip.on('error', (error: Error) => this.breakOff(error));
    signal.addEventListener('abort', () => this.breakOff(new Error('The client disconnected')), {
      once: true,
    });
    // `add` rejects with it.
    this.output.on('error', () => undefined);
  }

  /** Resolves when the file is written. @throws when the archive is aborted, or reading `pieces` fails */
  async add({ path, pieces, compress }: Added): Promise<void> {
    this.#signal.throwIfAborted();
    const hash = createHash('sha256');
    let bytes = 0;
    async function* hashed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const piece of source) {
        hash.update(piece);
        bytes += piece.length;
        yield piece;
      }
    }
    const giveUp = () => this.breakOff(new Error('The client reads too slowly'));
    const source = Readable.from(hashed(paced(pieces, this.#pace, giveUp)), { objectMode: false });
    const cut = () => source.destroy(new Error('The archive was aborted'));
    this.output.once('close', cut);
    this.#zip.addReadStream(source, path, { mtime: this.#at, mode: MODE, compress });
    try {
      await finished(source);
    } finally {
      this.output.off('close', cut);
    }
    this.files.push({ path, bytes, sha256: hash.digest('hex') });
  }

  /** Writes the directory. */
  end(): void {
    this.#zip.end();
  }

  breakOff(error: Error): void {
    this.output.destroy(error);
  }
}
