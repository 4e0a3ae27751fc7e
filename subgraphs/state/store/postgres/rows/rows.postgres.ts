import type { ProcessingState } from '../../../../../platform/events/events.ts';
import {
  type BookRecord,
  chapterFrom,
  type FrontMatter,
  type IndexEntry,
  noFrontMatter,
  type OutboxEvent,
  runFrom,
  type StoredChapter,
  type StoredRun,
  type UserBlobRecord,
} from '../../records.ts';

export interface UserBlobRow {
  id: string;
  user_id: string;
  schema_id: string;
  schema_version: string;
  type: string;
  title: string;
  /** Parsed from JSON. */
  data: unknown;
  conversation_id: string | null;
  book_id: string | null;
  chapter_num: number | null;
  created_at: Date;
  input_hash: string | null;
  expected_processor_ids: string[];
  outbox: OutboxEvent[];
}

export const userBlobFrom = (row: UserBlobRow): UserBlobRecord => ({
  id: row.id,
  userId: row.user_id,
  schemaId: row.schema_id,
  schemaVersion: row.schema_version,
  type: row.type,
  title: row.title,
  data: row.data,
  conversationId: row.conversation_id,
  bookId: row.book_id,
  chapterNum: row.chapter_num,
  createdAt: row.created_at,
  inputHash: row.input_hash,
  expectedProcessorIds: row.expected_processor_ids,
  outbox: row.outbox,
});

export interface EntryRow {
  id: string;
  user_id: string;
  version: number;
  processor_id: string;
  storage_location: string;
  schema_id: string;
  schema_version: string;
  source_ids: string[];
  type: string;
  title: string;
  preview: string;
  size_bytes: number;
  book_id: string | null;
  conversation_id: string | null;
  chapter_num: number | null;
  content_hash: string | null;
  generation: number;
  /** Members that came later may be absent. */
  runs: StoredRun[];
  state: ProcessingState;
  content_missing_since: Date | null;
  created_at: Date;
  updated_at: Date;
}

/** The columns of {@link EntryRow}, with the table alias `e`. */
export const ENTRY_COLUMNS = `e.id, e.user_id, e.version, e.processor_id, e.storage_location, e.schema_id,
  e.schema_version, e.source_ids, e.type, e.title, e.preview, e.size_bytes, e.book_id, e.conversation_id,
  e.chapter_num, e.content_hash, e.generation, e.runs, e.state, e.content_missing_since, e.created_at, e.updated_at`;

export const entryFrom = (row: EntryRow): IndexEntry => ({
  id: row.id,
  userId: row.user_id,
  version: row.version,
  processorId: row.processor_id,
  storageLocation: row.storage_location,
  schemaId: row.schema_id,
  schemaVersion: row.schema_version,
  sourceIds: row.source_ids,
  type: row.type,
  title: row.title,
  preview: row.preview,
  sizeBytes: row.size_bytes,
  bookId: row.book_id,
  conversationId: row.conversation_id,
  chapterNum: row.chapter_num,
  contentHash: row.content_hash,
  generation: row.generation,
  runs: row.runs.map(runFrom),
  state: row.state,
  contentMissingSince: row.content_missing_since,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export interface BookRow {
  user_id: string;
  id: string;
  version: number;
  title: string;
  language: string | null;
  /** Members that came later may be absent. */
  front: Partial<FrontMatter>;
  chapters: StoredChapter[];
  removed: { chapterNum: number; at: string }[];
  automatic: string[];
  deleted: boolean;
  deleted_at: Date | null;
  created_at: Date;
}

export const bookFrom = (row: BookRow): BookRecord => ({
  userId: row.user_id,
  id: row.id,
  version: row.version,
  title: row.title,
  language: row.language,
  front: { ...noFrontMatter, ...row.front },
  chapters: row.chapters.map(chapterFrom),
  removed: row.removed,
  automatic: row.automatic,
  deleted: row.deleted,
  deletedAt: row.deleted_at,
  createdAt: row.created_at,
});
