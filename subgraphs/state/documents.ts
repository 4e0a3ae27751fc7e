import type { BlobEventBody, EventKind, ProcessingState } from '../../platform/events/events.ts';

/**
 * An event that waits in its document's outbox until the log has acknowledged it. Stored with the change that it
 * tells of, in the same write.
 */
export interface OutboxEvent {
  readonly kind: EventKind;
  /** The entry's version that the change made; also the order within the outbox. */
  readonly version: number;
  /** ISO 8601. */
  readonly time: string;
  readonly traceparent?: string;
  readonly body: BlobEventBody;
}

/** A user's blob. Never changes but for its outbox. */
export interface UserBlobRecord {
  readonly id: string;
  readonly userId: string;
  readonly schemaId: string;
  readonly schemaVersion: string;
  readonly type: string;
  readonly title: string;
  readonly data: unknown;
  readonly conversationId: string | null;
  readonly bookId: string | null;
  readonly chapterNum: number | null;
  readonly createdAt: Date;
  /** SHA-256 of the whole input; null where it came without an idempotency key. */
  readonly inputHash: string | null;
  /** Processors that were expected to take it when it was stored. */
  readonly expectedProcessorIds: readonly string[];
  readonly outbox: readonly OutboxEvent[];
}

/** One processor's work on a blob, or on one artifact of it: there is one run of each. */
export interface Run {
  readonly processorId: string;
  readonly state: Exclude<ProcessingState, 'STORED'>;
  /** Its product besides blobs, e.g. an export's format; null for the run that makes blobs. */
  readonly artifact: string | null;
  /** From 1; 0 while it waits for its first. */
  readonly attempt: number;
  /** Of what it makes: 0 at first, one more each time that it is asked to make it anew. */
  readonly generation: number;
  /** Its step now; null where the processor does not tell. */
  readonly stage: string | null;
  /** 0 to 1. */
  readonly progress: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** ISO 8601. */
  readonly updatedAt: string;
}

/** One entry of the index. */
export interface IndexEntry {
  /** The blob's id, the same in its store. */
  readonly id: string;
  readonly userId: string;
  /** Grows with every change of this entry, from 1. */
  readonly version: number;
  readonly processorId: string;
  readonly storageLocation: string;
  readonly schemaId: string;
  readonly schemaVersion: string;
  /** In order; the first is the parent. Empty for users' own blobs. */
  readonly sourceIds: readonly string[];
  readonly type: string;
  readonly title: string;
  /** At most 200 UTF-16 units, no surrogate pair cut. */
  readonly preview: string;
  readonly sizeBytes: number;
  readonly bookId: string | null;
  readonly conversationId: string | null;
  /** The chapter that a draft belongs to. */
  readonly chapterNum: number | null;
  /** SHA-256 of a derived blob's content; null for users' own blobs, and while a derived one is pending. */
  readonly contentHash: string | null;
  /** Of the run that made it: 0, or how often its processor had been asked to make it anew. */
  readonly generation: number;
  readonly runs: readonly Run[];
  /** Derived from the runs, kept for filtering. */
  readonly state: ProcessingState;
  /** Since when its content is known to be gone from its store; null while it is there. */
  readonly contentMissingSince: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An entry in a long list: of its sources, which may be thousands, only the first. */
export interface ListedEntry extends Omit<IndexEntry, 'sourceIds'> {
  readonly parentId: string | null;
}

/**
 * The mark of a deleted blob in its entry's place: the id is taken for good. Holds ids and times, nothing of the
 * content.
 */
export interface Tombstone {
  readonly id: string;
  readonly userId: string;
  /** The version that the deletion gave to the entry. */
  readonly version: number;
  /** The processor that kept the blob; `state` for users' own. */
  readonly processorId: string;
  /**
   * Schema and version of a user's own blob, e.g. `image-input-v1@1.0.0`: a processor may keep its bytes. Absent for
   * others, and for what was deleted in a release before.
   */
  readonly schema?: string;
  /** Whether all that was made of the blob goes with it, also what has other sources. */
  readonly cascade: boolean;
  readonly deletedAt: Date;
  /** When what follows from the deletion is next taken up; null once all of it is done. Grows each time it is opened again. */
  readonly dueAt: Date | null;
}

/** The erasure of all that is a user's, from every store. */
export interface Erasure {
  readonly userId: string;
  /** The operator who asked for it. */
  readonly requestedBy: string;
  readonly startedAt: Date;
  /** Null while it is under way. */
  readonly finishedAt: Date | null;
  /** Stores that hold nothing of the user, by the processor whose they are, and since when (ISO 8601). */
  readonly stores: readonly { readonly processorId: string; readonly erasedAt: string }[];
  /** Stores that are gone with their processors, and were not asked; since when (ISO 8601). */
  readonly goneStores: readonly { readonly processorId: string; readonly retiredAt: string }[];
  /** The cause of a wait; null when there is none. */
  readonly obstacle: string | null;
}

/** A chapter as its user described it. */
export interface ChapterRecord {
  readonly chapterNum: number;
  /** Null: its draft's. */
  readonly title: string | null;
  /** Its place in the book, from 1; null: by its number. */
  readonly position: number | null;
  /** False for front and back matter, such as a prologue. */
  readonly numbered: boolean;
}

/** What a book says before its text; each null where it says nothing. */
export interface FrontMatter {
  readonly subtitle: string | null;
  readonly author: string | null;
  /** Whose the book is, and what its readers may do with it. */
  readonly rights: string | null;
  /** The image on its cover. */
  readonly coverBlobId: string | null;
}

export const noFrontMatter: FrontMatter = { subtitle: null, author: null, rights: null, coverBlobId: null };

/** A book as its user described it; drafts may name books that have no record. */
export interface BookRecord {
  readonly userId: string;
  readonly id: string;
  /** Grows with every change, from 1. */
  readonly version: number;
  readonly title: string;
  /** A BCP 47 tag; null: that of its drafts. */
  readonly language: string | null;
  readonly front: FrontMatter;
  /** Ascending by number. */
  readonly chapters: readonly ChapterRecord[];
  /** Chapters that were taken out: drafts of theirs up to then (ISO 8601) are not the book's. Ascending by number. */
  readonly removed: readonly { readonly chapterNum: number; readonly at: string }[];
  /** Processors that are to work on its new blobs by themselves, of those that wait to be asked. */
  readonly automatic: readonly string[];
  /** Whether the book was deleted: only newer drafts bring it back. */
  readonly deleted: boolean;
  /** When it was deleted last: drafts up to then are not the book's. Null: it never was. */
  readonly deletedAt: Date | null;
  readonly createdAt: Date;
}

/** A book as an earlier release stored it: what came later is absent. */
export type StoredChapter = Pick<ChapterRecord, 'chapterNum' | 'title'> & Partial<ChapterRecord>;

export const chapterFrom = (stored: StoredChapter): ChapterRecord => ({
  position: null,
  numbered: true,
  ...stored,
});
