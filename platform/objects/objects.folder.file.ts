import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { decodeMetadata, encodeMetadata } from './names.ts';
import type { ObjectBody, ObjectDescription, ObjectHead } from './objects.ts';

/**
 * An object's file begins with a block that describes it, so that both come into place in one step: a mark, and JSON padded
 * with spaces. The block's size is fixed: a file's size tells the object's.
 */
export const HEADER_BYTES = 4_096;
const MARK = 'blobgraph object 1\n';

interface Header {
  readonly contentType: string;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

function headerBlock({ contentType, metadata }: ObjectDescription, etag: string): Buffer {
  const header: Header = { contentType, etag, metadata: encodeMetadata(metadata) };
  return Buffer.from(`${MARK}${JSON.stringify(header)}`.padEnd(HEADER_BYTES));
}

async function* pieces(body: ObjectBody): AsyncIterable<Uint8Array> {
  if (body instanceof Uint8Array) yield body;
  else yield* body;
}

/** Writes an object's file, on the disk when it resolves. @returns the body's size @throws what the body throws */
export async function writeObjectFile(
  path: string,
  body: ObjectBody,
  description: ObjectDescription,
  etag: string,
): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.appendFile(headerBlock(description, etag));
    let sizeBytes = 0;
    for await (const piece of pieces(body)) {
      await file.appendFile(piece);
      sizeBytes += piece.byteLength;
    }
    await file.sync();
    return sizeBytes;
  } finally {
    await file.close();
  }
}

/** The head in an object's file. @throws when it is none */
export async function readHead(path: string, file: FileHandle): Promise<ObjectHead> {
  const block = Buffer.alloc(HEADER_BYTES);
  const { bytesRead } = await file.read(block, 0, HEADER_BYTES, 0);
  const text = block.toString('utf8', 0, bytesRead);
  if (bytesRead < HEADER_BYTES || !text.startsWith(MARK)) throw new Error(`${path} is damaged: remove it`);
  const { contentType, etag, metadata } = JSON.parse(text.slice(MARK.length)) as Header;
  const { size, mtime } = await file.stat();
  return {
    sizeBytes: size - HEADER_BYTES,
    contentType,
    etag,
    modifiedAt: mtime,
    metadata: decodeMetadata(metadata),
  };
}

/** Makes durable which entries a folder has. One that is gone has none. */
export async function syncFolder(path: string, gone: (error: unknown) => boolean): Promise<void> {
  const folder = await open(path, 'r').catch((error: unknown) => {
    if (gone(error)) return undefined;
    throw error;
  });
  try {
    await folder?.sync();
  } finally {
    await folder?.close();
  }
}
