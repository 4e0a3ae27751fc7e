/** A picture as its owner stored it. */
export interface GivenImage {
  readonly bytes: Uint8Array;
}

/** All that a book is set of. */
export interface PdfRequest {
  readonly title: string;
  readonly subtitle: string | null;
  readonly author: string | null;
  readonly rights: string | null;
  /** A BCP 47 tag; null: unknown. */
  readonly language: string | null;
  readonly chapters: readonly {
    /** As readers see it; null: it has none. */
    readonly number: number | null;
    readonly title: string;
    /** Markdown with its heading, as it stands in the book. */
    readonly text: string;
  }[];
  readonly cover: GivenImage | null;
  /** Pictures of our own store by the addresses that the text has for them; others are refused with their words. */
  readonly images: Readonly<Record<string, GivenImage>>;
  /** When it was compiled, in seconds of Unix time: the file says so, and is the same each time. */
  readonly createdAt: number;
  /** Families of fonts of the machine, tried last. */
  readonly fonts: readonly string[];
}

/** What the process says beside the file, a line of JSON each. */
export type PdfMessage =
  | { readonly kind: 'progress'; readonly progress: number; readonly stage: string }
  | { readonly kind: 'failed'; readonly reason: 'memory' | 'cover' | 'fault'; readonly message: string };
