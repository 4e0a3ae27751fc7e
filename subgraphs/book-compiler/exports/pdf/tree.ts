/** Content of a line for `book.typ`: a text or a node. */
export type Inline =
  | string
  | {
      readonly t: 'em' | 'strong' | 'strike' | 'under' | 'mark' | 'small' | 'sub' | 'sup';
      readonly c: readonly Inline[];
    }
  | { readonly t: 'code'; readonly v: string }
  | { readonly t: 'br' }
  | { readonly t: 'link'; readonly u: string; readonly c: readonly Inline[] }
  /** A link to an id of the book, if the book has it. */
  | { readonly t: 'ref'; readonly id: string; readonly c: readonly Inline[] }
  /** A note at its first reference; `id` is null when there is no other reference. */
  | { readonly t: 'note'; readonly id: string | null; readonly c: readonly Block[] }
  /** Another reference to a note. */
  | { readonly t: 'noted'; readonly id: string }
  | Anchor
  | PlacedImage;

/** The target of a link. */
export interface Anchor {
  readonly t: 'anchor';
  /** One of {@link BookTree.places}. */
  readonly id: string;
}

export interface PlacedImage {
  readonly t: 'image';
  /** Its path in the compiler's memory. */
  readonly file: string;
  /** Never empty. */
  readonly alt: string;
  /** Preferred width in points. */
  readonly width: number;
}

export type Cells = readonly (readonly Inline[])[];

/** A block of a chapter for `book.typ`. `rtl`: only when it differs from the book's. */
export type Block =
  | { readonly t: 'p'; readonly c: readonly Inline[]; readonly rtl?: boolean }
  | {
      readonly t: 'h';
      /** 2 to 5; level 1 is the chapter's title. */
      readonly l: number;
      readonly c: readonly Inline[];
      readonly rtl?: boolean;
    }
  | {
      readonly t: 'list';
      /** Null: no numbers. */
      readonly start: number | null;
      readonly tight: boolean;
      readonly items: readonly (readonly Block[])[];
    }
  | { readonly t: 'quote'; readonly c: readonly Block[] }
  | { readonly t: 'code'; readonly v: string }
  | {
      readonly t: 'table';
      /** One for each column. */
      readonly align: readonly ('left' | 'center' | 'right')[];
      /** Null: none. */
      readonly head: Cells | null;
      readonly rows: readonly Cells[];
    }
  | { readonly t: 'break' }
  | Anchor
  | PlacedImage;

/** A chapter for `book.typ`. */
export interface ChapterTree {
  /** The number that readers see; null: none. */
  readonly number: number | null;
  /** Never blank. */
  readonly title: readonly Inline[];
  /** The running head: one line. */
  readonly head: string;
  /** The id of its beginning. */
  readonly id: string;
  /** Null: the book's. */
  readonly lang: string | null;
  readonly blocks: readonly Block[];
}

/** The input of `book.typ`. */
export interface BookTree {
  /** On one line, never empty. */
  readonly title: string;
  /** On one line; null: none. */
  readonly subtitle: string | null;
  /** One or none. */
  readonly authors: readonly string[];
  /** On one line; null: none. */
  readonly rights: string | null;
  /** The primary language, e.g. `de`. */
  readonly lang: string;
  /** Two letters, or null. */
  readonly region: string | null;
  /** Whether the book is written from right to left. */
  readonly rtl: boolean;
  /** The running head of even pages: one line. */
  readonly head: string;
  /** The heading of the contents. */
  readonly contents: string;
  /** Null: the PDF begins with the title page. */
  readonly cover: { readonly file: string; readonly alt: string } | null;
  /** Families in the order in which they are tried. */
  readonly fonts: { readonly body: readonly string[]; readonly mono: readonly string[] };
  /** In the order of the book. */
  readonly chapters: readonly ChapterTree[];
  /** All ids that links may lead to. */
  readonly places: Readonly<Record<string, true>>;
  /** Characters that no font has, as listed for readers, e.g. `U+0928`. */
  readonly unshown: readonly string[];
  /** The mark in their place. */
  readonly mark: string;
}
