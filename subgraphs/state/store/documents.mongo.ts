import type { ProcessingState } from '../../../platform/events/events.ts';
import {
  type BookRecord,
  chapterFrom,
  type FrontMatter,
  type IndexEntry,
  noFrontMatter,
  type OutboxEvent,
  type Run,
  type Tombstone,
  type UserBlobRecord,
} from '../documents.ts';
import { runFrom as wholeRun } from '../runs/runs.ts';
import type { ContentChange } from './store.ts';

/** Members that are absent, not null, where there is nothing: partial indexes leave those documents out. */
interface Placement {
  conversation_id?: string;
  book_id?: string;
  chapter_num?: number;
}

/** Events that wait to be published, and since when; no `outbox_since` while there are none. */
interface WithOutbox {
  outbox: readonly OutboxEvent[];
  outbox_since?: Date;
}

export interface UserBlobDocument extends Placement, WithOutbox {
  _id: string;
  user_id: string;
  schema_id: string;
  schema_version: string;
  type: string;
  title: string;
  /**
   * The user's document as JSON text. As a subdocument it would not always come back as it was sent, or not go
   * in at all: the driver reads `{ $ref, $id }` as a DBRef and refuses a member called `_bsontype`, and a long
   * list of short numbers, for each of which BSON writes its place as a key, outgrows MongoDB's 16 MiB.
   */
  data: string;
  created_at: Date;
  input_hash?: string;
  expected_processor_ids: readonly string[];
}

interface RunDocument {
  processor_id: string;
  state: Run['state'];
  attempt: number;
  /** This and the next two are absent in runs of before there were generations and artifacts. */
  generation?: number;
  stage?: string | null;
  artifact?: string | null;
  progress: number | null;
  error: Run['error'];
  /** ISO 8601. */
  updated_at: string;
}

export interface EntryDocument extends Placement, WithOutbox {
  _id: string;
  user_id: string;
  version: number;
  processor_id: string;
  storage_location: string;
  remote_blob_id: string;
  schema_id: string;
  schema_version: string;
  /** The first of the sources. */
  parent_id?: string;
  source_ids: readonly string[];
  type: string;
  title: string;
  preview: string;
  size_bytes: number;
  content_hash?: string;
  /** Absent in entries of before there were generations. */
  generation?: number;
  /** Absent while the content is there. */
  content_missing_since?: Date;
  runs: readonly RunDocument[];
  state: ProcessingState;
  created_at: Date;
  updated_at: Date;
}

/** An entry as it is read: its outbox is the relay's alone. */
export type ReadEntryDocument = Omit<EntryDocument, keyof WithOutbox>;

/** The mark in an {@link EntryDocument}'s place. It has no `user_id`. */
export interface TombstoneDocument extends WithOutbox {
  _id: string;
  version: number;
  processor_id: string;
  deleted_user_id: string;
  /** Of a user's own blob. */
  deleted_schema?: string;
  deletion_cascades: boolean;
  deleted_at: Date;
  /** Absent once nothing is left to do. */
  deletion_due_at?: Date;
}

/** A place in the index of all users. */
export interface EntryPlaceDocument {
  user_id: string;
  id: string;
}

export interface BackfillDocument {
  /** The processor. */
  _id: string;
  since: Date | null;
  requested_by: string;
  started_at: Date;
  finished_at: Date | null;
  scanned: number;
  planned: number;
  finished_runs: number;
  obstacle: string | null;
  after: EntryPlaceDocument | null;
  batch: EntryPlaceDocument[];
  lease: number;
  /** Absent once it is finished. */
  due_at?: Date;
}

export interface ErasureDocument {
  /** The user. */
  _id: string;
  requested_by: string;
  started_at: Date;
  finished_at: Date | null;
  stores: { processor_id: string; erased_at: string }[];
  /** Absent in erasures of before processors could be retired. */
  gone_stores?: { processor_id: string; retired_at: string }[];
  obstacle: string | null;
  /** Absent once it is finished. */
  due_at?: Date;
}

export interface ReemissionDocument {
  _id: string;
  epoch: string;
  after: { user_id: string; id: string } | null;
  done: boolean;
}

export interface BookDocument {
  _id: { user_id: string; id: string };
  version: number;
  title: string;
  chapters: { chapter_num: number; title: string | null; position?: number | null; numbered?: boolean }[];
  /** Absent in books of before processors could be asked for. */
  automatic?: string[];
  /** This and the next three are absent in books of before they could be changed. */
  language?: string | null;
  removed?: { chapter_num: number; at: string }[];
  deleted?: boolean;
  deleted_at?: Date | null;
  /** Absent in books of before they had any. */
  front?: {
    subtitle: string | null;
    author: string | null;
    rights: string | null;
    cover_blob_id: string | null;
  };
  created_at: Date;
}

const placementOf = (record: Pick<IndexEntry, 'conversationId' | 'bookId' | 'chapterNum'>): Placement => ({
  ...(record.conversationId === null ? {} : { conversation_id: record.conversationId }),
  ...(record.bookId === null ? {} : { book_id: record.bookId }),
  ...(record.chapterNum === null ? {} : { chapter_num: record.chapterNum }),
});

