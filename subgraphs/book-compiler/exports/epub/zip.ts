import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';

/** A file in an archive. */
export interface ZipEntry {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** False for what is compressed already, or must not be. Default: true. */
  readonly compress?: boolean;
}

/** The earliest time that the format knows, the same in every time zone. */
const MTIME = new Date(1980, 0, 1);
const MODE = 0o100644;

/** An archive, piece by piece; the same entries give the same bytes. Entries are asked for one by one, as they are written. */
export async function* zipped(entries: Iterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  for (const { path, bytes, compress = true } of entries) {
    zip.addBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), path, {
      mtime: MTIME,
      mode: MODE,
      // No field beside the name: readers look for the media type behind it (EPUB Open Container Format, 4.3).
      forceDosTimestamp: true,
      compress,
    });
  }
  zip.end();
  yield* output as AsyncIterable<Uint8Array>;
}
