import type { BookOutboxEvent } from '../../books.ts';
import { type BookRecord, chapterFrom, type FrontMatter, noFrontMatter } from '../../records.ts';

export interface BookDocument {
  _id: { user_id: string; id: string };
  version: number;
  title: string;
  /** `position` and `numbered` are absent in chapters from before there were those. */
  chapters: { chapter_num: number; title: string | null; position?: number | null; numbered?: boolean }[];
  /** Absent in books from before processors could be asked for. */
  automatic?: string[];
  /** This and the next three are absent in books from before they could be changed. */
  language?: string | null;
  removed?: { chapter_num: number; at: string }[];
  deleted?: boolean;
  deleted_at?: Date | null;
  /** Absent in books from before there was front matter. */
  front?: {
    subtitle: string | null;
    author: string | null;
    rights: string | null;
    cover_blob_id: string | null;
  };
  created_at: Date;
  /** This and the next are absent in books from before their changes were told. */
  outbox?: BookOutboxEvent[];
  /** Absent when nothing waits. */
  outbox_since?: Date;
}

const frontDocument = ({ coverBlobId, ...front }: FrontMatter) => ({ ...front, cover_blob_id: coverBlobId });

function frontFrom(stored: BookDocument['front']): FrontMatter {
  if (!stored) return noFrontMatter;
  const { cover_blob_id, ...front } = stored;
  return { ...front, coverBlobId: cover_blob_id };
}

export const toBookDocument = (book: BookRecord): BookDocument => ({
  _id: { user_id: book.userId, id: book.id },
  version: book.version,
  title: book.title,
  language: book.language,
  chapters: book.chapters.map(({ chapterNum, ...chapter }) => ({ chapter_num: chapterNum, ...chapter })),
  automatic: [...book.automatic],
  removed: book.removed.map(({ chapterNum, at }) => ({ chapter_num: chapterNum, at })),
  deleted: book.deleted,
  deleted_at: book.deletedAt,
  front: frontDocument(book.front),
  created_at: book.createdAt,
});

export const bookFrom = (document: BookDocument): BookRecord => ({
  userId: document._id.user_id,
  id: document._id.id,
  version: document.version,
  title: document.title,
  language: document.language ?? null,
  front: frontFrom(document.front),
  chapters: document.chapters.map(({ chapter_num, ...chapter }) =>
    chapterFrom({ chapterNum: chapter_num, ...chapter }),
  ),
  automatic: document.automatic ?? [],
  removed: (document.removed ?? []).map(({ chapter_num, at }) => ({ chapterNum: chapter_num, at })),
  deleted: document.deleted ?? false,
  deletedAt: document.deleted_at ?? null,
  createdAt: document.created_at,
});
