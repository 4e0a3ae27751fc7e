import type { IndexEntry } from '../documents.ts';
import type { EntryFilter } from '../store/store.ts';

/** What entries are counted by: all of a user's, or those that share a value. */
export type FacetKind = 'all' | 'type' | 'schemaId' | 'state' | 'bookId' | 'conversationId' | 'parentId';

/** Entries of a user that are counted together. */
export interface Facet {
  readonly kind: FacetKind;
  /** The value that they share; empty for `all`. */
  readonly key: string;
  /** Only those of this processor. Default: of all. */
  readonly processorId?: string;
}

const KINDS: ReadonlySet<string> = new Set<FacetKind>([
  'type',
  'schemaId',
  'state',
  'bookId',
  'conversationId',
  'parentId',
]);

const isFacetKind = (name: string): name is FacetKind => KINDS.has(name);

/**
 * The facet that a filter stands for: no condition or one, alone or with a processor. Null for any other, whose entries
 * nobody has counted.
 */
export function facetOf({ processorId, ...filter }: EntryFilter): Facet | null {
  const [first, second] = Object.entries(filter).filter(([, value]) => value !== undefined);
  const of = processorId === undefined ? {} : { processorId };
  if (first === undefined) return { kind: 'all', key: '', ...of };
  const [kind, key] = first;
  if (second !== undefined || !isFacetKind(kind) || typeof key !== 'string') return null;
  return { kind, key, ...of };
}

/** Members of an entry that it is counted by. */
export type Counted = Pick<
  IndexEntry,
  'processorId' | 'type' | 'schemaId' | 'state' | 'bookId' | 'conversationId' | 'sourceIds'
>;

/** Every facet that counts an entry, each once; all are of its processor. */
export function facetsOf(entry: Counted): Required<Facet>[] {
  const { processorId, type, schemaId, state, bookId, conversationId, sourceIds } = entry;
  const facet = (kind: FacetKind, key: string) => ({ kind, key, processorId });
  return [
    facet('all', ''),
    facet('type', type),
    facet('schemaId', schemaId),
    facet('state', state),
    ...(bookId === null ? [] : [facet('bookId', bookId)]),
    ...(conversationId === null ? [] : [facet('conversationId', conversationId)]),
    ...[...new Set(sourceIds)].map((id) => facet('parentId', id)),
  ];
}

/** The filter that a facet stands for. */
export const filterOf = ({ kind, key, processorId }: Facet): EntryFilter => ({
  ...(kind === 'all' ? {} : { [kind]: key }),
  ...(processorId === undefined ? {} : { processorId }),
});
