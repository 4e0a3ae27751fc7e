/** A run of text, or a node of text: what `book.typ` shows in a line. */
export type Inline =
  | string
  | {
      readonly t: 'em' | 'strong' | 'strike' | 'under' | 'mark' | 'small' | 'sub' | 'sup';
      readonly c: readonly Inline[];
    }
  | { readonly t: 'code'; readonly v: string }
  | { readonly t: 'br' }
  | { readonly t: 'link'; readonly u: string; readonly c: readonly Inline[] }
  /** A link to a place in the book, where it has that place. */
  | { readonly t: 'ref'; readonly id: string; readonly c: readonly Inline[] }
  /** A note, where it is first referred to; `id` is null where no other reference leads to it. */
  | { readonly t: 'note'; readonly id: string | null; readonly c: readonly Block[] }
  /** Another reference to a note. */
  | { readonly t: 'noted'; readonly id: string }
  | Anchor
  | PlacedImage;

/** A place that something links to. */
export interface Anchor {
  readonly t: 'anchor';
  readonly id: string;
}

export interface PlacedImage {
  readonly t: 'image';
  /** Its path in the compiler's memory. */
  readonly file: string;
  readonly alt: string;
  /** As wide as it would like to be, in points. */
  readonly width: number;
}

export type Cells = readonly (readonly Inline[])[];

/** A block of a chapter, as `book.typ` reads it. `rtl`: where it differs from the book. */
export type Block =
  | { readonly t: 'p'; readonly c: readonly Inline[]; readonly rtl?: boolean }
  | {
      readonly t: 'h';
      /** 2 to 5: the chapter's own is 1. */
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
      /** One of each column. */
      readonly align: readonly ('left' | 'center' | 'right')[];
      /** Null: it has none. */
      readonly head: Cells | null;
      readonly rows: readonly Cells[];
    }
  | { readonly t: 'break' }
  | Anchor
  | PlacedImage;

/** A chapter, laid out. */
export interface ChapterTree {
  /** As readers see it; null: it has none. */
  readonly number: number | null;
  readonly title: readonly Inline[];
  /** The running head: one line. */
  readonly head: string;
  /** The place of its beginning. */
  readonly id: string;
  /** Where it is another than the book's. */
  readonly lang: string | null;
  readonly blocks: readonly Block[];
}

/** All that `book.typ` is given. */
export interface BookTree {
  readonly title: string;
  readonly subtitle: string | null;
  readonly authors: readonly string[];
  readonly rights: string | null;
  /** The primary language, e.g. `de`. */
  readonly lang: string;
  /** Two letters, or null. */
  readonly region: string | null;
  readonly rtl: boolean;
  /** The running head of even pages: one line. */
  readonly head: string;
  /** The heading of the contents. */
  readonly contents: string;
  readonly cover: { readonly file: string; readonly alt: string } | null;
  readonly fonts: { readonly body: readonly string[]; readonly mono: readonly string[] };
  readonly chapters: readonly ChapterTree[];
  /** All places that links may lead to. */
  readonly places: Readonly<Record<string, true>>;
  /** Characters that no font has, as readers are told of them, e.g. `U+0928`. */
  readonly unshown: readonly string[];
  /** What stands in their place. */
  readonly mark: string;
}
