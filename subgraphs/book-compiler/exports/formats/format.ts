import type { ParsedBook } from '../book/book.ts';

/** A file format of exports, as the service knows it. Its maker is loaded in a thread. */
export interface FormatDescription {
  /** The maker's version: a new one makes all files of this format again. */
  readonly version: string;
  readonly mediaType: string;
  /** Of the file's name, without the dot. */
  readonly extension: string;
}

/** Reports progress: `done` from 0 to 1, and the stage. */
export type OnProgress = (done: number, stage: string) => void;

/**
 * Makes a book's file as a stream of bytes. Deterministic. Runs in a thread, so it need not yield to the event loop, and
 * is ended by ending the thread. @throws BlobgraphError for the book's owner
 */
export type MakeFile = (
  book: ParsedBook,
  onProgress: OnProgress,
) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