const placementFrom = (document: Placement) => ({
  conversationId: document.conversation_id ?? null,
  bookId: document.book_id ?? null,
  chapterNum: document.chapter_num ?? null,
});

const outboxOf = (outbox: readonly OutboxEvent[], since: Date): WithOutbox => ({
  outbox,
  ...(outbox.length === 0 ? {} : { outbox_since: since }),
});

export const toUserBlobDocument = (blob: UserBlobRecord): UserBlobDocument => ({
  _id: blob.id,
  user_id: blob.userId,
  schema_id: blob.schemaId,
  schema_version: blob.schemaVersion,
  type: blob.type,
  title: blob.title,
  data: JSON.stringify(blob.data),
  ...placementOf(blob),
  created_at: blob.createdAt,
  ...(blob.inputHash === null ? {} : { input_hash: blob.inputHash }),
  expected_processor_ids: blob.expectedProcessorIds,
  ...outboxOf(blob.outbox, blob.createdAt),
});

export const userBlobFrom = (document: UserBlobDocument): UserBlobRecord => ({
  id: document._id,
  userId: document.user_id,
  schemaId: document.schema_id,
  schemaVersion: document.schema_version,
  type: document.type,
  title: document.title,
  data: JSON.parse(document.data),
  ...placementFrom(document),
  createdAt: document.created_at,
  inputHash: document.input_hash ?? null,
  expectedProcessorIds: document.expected_processor_ids,
  outbox: document.outbox,
});

export const toRunDocuments = (runs: readonly Run[]): RunDocument[] =>
  runs.map(({ processorId, updatedAt, ...run }) => ({
    ...run,
    processor_id: processorId,
    updated_at: updatedAt,
  }));

export const runFrom = ({ processor_id, updated_at, ...run }: RunDocument): Run =>
  wholeRun({ ...run, processorId: processor_id, updatedAt: updated_at });

export const toEntryDocument = (entry: IndexEntry, outbox: readonly OutboxEvent[]): EntryDocument => ({
  _id: entry.id,
  user_id: entry.userId,
  version: entry.version,
  processor_id: entry.processorId,
  storage_location: entry.storageLocation,
  remote_blob_id: entry.id,
  schema_id: entry.schemaId,
  schema_version: entry.schemaVersion,
  ...(entry.sourceIds[0] === undefined ? {} : { parent_id: entry.sourceIds[0] }),
  source_ids: entry.sourceIds,
  type: entry.type,
  title: entry.title,
  preview: entry.preview,
  size_bytes: entry.sizeBytes,
  ...placementOf(entry),
  ...(entry.contentHash === null ? {} : { content_hash: entry.contentHash }),
  ...(entry.contentMissingSince === null ? {} : { content_missing_since: entry.contentMissingSince }),
  generation: entry.generation,
  runs: toRunDocuments(entry.runs),
  state: entry.state,
  created_at: entry.createdAt,
  updated_at: entry.updatedAt,
  ...outboxOf(outbox, entry.updatedAt),
});

export const entryFrom = (document: ReadEntryDocument): IndexEntry => ({
  id: document._id,
  userId: document.user_id,
  version: document.version,
  processorId: document.processor_id,
  storageLocation: document.storage_location,
  schemaId: document.schema_id,
  schemaVersion: document.schema_version,
  sourceIds: document.source_ids,
  type: document.type,
  title: document.title,
  preview: document.preview,
  sizeBytes: document.size_bytes,
  ...placementFrom(document),
  contentHash: document.content_hash ?? null,
  generation: document.generation ?? 0,
  runs: document.runs.map(runFrom),
  state: document.state,
  contentMissingSince: document.content_missing_since ?? null,
  createdAt: document.created_at,
  updatedAt: document.updated_at,
});

export const tombstoneFrom = (document: Omit<TombstoneDocument, 'outbox'>): Tombstone => ({
  id: document._id,
  userId: document.deleted_user_id,
  version: document.version,
  processorId: document.processor_id,
  ...(document.deleted_schema === undefined ? {} : { schema: document.deleted_schema }),
  cascade: document.deletion_cascades,
  deletedAt: document.deleted_at,
  dueAt: document.deletion_due_at ?? null,
});

/** Fields of an entry's content that an update sets and unsets. */
export function contentUpdate(content: ContentChange = {}) {
  const { contentMissingSince, preview, sizeBytes, contentHash, title, schemaVersion } = content;
  return {
    set: {
      ...(contentMissingSince == null ? {} : { content_missing_since: contentMissingSince }),
      ...(preview === undefined ? {} : { preview }),
      ...(sizeBytes === undefined ? {} : { size_bytes: sizeBytes }),
      ...(contentHash == null ? {} : { content_hash: contentHash }),
      ...(title === undefined ? {} : { title }),
      ...(schemaVersion === undefined ? {} : { schema_version: schemaVersion }),
    },
    unset: contentMissingSince === null ? { $unset: { content_missing_since: '' } as const } : {},
  };
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
