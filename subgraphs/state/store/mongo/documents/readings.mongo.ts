import type { Detail, EntryOf, IndexEntry, ListedEntry } from '../../records.ts';
import { BRIEF, briefFrom, entryFrom, type ReadEntryDocument, UNREAD } from './entry-documents.mongo.ts';

/** Reads entries: what to ask for, and the entry of a document of it. */
export interface Reading<D extends Detail> {
  /** Also for `$project`. */
  readonly projection: Readonly<Record<string, 0 | 1>>;
  readonly from: (document: ReadEntryDocument) => EntryOf[D];
}

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
