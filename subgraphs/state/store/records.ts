import type { BlobEventBody, EventKind, ProcessingState } from '../../../platform/events/events.ts';

/** An unpublished event. It is stored in the outbox of its document, in the same write as the change it describes. */
export interface OutboxEvent {
  readonly kind: EventKind;
  /** The entry's version after the change; also its order in the outbox. */
  readonly version: number;
  /** ISO 8601. */
  readonly time: string;
  /** The W3C trace context of the request that led to it; absent without one. */
  readonly traceparent?: string;
  readonly body: BlobEventBody;
}

/** A user's blob. Immutable except for its outbox. */
export interface UserBlobRecord {
  readonly id: string;
  readonly userId: string;
  readonly schemaId: string;
  /** The version that validated it. */
  readonly schemaVersion: string;
  readonly type: string;
  /** As the user gave it, else found in `data`. */
  readonly title: string;
  readonly data: unknown;
  /** `data` as JSON where it is at hand, so that it is written once: it is stored and measured as that. */
  readonly json?: string;
  /** Null: in no conversation. */
  readonly conversationId: string | null;
  /** Null: in no book. */
  readonly bookId: string | null;
  /** 1 to 100,000; null unless it is a chapter draft in a book. */
  readonly chapterNum: number | null;
  readonly createdAt: Date;
  /** SHA-256 of the input; null without an idempotency key. */
  readonly inputHash: string | null;
  /** The processors that took it when it was stored. */
  readonly expectedProcessorIds: readonly string[];
  /** Unpublished events, oldest first. */
  readonly outbox: readonly OutboxEvent[];
}

/** A blob's `data` as JSON. */
export const jsonOf = ({ data, json }: Pick<UserBlobRecord, 'data' | 'json'>): string =>
  json ?? JSON.stringify(data);

/** A user's blob's `data`, to be passed on. */
export interface BlobBody {
  readonly id: string;
  /** As it was stored. */
  readonly json: string;
}

/** The work of one processor on a blob, or on one artifact of it. */
export interface Run {
  readonly processorId: string;
  readonly state: Exclude<ProcessingState, 'STORED'>;
  /** The artifact it makes, e.g. an export format; null for the run that makes blobs. */
  readonly artifact: string | null;
  /** From 1; 0 before the first. */
  readonly attempt: number;
  /** The generation of its result: 0 at first, raised by each `reprocess`. */
  readonly generation: number;
  /** The current step; null when the processor does not report it. */
  readonly stage: string | null;
  /** 0 to 1. */
  readonly progress: number | null;
  /** Why it failed, if its processor said so; null in every other state. */
  readonly error: { readonly code: string; readonly message: string } | null;
  /** ISO 8601. */
  readonly updatedAt: string;
  /** Only while it is PENDING and its processor was not asked yet: others of its user go first. */
  readonly held?: true;
  /** The candidate's version that it was given to; absent: it is the present version's. */
  readonly version?: string;
}

/** One entry of the index. */
export interface IndexEntry {
  /** The blob's id, the same in its store. */
  readonly id: string;
  readonly userId: string;
  /** Raised by every change of this entry, from 1. */
  readonly version: number;
  /** The processor that stores the blob; `state` for users' own. */
  readonly processorId: string;
  /** As its processor named it; `state-service` for users' own blobs. */
  readonly storageLocation: string;
  readonly schemaId: string;
  /** The version of the schema that its content follows. */
  readonly schemaVersion: string;
  /** In order; the first is the parent. Empty for users' own blobs. */
  readonly sourceIds: readonly string[];
  readonly type: string;
  /** Of a derived blob without one of its own: that of its first source. */
  readonly title: string;
  /** At most 200 UTF-16 units; no surrogate pair is cut. */
  readonly preview: string;
  /** Of a user's own blob: its JSON in UTF-8. Of others: as reported; 0 while pending. */
  readonly sizeBytes: number;
  /** Null: in no book. A derived blob is in a book only when all of its sources are in it. */
  readonly bookId: string | null;
  /** Null: in none. A derived blob is in a conversation only when all of its sources are in it. */
  readonly conversationId: string | null;
  /** The chapter of a draft. */
  readonly chapterNum: number | null;
  /** SHA-256 of a derived blob's content; null for users' own blobs and pending ones. */
  readonly contentHash: string | null;
  /** The generation of the run that made it. */
  readonly generation: number;
  /** At most one for each processor and artifact. */
  readonly runs: readonly Run[];
  /** Derived from the runs; stored for filters. */
  readonly state: ProcessingState;
  /** When its content was found missing from its store; null while it is there. */
  readonly contentMissingSince: Date | null;
  readonly createdAt: Date;
  /** When it last changed; its creation time at first. */
  readonly updatedAt: Date;
}

/** An entry in a long list, with only the first of its sources, of which there may be thousands. */
export interface ListedEntry extends Omit<IndexEntry, 'sourceIds'> {
  /** The first source; null for users' own blobs. */
  readonly parentId: string | null;
}

