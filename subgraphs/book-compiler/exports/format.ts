import type { ParsedBook } from './book/book.ts';

/** A format of files that a book is exported to, as the service knows it: what makes it is loaded in a thread. */
export interface FormatDescription {
  /** Of what makes it: another version makes all books of it anew. */
  readonly version: string;
  readonly mediaType: string;
  /** Of its file's name, without the dot. */
  readonly extension: string;
}

/** Told how far it is, 0 to 1, and what it is at. */
export type OnProgress = (done: number, stage: string) => void;

/**
 * Makes the file, bytes in order; pure: the same book gives the same bytes. Runs in a thread: no need to yield to others.
 * Ended by ending the thread. @throws BlobgraphError that the book's owner reads
 */
export type MakeFile = (
  book: ParsedBook,
  onProgress: OnProgress,
) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
