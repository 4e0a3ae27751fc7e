import { CONDITIONS, type Condition, type EntryFilter } from './filter.ts';

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