/** The members of an entry that lists of titles show. */
export type BriefEntry = Pick<
  IndexEntry,
  | 'id'
  | 'userId'
  | 'version'
  | 'processorId'
  | 'type'
  | 'title'
  | 'sizeBytes'
  | 'contentHash'
  | 'generation'
  | 'state'
  | 'contentMissingSince'
  | 'createdAt'
  | 'updatedAt'
>;

/** Entries by how much of them a read brings, from the least to the most: each has all that those before it have. */
export interface EntryOf {
  readonly brief: BriefEntry;
  readonly listed: ListedEntry;
  readonly whole: IndexEntry;
}
/** How much of an entry a read brings. Few, as each is a statement of its own that is kept prepared. */
export type Detail = keyof EntryOf;
/** An entry, however much of it was read. */
export type AnyEntry = EntryOf[Detail];

/** Replaces the entry of a deleted blob, so that its id is never used again. Holds nothing of the content. */
export interface Tombstone {
  readonly id: string;
  readonly userId: string;
  /** The entry's version after the deletion. */
  readonly version: number;
  /** The processor that stored the blob; `state` for users' own. */
  readonly processorId: string;
  /**
   * Schema and version of a user's own blob, e.g. `image-input-v1@1.0.0`: they tell which processor stores its bytes.
   * Absent for derived blobs, and for deletions of earlier releases.
   */
  readonly schema?: string;
  /** Whether all derived blobs are deleted with it, even those that have other sources. */
  readonly cascade: boolean;
  readonly deletedAt: Date;
  /** When the deletion is continued next; null once it is finished. Grows whenever it is reopened. */
  readonly dueAt: Date | null;
}

/** The erasure of all data of a user, from every store. */
export interface Erasure {
  readonly userId: string;
  /** The operator who requested it. */
  readonly requestedBy: string;
  /** From then until `finishedAt`, nothing new of the user is accepted. */
  readonly startedAt: Date;
  /** Null while it is running. */
  readonly finishedAt: Date | null;
  /** Stores that no longer hold anything of the user, by processor, and since when (ISO 8601). */
  readonly stores: readonly { readonly processorId: string; readonly erasedAt: string }[];
  /** Stores of retired processors, which are gone and were not asked; since when (ISO 8601). */
  readonly goneStores: readonly { readonly processorId: string; readonly retiredAt: string }[];
  /** Why it waits; null when it does not. */
  readonly obstacle: string | null;
}

/** A chapter as its user defined it. */
export interface ChapterRecord {
  /** Its key in the book: 1 to 100,000. */
  readonly chapterNum: number;
  /** Null: the title of its draft. */
  readonly title: string | null;
  /** Its position in the book, from 1; null: ordered by its number. */
  readonly position: number | null;
  /** False for front and back matter, such as a prologue. */
  readonly numbered: boolean;
}

/** The front matter of a book. */
export interface FrontMatter {
  /** This and the next three: null when not set. */
  readonly subtitle: string | null;
  readonly author: string | null;
  /** The rights notice. */
  readonly rights: string | null;
  /** The blob of its cover image. */
  readonly coverBlobId: string | null;
}

export const noFrontMatter: FrontMatter = { subtitle: null, author: null, rights: null, coverBlobId: null };

/** A book as its user defined it. Drafts may name books without a record. */
export interface BookRecord {
  readonly userId: string;
  /** Chosen by the user: unique only among the user's books. */
  readonly id: string;
  /** Raised by every change, from 1. */
  readonly version: number;
  /** The book's id when the user gave none, and once the book is deleted. */
  readonly title: string;
  /** A BCP 47 tag; null: the language of its drafts. */
  readonly language: string | null;
  readonly front: FrontMatter;
  /** Ascending by number. */
  readonly chapters: readonly ChapterRecord[];
  /** Removed chapters: their drafts up to then (ISO 8601) no longer belong to the book. Ascending by number. */
  readonly removed: readonly { readonly chapterNum: number; readonly at: string }[];
  /** The opt-in processors that work on its new blobs. */
  readonly automatic: readonly string[];
  /** Whether the book is deleted; a newer draft creates it again. */
  readonly deleted: boolean;
  /** When it was last deleted: drafts up to then do not belong to it. Null: never. */
  readonly deletedAt: Date | null;
  readonly createdAt: Date;
}

/** A chapter as an earlier release stored it: what came later is absent. */
export type StoredChapter = Pick<ChapterRecord, 'chapterNum' | 'title'> & Partial<ChapterRecord>;

export const chapterFrom = (stored: StoredChapter): ChapterRecord => ({
  position: null,
  numbered: true,
  ...stored,
});

/** A run as an earlier release stored it: what came later is absent. */
export type StoredRun = Omit<Run, 'generation' | 'stage' | 'artifact'> &
  Partial<Pick<Run, 'generation' | 'stage' | 'artifact'>>;

export const runFrom = (stored: StoredRun): Run => ({
  generation: 0,
  stage: null,
  artifact: null,
  ...stored,
});
