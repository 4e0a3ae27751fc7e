import type { Caller } from '../../platform/identity/service-tokens.ts';
import type { Loaders } from './loaders.ts';
import type { ChapterSource } from './plan.ts';
import type { CompileInput } from './request.ts';

/** The options that a book was compiled with. */
export interface CompileConfig {
  readonly useExpanded: boolean;
  /** Null: the book's own title. */
  readonly title: string | null;
  readonly author: string | null;
}

/** A compiled book without its texts. */
export interface CompiledBookModel {
  readonly id: string;
  readonly userId: string;
  /** The user's own id of the book. */
  readonly bookId: string;
  readonly version: number;
  readonly title: string;
  readonly wordCount: number;
  readonly chapterCount: number;
  /** In the chapters' order. */
  readonly sourceBlobIds: readonly string[];
  readonly compileConfig: CompileConfig;
  /** SHA-256 of the full text, in hex. */
  readonly contentHash: string;
  /** Bytes of the full text as UTF-8 encoded JSON. */
  readonly sizeBytes: number;
  readonly stale: boolean;
  readonly createdAt: Date;
}

/** A chapter of a compiled book without its text. */
export interface CompiledChapterModel extends ChapterSource {
  /** The id of the {@link CompiledBookModel}. */
  readonly compiledBookId: string;
  readonly wordCount: number;
}

/** What the resolvers of one request share. */
export interface Context {
  readonly caller: Caller;
  readonly loaders: Loaders;
  /** Compiles a book of the user. @throws like {@link compileBook} */
  readonly compile: (userId: string, input: CompileInput) => Promise<CompiledBookModel>;
}
