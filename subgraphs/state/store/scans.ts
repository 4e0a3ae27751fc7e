import type { BlobInventory } from '../../../platform/processor/records/inventory.ts';
import type { IndexEntry } from './records.ts';

/** A position in the index of all users, which is ordered by user, then id. */
export interface EntryPlace {
  readonly userId: string;
  readonly id: string;
}

/** The members of an entry that scans use. */
export interface ScannedEntry
  extends Pick<
    IndexEntry,
    | 'id'
    | 'userId'
    | 'processorId'
    | 'schemaId'
    | 'type'
    | 'schemaVersion'
    | 'bookId'
    | 'sourceIds'
    | 'contentHash'
    | 'runs'
    | 'contentMissingSince'
    | 'createdAt'
  > {
  /** True while it has unpublished events. */
  readonly waiting: boolean;
}

export interface KnownId {
  readonly id: string;
  /** True when only the tombstone is left. */
  readonly deleted: boolean;
}

/** Reads across all users. Each method is one or two statements. */
export interface StateScans {
  /** Entries ordered by user, then id, starting after `after`. */
  scanEntries(page: { readonly after?: EntryPlace; readonly limit: number }): Promise<ScannedEntry[]>;
  /** Those of these ids that have an entry or a tombstone. */
  known(ids: readonly string[]): Promise<KnownId[]>;
  /** Whether there is an entry of a blob that this processor made. Reads the whole index where there is none. */
  hasEntryOf(processorId: string): Promise<boolean>;
  /** The inventory of users' own blobs; those without unpublished events count as registered. */
  readonly userBlobScan: Omit<BlobInventory, 'reopen'>;
}

/** A processor's work, of all users. Runs of artifacts do not count. */
export interface Workload {
  /** Runs that are PENDING, held ones too: at most {@link MOST_COUNTED}. */
  readonly waiting: number;
  /** Whether no more than `waiting` wait. */
  readonly isExact: boolean;
  /** When the oldest of them was asked for; null while none waits. */
  readonly oldestAt: Date | null;
  /** Runs that are PROCESSING: at most {@link MOST_COUNTED}. */
  readonly inWork: number;
}

export const NO_WORK: Workload = { waiting: 0, isExact: true, oldestAt: null, inWork: 0 };

/** Counting ends here, so that a look costs the same however many wait. */
export const MOST_COUNTED = 10_000;

/** Counts the runs of all users. */
export interface WorkloadStore {
  /**
   * The work of these processors, as the runs of all entries say: nothing else is kept. Those without any run are left
   * out. Null while the upkeep has yet to build the index that counts them.
   */
  workloads(processorIds: readonly string[]): Promise<ReadonlyMap<string, Workload> | null>;
}
