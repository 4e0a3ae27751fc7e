import type { ProcessingState } from '../../../platform/events/events.ts';
import type { BookRecord, IndexEntry, OutboxEvent, UserBlobRecord } from '../documents.ts';
import type { SummaryStore } from '../summary/summary.ts';
import type { BackfillStore } from './backfills.ts';
import type { DeletionStore } from './deletions.ts';
import type { ErasureStore } from './erasures.ts';
import type { LineageStore } from './lineage/lineage.ts';
import type { Total } from './lists/conditions.ts';
import type { Upkeep } from './lists/upkeep.ts';
import type { ReemissionStore } from './reemission.ts';
import type { StateScans } from './scans.ts';

/** Newest drafts of chapters in one answer at most. */
export const MAX_DRAFTS = 10_000;

/** Conditions on entries; all that are given must hold. */
export interface EntryFilter {
  readonly bookId?: string;
  readonly conversationId?: string;
  readonly type?: string;
  readonly processorId?: string;
  readonly schemaId?: string;
  /** Among the sources. */
  readonly parentId?: string;
  readonly state?: ProcessingState;
  /** Created at this time or later. */
  readonly createdAfter?: Date;
  /** Created before this time. */
  readonly createdBefore?: Date;
}

/** A place in a list that is ordered by time of creation, then id. */
export interface PageKey {
  readonly createdAt: Date;
  readonly id: string;
}

/** A stretch of a list. */
export interface PageRequest {
  /** Entries at most. */
  readonly limit: number;
  /** Starts behind this place. */
  readonly after?: PageKey;
  readonly direction: 'ASC' | 'DESC';
}

/** What was found of a stretch. */
export interface EntryList {
  /** As many as were asked for, unless the list ends or `resume` is set. */
  readonly entries: IndexEntry[];
  /**
   * The place up to which was looked without finding that many: the list may go on behind it. By one or two conditions
   * besides time a page is always whole.
   */
  readonly resume: PageKey | null;
}

export interface DerivedRequest {
  /** Entries at most, for each parent. */
  readonly limit: number;
  readonly after?: PageKey;
  /** Only those of these processors. Default: of all. */
  readonly processorIds?: readonly string[];
}

/** Entries of one book or conversation. */
export interface PlaceFilter {
  readonly place: 'bookId' | 'conversationId';
  /** Only those of these processors. Default: of all. */
  readonly processorIds?: readonly string[];
}

/** The newest of them. */
export interface PlaceRequest extends PlaceFilter {
  /** Entries at most, for each place. */
  readonly limit: number;
  readonly after?: PageKey;
}

/** The newest draft of one chapter. */
export interface ChapterDraft {
  readonly bookId: string;
  readonly chapterNum: number;
  readonly draft: IndexEntry;
}

export interface ConversationSummary {
  readonly id: string;
  /** Of its first message. */
  readonly title: string;
  readonly messageCount: number;
  readonly lastMessageAt: Date;
}

/** A document whose events wait to be published, oldest first. */
export interface Outbox {
  readonly blobId: string;
  readonly events: readonly OutboxEvent[];
}

/** The outbox of a user's blob itself. */
export interface UserBlobOutbox extends Outbox {
  readonly userId: string;
  readonly createdAt: Date;
}

/** Outboxes of several blobs; empty ones are left out. */
export interface Outboxes {
  readonly userBlobs: readonly UserBlobOutbox[];
  readonly entries: readonly Outbox[];
}

/** By blob: the version up to which the log has the events of its outbox. */
export type Published = ReadonlyMap<string, number>;

/** A change in an entry's content: it came, went or was made again. */
export type ContentChange = Partial<
  Pick<
    IndexEntry,
    'contentMissingSince' | 'preview' | 'sizeBytes' | 'contentHash' | 'title' | 'schemaVersion'
  >
>;

/** An update of an entry. */
export interface EntryChange {
  readonly version: number;
  readonly runs: IndexEntry['runs'];
  readonly state: ProcessingState;
  readonly updatedAt: Date;
  readonly content?: ContentChange;
}

/** The holder of an entry's id after an insert. */
export type InsertedEntry =
  | { readonly stored: IndexEntry; readonly inserted: boolean }
  | { readonly stored: null; readonly inserted: false };

/**
 * The state subgraph's store. Every method is one statement or one document write: nothing needs a transaction
 * across documents. Reads that take a user see that user's documents alone. Ids that are not there are left out
 * of the answer.
 */
