import type { BookInput } from '../book/book.ts';

/** The request to a process. */
export interface PdfRequest {
  readonly book: BookInput;
  /** The machine's font families for characters that our fonts lack. */
  readonly fonts: readonly string[];
  /** Bytes. */
  readonly maxMemory: number;
}

/** A message of the process, one line of JSON. */
export type PdfMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly stage: string }
  | { readonly kind: 'failed'; readonly reason: 'memory' | 'fault'; readonly message: string };
