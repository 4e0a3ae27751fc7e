import type { Facet, FacetKind } from './facets.ts';

/** Books, and conversations, in one answer at most. */
export const MAX_LISTED = 1_000;

/** A kind of place that lists show, by the member of entries that names it. */
export type PlaceKind = Extract<FacetKind, 'bookId' | 'conversationId'>;

/** A place in a list, by the time that the list goes by. */
export interface ListedPlace {
  readonly id: string;
  /** Of a book: when its user described it or its first draft came. Of a conversation: when its newest message came. */
  readonly listedAt: Date;
}

/** How a user's summary stands. */
export interface SummaryStanding {
  readonly complete: boolean;
  /** Counts and lists that are not what the entries say. */
  readonly wrong: number;
}

/**
 * What is counted of users' entries as they come and go, instead of each time that it is asked for. Until the entries
 * that were there before have been counted once, answers are derived from the index: right, but at a cost that grows
 * with it.
 */
export interface SummaryStore {
  /** How many entries of the user a facet has; exact. */
  facetCount(userId: string, facet: Facet): Promise<number>;
  /** The user's books or conversations, the newest first: those of these ids, or the first 1,000. */
  listedPlaces(userId: string, kind: PlaceKind, ids?: readonly string[]): Promise<ListedPlace[]>;

  /** Counts entries of these ids of which a change may not have been counted yet. */
  countEntries(ids: readonly string[]): Promise<void>;
  /** Users whose summaries are being built. */
  incompleteSummaries(limit: number): Promise<string[]>;
  /** Counts the next some of the entries that were there before; true once all are. */
  advanceSummary(userId: string): Promise<boolean>;
  /** Holds a summary against the entries. Reads all of them. */
  checkSummary(userId: string): Promise<SummaryStanding>;
  /** Removes a user's summary; it is built anew when it is next needed. */
  forgetSummary(userId: string): Promise<void>;
}
