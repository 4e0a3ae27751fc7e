import type { ProcessingState } from '../../../../../platform/events/events.ts';
import {
  type BriefEntry,
  type IndexEntry,
  jsonOf,
  type OutboxEvent,
  type Run,
  type Tombstone,
  type UserBlobRecord,
  runFrom as wholeRun,
} from '../../records.ts';
import type { ContentChange } from '../../store.ts';
import { turnOf } from '../../turns.ts';
import { wordsOf } from '../../words.ts';

/** Members that are absent rather than null, so that partial indexes leave those documents out. */
interface Placement {
  conversation_id?: string;
  book_id?: string;
  chapter_num?: number;
}

/** Unpublished events, and since when they wait; `outbox_since` is absent without any. */
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
   * The user's document as JSON text. A subdocument could come back changed, or be refused: the driver reads
   * `{ $ref, $id }` as a DBRef and refuses a member called `_bsontype`, and a long list of short numbers exceeds MongoDB's
   * 16 MiB, as BSON stores each index as a key.
   */
  data: string;
  created_at: Date;
  /** Absent without an idempotency key. */
  input_hash?: string;
  expected_processor_ids: readonly string[];
}

interface RunDocument {
  processor_id: string;
  state: Run['state'];
  attempt: number;
  /** This and the next two are absent in runs from before there were generations and artifacts. */
  generation?: number;
  stage?: string | null;
  artifact?: string | null;
  progress: number | null;
  error: Run['error'];
  /** ISO 8601. */
  updated_at: string;
  /** For indexes: whether it is held back, or its processor was asked. Absent once it has ended, and in artifacts' runs. */
  turn?: 'held' | 'taken';
  /** The candidate's version that it was given to. */
  version?: string;
}

export interface EntryDocument extends Placement, WithOutbox {
  _id: string;
  user_id: string;
  version: number;
  processor_id: string;
  storage_location: string;
  /** The same as `_id`. */
  remote_blob_id: string;
  schema_id: string;
  schema_version: string;
  /** The first source. */
  parent_id?: string;
  source_ids: readonly string[];
  type: string;
  title: string;
  preview: string;
  /** Folded words of title and preview; absent when unknown, one empty text when there are none. */
  words?: readonly string[];
  size_bytes: number;
  /** Absent in users' own blobs and pending ones. */
  content_hash?: string;
  /** Absent in entries from before there were generations. */
  generation?: number;
  /** Absent while the content is there. */
  content_missing_since?: Date;
  runs: readonly RunDocument[];
  state: ProcessingState;
  created_at: Date;
  updated_at: Date;
}

/** Members that are not read with an entry: only the relay uses the outbox, only indexes the words, only counting its mark. */
export const UNREAD = { outbox: 0, outbox_since: 0, words: 0, counted: 0 } as const;
export type ReadEntryDocument = Omit<EntryDocument, keyof typeof UNREAD>;

/** Replaces an {@link EntryDocument}. It has no `user_id`. */
export interface TombstoneDocument extends WithOutbox {
  _id: string;
  version: number;
  processor_id: string;
  deleted_user_id: string;
  /** Only for a user's own blob. */
  deleted_schema?: string;
  deletion_cascades: boolean;
  deleted_at: Date;
  /** Absent once the deletion is finished. */
  deletion_due_at?: Date;
}

/** Words as a document holds them. An index cannot tell an empty list from an absent one. */
export const storedWords = (words: readonly string[]): readonly string[] => (words.length > 0 ? words : ['']);

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
  data: jsonOf(blob),
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
  runs.map((run) => {
    const { processorId, updatedAt, held: _, ...rest } = run;
    const turn = turnOf(run);
    return { ...rest, processor_id: processorId, updated_at: updatedAt, ...(turn && { turn }) };
  });

export const runFrom = ({ processor_id, updated_at, turn, ...run }: RunDocument): Run =>
  wholeRun({
    ...{ ...run, processorId: processor_id, updatedAt: updated_at },
    ...(turn === 'held' ? { held: true } : {}),
  });

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
  words: storedWords(wordsOf(entry)),
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

/** Members of a brief entry, for a projection. */
export const BRIEF = {
  user_id: 1,
  version: 1,
  processor_id: 1,
  type: 1,
  title: 1,
  size_bytes: 1,
  content_hash: 1,
  generation: 1,
  state: 1,
  content_missing_since: 1,
  created_at: 1,
  updated_at: 1,
} as const satisfies Partial<Record<keyof ReadEntryDocument, 1>>;

export const briefFrom = (document: Pick<ReadEntryDocument, '_id' | keyof typeof BRIEF>): BriefEntry => ({
  id: document._id,
  userId: document.user_id,
  version: document.version,
  processorId: document.processor_id,
  type: document.type,
  title: document.title,
  sizeBytes: document.size_bytes,
  contentHash: document.content_hash ?? null,
  generation: document.generation ?? 0,
  state: document.state,
  contentMissingSince: document.content_missing_since ?? null,
  createdAt: document.created_at,
  updatedAt: document.updated_at,
});

export const entryFrom = (document: ReadEntryDocument): IndexEntry => ({
  ...briefFrom(document),
  storageLocation: document.storage_location,
  schemaId: document.schema_id,
  schemaVersion: document.schema_version,
  sourceIds: document.source_ids,
  preview: document.preview,
  ...placementFrom(document),
  runs: document.runs.map(runFrom),
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

/** The fields that a change of content sets and unsets. */
export function contentUpdate(content: ContentChange = {}) {
  const { contentMissingSince, preview, sizeBytes, contentHash, title, schemaVersion } = content;
  const reworded = title !== undefined || preview !== undefined;
  const words = title === undefined || preview === undefined ? null : wordsOf({ title, preview });
  return {
    set: {
      ...(words ? { words: storedWords(words) } : {}),
      ...(contentMissingSince == null ? {} : { content_missing_since: contentMissingSince }),
      ...(preview === undefined ? {} : { preview }),
      ...(sizeBytes === undefined ? {} : { size_bytes: sizeBytes }),
      ...(contentHash == null ? {} : { content_hash: contentHash }),
      ...(title === undefined ? {} : { title }),
      ...(schemaVersion === undefined ? {} : { schema_version: schemaVersion }),
    },
    unset: {
      ...(contentMissingSince === null ? { content_missing_since: '' as const } : {}),
      ...(reworded && !words ? { words: '' as const } : {}),
    },
  };
}
