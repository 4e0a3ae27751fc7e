import type { ProcessingState } from '../../../../../platform/events/events.ts';
import {
  type BookRecord,
  type BriefEntry,
  chapterFrom,
  type Detail,
  type EntryOf,
  type FrontMatter,
  type IndexEntry,
  type ListedEntry,
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

interface BriefRow {
  id: string;
  user_id: string;
  version: number;
  processor_id: string;
  type: string;
  title: string;
  size_bytes: number;
  content_hash: string | null;
  generation: number;
  state: ProcessingState;
  content_missing_since: Date | null;
  created_at: Date;
  updated_at: Date;
}

export interface EntryRow extends BriefRow {
  storage_location: string;
  schema_id: string;
  schema_version: string;
  preview: string;
  book_id: string | null;
  conversation_id: string | null;
  chapter_num: number | null;
  /** Members that came later may be absent. */
  runs: StoredRun[];
  source_ids: string[];
}

interface ListedRow extends EntryRow {
  /** The first of the sources, which are not read. */
  parent_id: string | null;
}

const BRIEF = `e.id, e.user_id, e.version, e.processor_id, e.type, e.title, e.size_bytes, e.content_hash, e.generation,
  e.state, e.content_missing_since, e.created_at, e.updated_at`;
const LISTED = `${BRIEF}, e.storage_location, e.schema_id, e.schema_version, e.preview, e.book_id, e.conversation_id,
  e.chapter_num, e.runs`;

const briefFrom = (row: BriefRow): BriefEntry => ({
  id: row.id,
  userId: row.user_id,
  version: row.version,
  processorId: row.processor_id,
  type: row.type,
  title: row.title,
  sizeBytes: row.size_bytes,
  contentHash: row.content_hash,
  generation: row.generation,
  state: row.state,
  contentMissingSince: row.content_missing_since,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const withoutSources = (row: EntryRow): Omit<IndexEntry, 'sourceIds'> => ({
  ...briefFrom(row),
  storageLocation: row.storage_location,
  schemaId: row.schema_id,
  schemaVersion: row.schema_version,
  preview: row.preview,
  bookId: row.book_id,
  conversationId: row.conversation_id,
  chapterNum: row.chapter_num,
  runs: row.runs.map(runFrom),
});

/** The columns of {@link EntryRow}, with the table alias `e`. */
export const ENTRY_COLUMNS = `${LISTED}, e.source_ids`;

export const entryFrom = (row: EntryRow): IndexEntry => ({
  ...withoutSources(row),
  sourceIds: row.source_ids,
});

const listedFrom = (row: ListedRow): ListedEntry => ({ ...withoutSources(row), parentId: row.parent_id });

/** Reads entries: the columns to select, with the table alias `e`, and the entry of a row of them. */
export interface Reading<D extends Detail> {
  readonly columns: string;
  readonly from: (row: EntryRow) => EntryOf[D];
}

const readings: { readonly [D in Detail]: Reading<D> } = {
  brief: { columns: BRIEF, from: briefFrom },
  listed: { columns: `${LISTED}, e.source_ids[1] AS parent_id`, from: (row) => listedFrom(row as ListedRow) },
  whole: { columns: ENTRY_COLUMNS, from: entryFrom },
};

export const readingOf = <D extends Detail>(detail: D | undefined): Reading<D> =>
  readings[detail ?? 'whole'] as Reading<D>;

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
