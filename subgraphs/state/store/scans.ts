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
  /** The inventory of users' own blobs; those without unpublished events count as registered. */
  readonly userBlobScan: Omit<BlobInventory, 'reopen'>;
}
