import type { BookInput } from '../book/book.ts';

/** What a process is asked for. */
export interface PdfRequest {
  readonly book: BookInput;
  /** Families of fonts that the machine has, tried where ours have no letter. */
  readonly fonts: readonly string[];
  /** Bytes. */
  readonly maxMemory: number;
}

/** What the process says beside the file, a line of JSON each. */
export type PdfMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly stage: string }
  | { readonly kind: 'failed'; readonly reason: 'memory' | 'fault'; readonly message: string };
