import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** A file in an archive. */
export interface ZipEntry {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** False for compressed formats, and for files that must not be compressed. Default: true. */
  readonly compress?: boolean;
}

/** The earliest time of the format; the same in every time zone. */
const MTIME = new Date(1980, 0, 1);
const MODE = 0o100644;

/** A ZIP archive as a stream of bytes. Deterministic. Pulls the next entry when the one before is written. */
export async function* zipped(entries: Iterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  for (const { path, bytes, compress = true } of entries) {
    zip.addBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), path, {
      mtime: MTIME,
      mode: MODE,
      // No extra field: readers expect the media type right after the name (EPUB Open Container Format, 4.3).
      forceDosTimestamp: true,
      compress,
    });
  }
  zip.end();
  yield* output as AsyncIterable<Uint8Array>;
}
