import type { BookEventKind } from '../../../platform/events/book-events.ts';
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

/** An unpublished event of a book. It is stored in the book's record, in the same write as the change it describes. */
export interface BookOutboxEvent {
  readonly kind: BookEventKind;
  /** The record's version after the change; also its order in the outbox. */
  readonly version: number;
  /** ISO 8601. */
  readonly time: string;
  /** The W3C trace context of the request that led to it; absent without one. */
  readonly traceparent?: string;
}

/** Books are unique only among their user's. */
export type BookKey = Pick<BookRecord, 'userId' | 'id'>;

/** A book's record; one that was erased and made anew is another. */
export type MadeBook = Pick<BookRecord, 'userId' | 'id' | 'createdAt'>;

/** The unpublished events of one book, oldest first. */
export interface BookOutbox extends MadeBook {
  readonly events: readonly BookOutboxEvent[];
}

/** A book whose outbox has been published up to a version. */
export interface PublishedBook extends MadeBook {
  readonly version: number;
}

export interface BookOutboxStore {
  /** The outboxes of these books, without empty ones. */
  bookOutboxes(keys: readonly BookKey[]): Promise<BookOutbox[]>;
  /** Removes published events, of these records alone. */
  clearBookOutboxes(published: readonly PublishedBook[]): Promise<void>;
  /** Books with events that have waited since before `waitingSince`, longest first. */
  pendingBookOutboxes(waitingSince: Date, limit: number): Promise<BookKey[]>;
}

/** Books and conversations of a user. */
export interface BookStore extends BookOutboxStore {
  /**
   * Inserts version 1 of a book, or replaces the version before `book.version`; `createdAt` never changes. `events` are
   * added to its outbox in the same write. False when another write came first.
   */
  putBook(book: BookRecord, events: readonly BookOutboxEvent[]): Promise<boolean>;
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
