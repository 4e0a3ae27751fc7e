import type { IndexEntry, OutboxEvent, Tombstone } from './records.ts';

/** Deletions of blobs. */
export interface DeletionStore {
  /**
   * Replaces an entry that still has its version with a tombstone, and adds `event` to its outbox, in one durable
   * write. From then on no read finds the blob. False when the entry has another version.
   */
  bury(entry: Pick<IndexEntry, 'id' | 'version'>, tombstone: Tombstone, event: OutboxEvent): Promise<boolean>;
  /** The tombstone with this id, of any user. */
  tombstone(id: string): Promise<Tombstone | null>;
  /** The user's tombstones with these ids. */
  tombstones(userId: string, ids: readonly string[]): Promise<Tombstone[]>;
  /**
   * Makes deletions due again at `dueAt`, given by user. One that is due later is moved by a moment: a process that is
   * finishing it then cannot end it.
   */
  openDeletions(idsByUser: ReadonlyMap<string, readonly string[]>, dueAt: Date): Promise<void>;
  /** Ids of tombstones with a due deletion, the longest due first. */
  dueDeletions(now: Date, limit: number): Promise<string[]>;
  /** Reschedules a deletion, or ends it with null, unless it was reopened since it was read. */
  settleDeletion(tombstone: Pick<Tombstone, 'id' | 'dueAt'>, dueAt: Date | null): Promise<void>;
  /** Removes the user's own blobs with these ids, and their outboxes. */
  eraseUserBlobs(userId: string, ids: readonly string[]): Promise<void>;
}
