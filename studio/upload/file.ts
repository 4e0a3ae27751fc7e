import {
  formatOf,
  formats,
  otherFormatOf,
  SIGNATURE_BYTES,
} from '../../subgraphs/image-processor/picture/format.ts';

/** Facts of a file's bytes, to be announced. */
export interface ReadFile {
  /** SHA-256 in hex. */
  readonly sha256: string;
  /** By the bytes, whatever the name says. */
  readonly contentType: string;
}

/** A file that is no use to send. The message says why, and what to do. */
export class UnusableFile extends Error {
  override readonly name = 'UnusableFile';
}

/** No server can be set to take more; a file is in memory while it is hashed. */
export const MOST_BYTES = 256 * 1024 ** 2;

/** For `accept` of an input: what is read. */
export const ACCEPTED = Object.values(formats).join();

/** In hex. */
export async function sha256Of(bytes: BufferSource): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function contentTypeOf(head: Uint8Array): string {
  const format = formatOf(head);
  if (format) return formats[format];
  const other = otherFormatOf(head);
  const found = other ? `This file is ${other}, which is not read here` : 'This file is no picture';
  throw new UnusableFile(`${found}. Save it as JPEG, PNG, WebP, AVIF, GIF or TIFF.`);
}

function assertUsable({ size }: Blob): void {
  if (size === 0) throw new UnusableFile('This file is empty.');
  if (size > MOST_BYTES)
    throw new UnusableFile('This file is larger than 256 MiB, which no server takes. Make it smaller.');
  if (!globalThis.crypto.subtle)
    throw new UnusableFile('The browser hashes files only on pages of https, or of this machine.');
}

/** Reads a file piece by piece, so that the page goes on. `onProgress`: 0 to 1. */
async function bytesOf(
  file: Blob,
  onProgress: (share: number) => void,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(file.size);
  let at = 0;
  for await (const piece of file.stream() as unknown as AsyncIterable<Uint8Array>) {
    signal?.throwIfAborted();
    bytes.set(piece, at);
    at += piece.byteLength;
    onProgress(at / file.size);
  }
  return bytes;
}

/**
 * Finds out what is announced of a file. WebCrypto takes a file whole, and works beside the page's thread: read one file
 * at a time, and no more than one of them is in memory.
 * @throws UnusableFile; the signal's reason
 */
export async function readFile(
  file: Blob,
  onProgress: (share: number) => void = () => {},
  signal?: AbortSignal,
): Promise<ReadFile> {
  assertUsable(file);
  const contentType = contentTypeOf(new Uint8Array(await file.slice(0, SIGNATURE_BYTES).arrayBuffer()));
  const bytes = await bytesOf(file, onProgress, signal).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new UnusableFile('The file cannot be read any more. Was it moved or changed? Choose it again.', {
      cause,
    });
  });
  return { sha256: await sha256Of(bytes), contentType };
}
