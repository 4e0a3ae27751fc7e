import type { BlobInventory } from '../../../platform/processor/records/inventory.ts';
import type { IndexEntry } from '../documents.ts';

/** A place in the index of all users: by user, then id. */
export interface EntryPlace {
  readonly userId: string;
  readonly id: string;
}

/** An entry, as far as it is held against what it tells of. */
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
  /** True while events of its own wait to be published. */
  readonly waiting: boolean;
}

export interface KnownId {
  readonly id: string;
  /** True where only the tombstone is left. */
  readonly deleted: boolean;
}

/** Reads across all users, to hold the index against the stores. Each method is one statement, two at most. */
export interface StateScans {
  /** By user, then id, behind `after`. */
  scanEntries(page: { readonly after?: EntryPlace; readonly limit: number }): Promise<ScannedEntry[]>;
  /** Those of these ids that have an entry, or the tombstone of one. */
  known(ids: readonly string[]): Promise<KnownId[]>;
  /** Users' own blobs; those whose event is published count as registered. */
  readonly userBlobScan: Omit<BlobInventory, 'reopen'>;
}
