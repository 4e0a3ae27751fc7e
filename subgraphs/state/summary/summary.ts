import type { Facet } from './facets.ts';

/**
 * What is counted of users' entries as they come and go, instead of each time that it is asked for. Until a user's
 * entries have been counted once, answers are derived from the index: right, but at a cost that grows with it.
 */
export interface SummaryStore {
  /** How many entries of the user a facet has; exact. */
  facetCount(userId: string, facet: Facet): Promise<number>;
}
