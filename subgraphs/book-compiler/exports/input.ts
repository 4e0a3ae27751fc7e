import type { BlobRecord } from '../../../platform/processor/records/record.ts';
import type { BookInput, Picture } from './book/book.ts';

/** Members of a compiled book that exports need. */
export const EXPORTED_MEMBERS = [
  'version',
  'title',
  'language',
  'subtitle',
  'author',
  'rights',
  'cover_blob_id',
  'chapters.number',
  'chapters.title',
  'chapters.compiled_text',
] as const;

interface StoredBook {
  readonly version: number;
  readonly language?: string | null;
  readonly subtitle?: string | null;
  readonly author?: string | null;
  readonly rights?: string | null;
}

interface StoredChapters {
  readonly chapters: readonly {
    readonly number?: number | null;
    readonly title: string;
    readonly compiled_text: string;
  }[];
}

/** The pictures of an export. */
export interface Pictures {
  /** Null: the book has none, or it cannot be read. */
  readonly cover: Picture | null;
  /** Pictures of the text that could be read, by the id of the image's blob. */
  readonly pictures: ReadonlyMap<string, Picture>;
}

export const NO_PICTURES: Pictures = { cover: null, pictures: new Map() };

/** Texts of a stored book's chapters. */
export const chapterTexts = ({ beside }: Pick<BlobRecord, 'beside'>): string[] =>
  (beside as unknown as StoredChapters).chapters.map(({ compiled_text: text }) => text);

/** A stored book as the input of an export. */
export function bookInput(record: BlobRecord, { cover, pictures }: Pictures): BookInput {
  const { version, language, subtitle, author, rights } = record.data as unknown as StoredBook;
  const { chapters } = record.beside as unknown as StoredChapters;
  return {
    id: record.id,
    version,
    title: record.title,
    subtitle: subtitle ?? null,
    author: author ?? null,
    rights: rights ?? null,
    language: language ?? null,
    compiledAt: record.createdAt.toISOString(),
    chapters: chapters.map(({ number, title, compiled_text: text }) => ({
      number: number ?? null,
      title,
      text,
    })),
    cover,
    pictures,
  };
}
