import type { ProcessingState } from '../../../platform/events/events.ts';
import type { BookStore } from './books.ts';
import type { DeletionStore } from './deletions.ts';
import type { ErasureStore } from './erasures.ts';
import type { Inserts } from './inserts.ts';
import type { LineageStore } from './lineage.ts';
import type { ListStore } from './lists.ts';
import type { OutboxStore } from './outbox.ts';
import type { BlobBody, Detail, EntryOf, IndexEntry, OutboxEvent, UserBlobRecord } from './records.ts';
import type { ReemissionStore } from './reemission.ts';
import type { StateScans, WorkloadStore } from './scans.ts';
import type { SearchStore } from './search.ts';
import type { SummaryStore } from './summary.ts';
import type { TurnStore } from './turns.ts';
import type { Upkeep } from './upkeep.ts';
import type { WalkStore } from './walks.ts';

/**
 * Changed members of an entry's content. Title and preview must change together: when only one is given, the entry's
 * words are unknown until they are stored again.
 */
export type ContentChange = Partial<
  Pick<
    IndexEntry,
    'contentMissingSince' | 'preview' | 'sizeBytes' | 'contentHash' | 'title' | 'schemaVersion'
  >
>;

/** An update of an entry. */
export interface EntryChange {
  /** The entry's version after the change. */
  readonly version: number;
  /** All of its runs: they replace those before. */
  readonly runs: IndexEntry['runs'];
  readonly state: ProcessingState;
  readonly updatedAt: Date;
  /** Default: unchanged. */
  readonly content?: ContentChange;
}

/**
 * The state subgraph's store. Every method is one statement or one document write, so nothing needs a transaction
 * across documents. Reads that take a user id see only that user's documents. Unknown ids are left out of the result.
 */
export interface StateStore
  extends Inserts,
    ListStore,
    SearchStore,
    LineageStore,
    BookStore,
    SummaryStore,
    OutboxStore,
    DeletionStore,
    ErasureStore,
    ReemissionStore,
    StateScans,
    TurnStore,
    WorkloadStore,
    Upkeep {
  /** Walks that request runs on blobs older than a processor. */
  readonly backfills: WalkStore;
  /** Hand-outs of runs whose events a processor missed. */
  readonly handOuts: WalkStore;
  /** Checks of the stored documents of a schema. */
  readonly storedChecks: WalkStore;
  /** Walks that end the runs of retired processors. */
  readonly retirements: WalkStore;
  /** Runs of candidates that were promoted or withdrawn. */
  readonly canaryEnds: WalkStore;
  /** Walks that make blobs anew. */
  readonly reprocessings: WalkStore;

  /** Creates missing tables, collections and indexes. */
  prepare(): Promise<void>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;

  /** In no particular order. Any text is allowed as an id. */
  userBlobs(userId: string, ids: readonly string[]): Promise<UserBlobRecord[]>;
  /** The `data` of users' blobs as JSON, in no particular order. Any text is allowed as an id. */
  bodies(userId: string, ids: readonly string[]): Promise<BlobBody[]>;
  /** In no particular order. Any text is allowed as an id. `detail`: default `whole`. */
  entries<D extends Detail = 'whole'>(
    userId: string,
    ids: readonly string[],
    detail?: D,
  ): Promise<EntryOf[D][]>;
  /**
   * Changes an entry that still has `expectedVersion`, and adds `events` to its outbox in the same write. False when it
   * has another version.
   */
  updateEntry(
    id: string,
    expectedVersion: number,
    change: EntryChange,
    events: readonly OutboxEvent[],
  ): Promise<boolean>;
}
