import type { ProcessingState } from '../../../platform/events/events.ts';

/** Conditions on entries. An entry must meet all that are given. */
export interface EntryFilter {
  readonly bookId?: string;
  readonly conversationId?: string;
  readonly type?: string;
  readonly processorId?: string;
  readonly schemaId?: string;
  /** One of the entry's sources. */
  readonly parentId?: string;
  readonly state?: ProcessingState;
  /** In no book and no conversation. Cannot be combined with either. */
  readonly unfiled?: true;
  /** Folded words, at least one; the entry must have all of them. See `wordsOf`. */
  readonly words?: readonly string[];
  /** Created at this time or later. */
  readonly createdAfter?: Date;
  /** Created before this time. */
  readonly createdBefore?: Date;
}

/** Conditions that compare one member of an entry with one value. */
export const CONDITIONS = [
  'parentId',
  'conversationId',
  'bookId',
  'type',
  'state',
  'processorId',
  'schemaId',
] as const satisfies readonly (keyof EntryFilter)[];

export type Condition = (typeof CONDITIONS)[number];

/** The conditions that a filter sets. */
export const conditionsOf = (filter: EntryFilter): Condition[] =>
  CONDITIONS.filter((condition) => filter[condition] !== undefined);

const TIMES: ReadonlySet<string> = new Set(['createdAfter', 'createdBefore']);

/** Whether a filter has any condition besides time. */
export const hasConditions = (filter: EntryFilter): boolean =>
  Object.entries(filter).some(([name, value]) => value !== undefined && !TIMES.has(name));

/** The kinds of facets: all entries of a user, or those that share a value. */
export type FacetKind = 'all' | Exclude<Condition, 'processorId'>;

/** A set of a user's entries that is counted. */
export interface Facet {
  readonly kind: FacetKind;
  /** The shared value; empty for `all`. */
  readonly key: string;
  /** Only entries of this processor. Default: all. */
  readonly processorId?: string;
}

const KINDS = CONDITIONS.filter((condition) => condition !== 'processorId');

/** The facet for a filter with at most one condition besides the processor; null for any other filter. */
export function facetOf({ processorId, ...filter }: EntryFilter): Facet | null {
  const [first, second] = Object.entries(filter).filter(([, value]) => value !== undefined);
  const of = processorId === undefined ? {} : { processorId };
  if (first === undefined) return { kind: 'all', key: '', ...of };
  const [name, key] = first;
  const kind = KINDS.find((each) => each === name);
  if (second !== undefined || kind === undefined || typeof key !== 'string') return null;
  return { kind, key, ...of };
}
