import type { ElementContent } from 'hast';

/** A picture that is a part of the book. */
export interface Picture {
  /** `image/jpeg`, `image/png`, `image/gif` or `image/webp`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A compiled book as its export is made of it: what a thread can be handed. */
export interface BookInput {
  /** Of the blob. */
  readonly id: string;
  /** Of the compiled book, from 1. */
  readonly version: number;
  readonly title: string;
  readonly subtitle: string | null;
  readonly author: string | null;
  readonly rights: string | null;
  /** A BCP 47 tag; null: unknown. */
  readonly language: string | null;
  /** ISO 8601, when it was compiled. */
  readonly compiledAt: string;
  /** In the order of the book; their texts as they stand in it, heading first. */
  readonly chapters: readonly {
    /** Its number as readers see it. Default, and null: it has none, or that is not known. */
    readonly number?: number | null;
    readonly title: string;
    readonly text: string;
  }[];
  /** Null: the export makes one of the title. */
  readonly cover: Picture | null;
  /** By the id of the image's blob; those that the text shows and that could be read. */
  readonly pictures: ReadonlyMap<string, Picture>;
}

/** A note of a chapter. */
export interface Note {
  /** Its element's id, one in the whole book. */
  readonly id: string;
  /** From 1 in each chapter. */
  readonly number: number;
  /** The ids of its references, in order. */
  readonly references: readonly string[];
  /** Flow content, see {@link ParsedChapter.body}. */
  readonly body: readonly ElementContent[];
}

/** A chapter as its readers see it. */
export interface ParsedChapter {
  /** Its place, from 1. */
  readonly place: number;
  /** Its number as readers see it; null: it has none, or that is not known. */
  readonly number: number | null;
  /** The id that links to its beginning lead to. */
  readonly id: string;
  /** In words, on one line. */
  readonly title: string;
  /** A BCP 47 tag where it is written in another script than the book; null: the book's. */
  readonly language: string | null;
  /** Its title: phrasing content. */
  readonly heading: readonly ElementContent[];
  /**
   * Flow content, valid as HTML has it (no block in a paragraph, cells in rows, items in lists), headings from `h3`, no
   * level left out, `dir` where a block is written the other way than the book. Elements that may be in it:
   * `p h3 h4 h5 h6 blockquote ul ol li dl dt dd pre hr div figure figcaption table caption thead tbody tfoot tr th td`, and in
   * them `a abbr b bdi bdo br cite code del dfn em i img ins kbd mark q rp rt ruby s samp small span strong sub sup u var
   * wbr`. Attributes: `id lang dir title`, `href` of an absolute `http`, `https` or `mailto` address or `#` and an id, which
   * is missing in a book of a hostile writer, `start reversed type` of `ol`, `colSpan rowSpan scope` of cells, `className`
   * `align-left align-center align-right` of cells, `noteref` of a link to a note. An `img` has `alt` and, as `src`, a key
   * of {@link BookInput.pictures}.
   */
  readonly body: readonly ElementContent[];
  readonly notes: readonly Note[];
  /** Pictures of its text that are not in the book, by their words or their addresses. */
  readonly leftOut: readonly string[];
}

/** A book, parsed. Chapters are parsed as they are asked for, so that one is in memory at a time. */
export interface ParsedBook extends Omit<BookInput, 'chapters' | 'language'> {
  /** A BCP 47 tag; `und` where it is unknown. */
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  /** In the order of the book. */
  readonly titles: readonly string[];
  chapters(): Iterable<ParsedChapter>;
}
