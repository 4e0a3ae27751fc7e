import type { ElementContent } from 'hast';

/** A picture that is embedded in the book. */
export interface Picture {
  /** `image/jpeg`, `image/png`, `image/gif` or `image/webp`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** In pixels, as the height. */
  readonly width: number;
  readonly height: number;
}

/** A compiled book as the input of an export. Can be posted to a thread. */
export interface BookInput {
  /** The blob's id. */
  readonly id: string;
  /** The compiled book's version, from 1. */
  readonly version: number;
  readonly title: string;
  /** Null, as of the next two: none. */
  readonly subtitle: string | null;
  readonly author: string | null;
  readonly rights: string | null;
  /** A BCP 47 tag; null: unknown. */
  readonly language: string | null;
  /** ISO 8601, when it was compiled. */
  readonly compiledAt: string;
  /** In the order of the book. Each text begins with the chapter's heading. */
  readonly chapters: readonly {
    /** The number that readers see. Absent or null: it has none, or it is unknown. */
    readonly number?: number | null;
    readonly title: string;
    readonly text: string;
  }[];
  /** Null: the export draws one from the title. */
  readonly cover: Picture | null;
  /** Pictures of the text that could be read, by the id of the image's blob. */
  readonly pictures: ReadonlyMap<string, Picture>;
}

/** A note of a chapter. */
export interface Note {
  /** Its element's id, unique in the book. */
  readonly id: string;
  /** Counts from 1 in each chapter. */
  readonly number: number;
  /** The ids of its references, in order. */
  readonly references: readonly string[];
  /** Flow content, see {@link ParsedChapter.body}. */
  readonly body: readonly ElementContent[];
}

/** A chapter as its readers see it. */
export interface ParsedChapter {
  /** Its place in the book, from 1. */
  readonly place: number;
  /** The number that readers see; null: it has none, or it is unknown. */
  readonly number: number | null;
  /** The id of its beginning. */
  readonly id: string;
  /** Plain text, on one line. */
  readonly title: string;
  /** A BCP 47 tag when it is written in another script than the book; null: the book's language. */
  readonly language: string | null;
  /** The title as phrasing content. */
  readonly heading: readonly ElementContent[];
  /**
   * Valid flow content of HTML (no block in a paragraph, cells in rows, items in lists). Headings begin at `h3` and skip
   * no level; blocks written in the other direction have `dir`. Elements that may be in it:
   * `p h3 h4 h5 h6 blockquote ul ol li dl dt dd pre hr div figure figcaption table caption thead tbody tfoot tr th td`, and in
   * them `a abbr b bdi bdo br cite code del dfn em i img ins kbd mark q rp rt ruby s samp small span strong sub sup u var
   * wbr`. Attributes: `id lang dir title`, `href` of an absolute `http`, `https` or `mailto` address or `#` and an id, which
   * is missing in a book of a hostile writer, `start reversed type` of `ol`, `colSpan rowSpan scope` of cells, `className`
   * `align-left align-center align-right` of cells, `noteref` of a link to a note. An `img` has `alt` and, as `src`, a key
   * of {@link BookInput.pictures}.
   */
  readonly body: readonly ElementContent[];
  /** By their numbers. */
  readonly notes: readonly Note[];
  /** Pictures of the text that are not in the book: their descriptions or addresses. */
  readonly leftOut: readonly string[];
}

/** A parsed book. Chapters are parsed one by one as they are read, so that only one is in memory. */
export interface ParsedBook extends Omit<BookInput, 'chapters' | 'language'> {
  /** A BCP 47 tag; `und` where it is unknown. */
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  /** In the order of the book. */
  readonly titles: readonly string[];
  /** In the order of the book, parsed anew at each call. @throws BlobgraphError PROCESSING_FAILED */
  chapters(): Iterable<ParsedChapter>;
}