export interface StateStore
  extends ErasureStore,
    DeletionStore,
    ReemissionStore,
    StateScans,
    BackfillStore,
    SummaryStore,
    LineageStore,
    Upkeep {
  /** Hand-outs of runs whose events a processor missed. */
  readonly handOuts: BackfillStore;
  /** Ends of the runs of processors that were retired. */
  readonly retirements: BackfillStore;

  /** Makes tables, collections and indexes, where they are missing. */
  prepare(): Promise<void>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;

  /** Stores a user's blob with its outbox, durably, unless its id is there already; answers what is there then. */
  insertUserBlob(
    blob: UserBlobRecord,
  ): Promise<{ readonly stored: UserBlobRecord; readonly inserted: boolean }>;
  userBlobs(userId: string, ids: readonly string[]): Promise<UserBlobRecord[]>;

  /**
   * Stores an entry with its outbox, durably, unless its id is there already; answers what is there then: null when
   * that is a tombstone.
   */
  insertEntry(entry: IndexEntry, outbox: readonly OutboxEvent[]): Promise<InsertedEntry>;
  /** Changes an entry that still has `expectedVersion` and adds `events` to its outbox, in one write. False when it has another version. */
  updateEntry(
    id: string,
    expectedVersion: number,
    change: EntryChange,
    events: readonly OutboxEvent[],
  ): Promise<boolean>;
  /** In no given order; ids may be any text, and those that are not there are left out. */
  entries(userId: string, ids: readonly string[]): Promise<IndexEntry[]>;
  /** Ordered by time of creation, then id. */
  page(userId: string, filter: EntryFilter, page: PageRequest): Promise<EntryList>;
  /** How many entries a filter lets through, counted to `limit`. */
  countUpTo(userId: string, filter: EntryFilter, limit: number): Promise<Total>;
  count(userId: string, filter: EntryFilter): Promise<number>;
  countByProcessor(userId: string): Promise<{ readonly processorId: string; readonly count: number }[]>;
  /** When an entry of the user changed last; null when there is none. */
  lastChange(userId: string): Promise<Date | null>;

  /** For each parent the newest entries that have it among their sources, newest first: one query for all parents. */
  derived(
    userId: string,
    parentIds: readonly string[],
    request: DerivedRequest,
  ): Promise<ReadonlyMap<string, IndexEntry[]>>;
  /** For each parent the ids of the newest `limit` of those. */
  derivedIds(
    userId: string,
    parentIds: readonly string[],
    limit: number,
  ): Promise<ReadonlyMap<string, string[]>>;
  /** For each parent how many there are. */
  derivedCounts(
    userId: string,
    parentIds: readonly string[],
    processorIds?: readonly string[],
  ): Promise<ReadonlyMap<string, number>>;
  /** For each book or conversation its newest entries, newest first: one query for all of them. */
  inPlaces(
    userId: string,
    placeIds: readonly string[],
    request: PlaceRequest,
  ): Promise<ReadonlyMap<string, IndexEntry[]>>;
  /** For each of them how many there are. */
  inPlacesCounts(
    userId: string,
    placeIds: readonly string[],
    filter: PlaceFilter,
  ): Promise<ReadonlyMap<string, number>>;

  /**
   * Stores version 1 of a book's description, or changes the version before; keeps the time of its making. False when
   * another was first.
   */
  putBook(book: BookRecord): Promise<boolean>;
  bookRecords(userId: string, ids: readonly string[]): Promise<BookRecord[]>;
  /** The newest draft of every chapter of these books, by book and chapter; at most 10,000. */
  newestDrafts(userId: string, bookIds: readonly string[]): Promise<ChapterDraft[]>;
  /** Newest message first, at most 1,000. */
  conversations(userId: string): Promise<ConversationSummary[]>;

  /** Outboxes of these blobs: events of users' blobs themselves and, after them, of their entries. */
  outboxes(blobIds: readonly string[]): Promise<Outboxes>;
  /** Removes what was published from the outboxes of users' blobs. */
  clearUserBlobOutboxes(published: Published): Promise<void>;
  /** Removes what was published from the outboxes of entries. */
  clearEntryOutboxes(published: Published): Promise<void>;
  /** Blobs with events that have waited since before `waitingSince`, longest first. */
  pendingOutboxes(waitingSince: Date, limit: number): Promise<string[]>;
  /** How many documents have events that wait. */
  outboxLength(): Promise<number>;
  /** Since when the oldest event that waits does; null when none does. */
  oldestOutbox(): Promise<Date | null>;
}
