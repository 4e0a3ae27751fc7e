import type { EntryFilter } from './filter.ts';
import type { Detail, EntryOf, IndexEntry } from './records.ts';

/** The position of an entry in a list, which is ordered by creation time, then id. */
export interface PageKey {
  readonly createdAt: Date;
  readonly id: string;
}

export interface PageRequest {
  /** Maximum number of entries. */
  readonly limit: number;
  /** Start after this position. Default: the beginning of the list. */
  readonly after?: PageKey;
  /** `ASC`: the oldest first. */
  readonly direction: 'ASC' | 'DESC';
}

/** One page of a list. */
export interface EntryList<Entry = IndexEntry> {
  /** As many entries as requested, unless the list ends or `resume` is set. */
  readonly entries: Entry[];
  /**
   * Set when the search stopped before it found enough entries: the next page starts after this position. A filter
   * with one or two conditions besides time always fills the page. So do `unfiled` and a single word, each on its own.
   */
  readonly resume: PageKey | null;
}

/** The number of entries in a list. */
export interface Total {
  /** When it is not exact, there are at least this many. */
  readonly count: number;
  /** False when there may be more. */
  readonly exact: boolean;
}

export interface DerivedRequest {
  /** Maximum number of entries per parent. */
  readonly limit: number;
  /** Only entries behind this position, for each parent. Default: from the newest. */
  readonly after?: PageKey;
  /** Only entries of these processors. Default: all. */
  readonly processorIds?: readonly string[];
}

/** Selects entries of one book or conversation. */
export interface PlaceFilter {
  readonly place: 'bookId' | 'conversationId';
  /** Only entries of these processors. Default: all. */
  readonly processorIds?: readonly string[];
}

export interface PlaceRequest extends PlaceFilter {
  /** Maximum number of entries per book or conversation. */
  readonly limit: number;
  /** Only entries behind this position, in each book or conversation. Default: from the newest. */
  readonly after?: PageKey;
}

/** Lists of a user's entries. Lists of several parents or places are read in one query. `detail`: default `whole`. */
export interface ListStore {
  /** Ordered by creation time, then id. */
  page<D extends Detail = 'whole'>(
    userId: string,
    filter: EntryFilter,
    page: PageRequest,
    detail?: D,
  ): Promise<EntryList<EntryOf[D]>>;
  /** Counts the entries that match a filter, up to `limit`. */
  countUpTo(userId: string, filter: EntryFilter, limit: number): Promise<Total>;
  /** Counts all entries that match a filter. Costs as much as there are. */
  count(userId: string, filter: EntryFilter): Promise<number>;
  /** Per processor, ordered by processor id. */
  countByProcessor(userId: string): Promise<{ readonly processorId: string; readonly count: number }[]>;
  /** When any entry of the user last changed; null without entries. */
  lastChange(userId: string): Promise<Date | null>;

  /** The newest entries derived from each parent, newest first. */
  derived<D extends Detail = 'whole'>(
    userId: string,
    parentIds: readonly string[],
    request: DerivedRequest,
    detail?: D,
  ): Promise<ReadonlyMap<string, EntryOf[D][]>>;
  /** The ids of the newest `limit` entries derived from each parent. */
  derivedIds(
    userId: string,
    parentIds: readonly string[],
    limit: number,
  ): Promise<ReadonlyMap<string, string[]>>;
  /** The number of entries derived from each parent. */
  derivedCounts(
    userId: string,
    parentIds: readonly string[],
    processorIds?: readonly string[],
  ): Promise<ReadonlyMap<string, number>>;
  /** The newest entries of each book or conversation, newest first. */
  inPlaces<D extends Detail = 'whole'>(
    userId: string,
    placeIds: readonly string[],
    request: PlaceRequest,
    detail?: D,
  ): Promise<ReadonlyMap<string, EntryOf[D][]>>;
  /** The number of entries of each book or conversation. */
  inPlacesCounts(
    userId: string,
    placeIds: readonly string[],
    filter: PlaceFilter,
  ): Promise<ReadonlyMap<string, number>>;
}
