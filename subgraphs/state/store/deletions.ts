import type { IndexEntry, OutboxEvent, Tombstone } from '../documents.ts';

/** Deletions in the state subgraph's store. */
export interface DeletionStore {
  /**
   * Puts a tombstone in the place of an entry that still has its version, with `event` added to the entry's outbox,
   * in one durable write: the blob is deleted from then on, in every read. False when the entry has another version.
   */
  bury(entry: Pick<IndexEntry, 'id' | 'version'>, tombstone: Tombstone, event: OutboxEvent): Promise<boolean>;
  /** The tombstone of this id, whoever's it is. */
  tombstone(id: string): Promise<Tombstone | null>;
  /** The user's tombstones of these ids. */
  tombstones(userId: string, ids: readonly string[]): Promise<Tombstone[]>;
  /**
   * Makes the deletions of these of each user's tombstones due at `dueAt`, or a moment after the time that they were
   * due at: whoever is at one of them does not then end it.
   */
  openDeletions(idsByUser: ReadonlyMap<string, readonly string[]>, dueAt: Date): Promise<void>;
  /** Ids of tombstones whose deletion is due at this time, the longest due first. */
  dueDeletions(now: Date, limit: number): Promise<string[]>;
  /** Makes a deletion due at another time, or ends it with null, unless it was opened again since it was read. */
  settleDeletion(tombstone: Pick<Tombstone, 'id' | 'dueAt'>, dueAt: Date | null): Promise<void>;
  /** Removes the user's own blobs of these ids, with the events that wait in them. */
  eraseUserBlobs(userId: string, ids: readonly string[]): Promise<void>;
}
