import type { BriefEntry, Detail, EntryOf, IndexEntry, ListedEntry } from '../../records.ts';
import { entryFrom, type ReadEntryDocument, UNREAD } from './entry-documents.mongo.ts';

/** Reads entries: what to ask for, and the entry of a document of it. */
export interface Reading<D extends Detail> {
  /** Also for `$project`. */
  readonly projection: Readonly<Record<string, 0 | 1>>;
  readonly from: (document: ReadEntryDocument) => EntryOf[D];
}

const BRIEF = {
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

const briefFrom = (document: Pick<ReadEntryDocument, '_id' | keyof typeof BRIEF>): BriefEntry => ({
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

function listedFrom(document: ReadEntryDocument): ListedEntry {
  const { sourceIds: _, ...entry }: IndexEntry = entryFrom(document);
  return { ...entry, parentId: document.parent_id ?? null };
}

const readings: { readonly [D in Detail]: Reading<D> } = {
  brief: { projection: BRIEF, from: briefFrom },
  listed: { projection: { ...UNREAD, source_ids: 0 }, from: listedFrom },
  whole: { projection: UNREAD, from: entryFrom },
};

export const readingOf = <D extends Detail>(detail: D | undefined): Reading<D> =>
  readings[detail ?? 'whole'] as Reading<D>;
