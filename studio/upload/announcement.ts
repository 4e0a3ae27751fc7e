import type { RequestUploadInput } from 'blobgraph/client';
import { sha256Of } from './file.ts';

/** Details that a user gives of a picture before it is sent. */
export interface Details {
  readonly title: string;
  /** Empty: none. */
  readonly altText: string;
  /** Empty: none. */
  readonly bookId: string;
  readonly keepPosition: boolean;
}

/** A file's name without its ending, as a first title. */
export function titleOf(fileName: string): string {
  const name = fileName.replace(/\.[^.]{1,5}$/, '').trim();
  return (name || fileName || 'Picture').slice(0, 500);
}

const LONGEST_NAME = 255;

/** A name as the server takes it: without folders, and no longer than it may be, with its ending. */
export function fileNameOf(name: string): string {
  const plain = name.replaceAll(/[\\/]/g, '-').trim();
  if (plain === '' || /^\.+$/.test(plain)) return 'picture';
  return plain.length <= LONGEST_NAME ? plain : plain.slice(0, 200) + plain.slice(-50);
}

/**
 * The announcement of a file. Its key follows from the file and what is said of it: who tries again goes on with the same
 * upload, also after the page was closed, and whoever sends the same once more gets the picture that is there.
 */
export async function announcementOf(
  file: { readonly name: string; readonly size: number },
  read: { readonly sha256: string; readonly contentType: string },
  details: Details,
): Promise<RequestUploadInput> {
  const input = {
    fileName: fileNameOf(file.name),
    contentType: read.contentType,
    sizeBytes: file.size,
    sha256: read.sha256,
    title: details.title.trim(),
    ...(details.altText.trim() ? { altText: details.altText.trim() } : {}),
    ...(details.bookId ? { bookId: details.bookId } : {}),
    keepPosition: details.keepPosition,
  };
  return {
    ...input,
    idempotencyKey: `studio:${await sha256Of(new TextEncoder().encode(JSON.stringify(input)))}`,
  };
}
