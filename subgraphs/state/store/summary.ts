import type { Facet, FacetKind } from './filter.ts';

/** Maximum number of books, and of conversations, in a list. */
export const MAX_LISTED = 1_000;

/** The kinds of places that are listed, named by the member of their entries. */
export type PlaceKind = Extract<FacetKind, 'bookId' | 'conversationId'>;

/** A book or conversation in a list. */
export interface ListedPlace {
  readonly id: string;
  /** The time by which the list is ordered: of a book its creation, of a conversation its newest message. */
  readonly listedAt: Date;
}

/** The result of checking a user's summary. */
export interface SummaryStanding {
  /** False while old entries are still being counted; `wrong` then means nothing. */
  readonly complete: boolean;
  /** Number of counts and list items that differ from the entries. */
  readonly wrong: number;
}

/**
 * Counts and lists of a user's entries, which are kept up to date with every change. Until the entries from before there
 * were summaries have been counted, results are derived from the entries: correct, but slower the more there are.
 */
export interface SummaryStore {
  /** The exact number of the user's entries with a facet. */
  facetCount(userId: string, facet: Facet): Promise<number>;
  /** The user's books or conversations, the newest first: those with these ids, or the first 1,000. */
  listedPlaces(userId: string, kind: PlaceKind, ids?: readonly string[]): Promise<ListedPlace[]>;

  /** Counts changes of these entries that may not have been counted yet. */
  countEntries(ids: readonly string[]): Promise<void>;
  /** Users with a summary that is being built. */
  incompleteSummaries(limit: number): Promise<string[]>;
  /** Counts some more of the old entries; true once all are counted. */
  advanceSummary(userId: string): Promise<boolean>;
  /** Compares a summary with the entries; reads all of them. */
  checkSummary(userId: string): Promise<SummaryStanding>;
  /** Removes a user's summary; it is rebuilt when it is next needed. */
  forgetSummary(userId: string): Promise<void>;
}
