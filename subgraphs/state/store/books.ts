import type { BookRecord, Detail, EntryOf, IndexEntry } from './records.ts';

/** Maximum number of drafts that `newestDrafts` returns. */
export const MAX_DRAFTS = 10_000;

/** The newest draft of one chapter. */
export interface ChapterDraft<Entry = IndexEntry> {
  readonly bookId: string;
  readonly chapterNum: number;
  readonly draft: Entry;
}

export interface ConversationSummary {
  readonly id: string;
  /** The title of its first message. */
  readonly title: string;
  /** Number of all its entries, derived ones included. */
  readonly messageCount: number;
  /** Creation time of its newest entry. */
  readonly lastMessageAt: Date;
}

/** Books and conversations of a user. */
export interface BookStore {
  /**
   * Inserts version 1 of a book, or replaces the version before `book.version`; `createdAt` never changes. False when
   * another write came first.
   */
  putBook(book: BookRecord): Promise<boolean>;
  /** Newest first, deleted ones included. */
  bookRecords(userId: string, ids: readonly string[]): Promise<BookRecord[]>;
  /** The newest draft of each chapter of these books, ordered by book and chapter; at most 10,000. `detail`: default `whole`. */
  newestDrafts<D extends Detail = 'whole'>(
    userId: string,
    bookIds: readonly string[],
    detail?: D,
  ): Promise<ChapterDraft<EntryOf[D]>[]>;
  /** Newest message first, at most 1,000. */
  conversations(userId: string): Promise<ConversationSummary[]>;
}
