import type { IndexEntry, OutboxEvent, UserBlobRecord } from './records.ts';

/** The result of inserting a user's blob. */
export interface InsertedUserBlob {
  readonly stored: UserBlobRecord;
  /** False when its id already existed. */
  readonly inserted: boolean;
}

/** A user's own blob to store, with its entry. */
export interface OwnBlob {
  readonly blob: UserBlobRecord;
  readonly entry: IndexEntry;
}

/** The result of storing a user's own blob. */
export type StoredOwnBlob =
  /** `entry` is null when its id belongs to a tombstone. */
  | { readonly outcome: 'inserted'; readonly entry: IndexEntry | null }
  /** The blob that has its id already. Its entry may be missing. */
  | { readonly outcome: 'existing'; readonly blob: UserBlobRecord }
  /** An erasure of its user is running. */
  | { readonly outcome: 'erasing' };

/** The result of inserting an entry; `stored` is null when its id belongs to a tombstone. */
export type InsertedEntry =
  | { readonly stored: IndexEntry; readonly inserted: boolean }
  | { readonly stored: null; readonly inserted: false };

/** An entry to insert, with its outbox. */
export type NewEntry = readonly [entry: IndexEntry, outbox: readonly OutboxEvent[]];

/**
 * Durable inserts. The first document with an id stays; later ones are ignored, and the result holds the stored one.
 * Several documents, which must have different ids, are one statement or bulk write; when it fails, some may be stored.
 */
export interface Inserts {
  /**
   * Inserts blobs of any users with their outboxes, and the entry of each that was inserted. Blobs of users whose erasure
   * is running are left out. Results are in the order of the input.
   */
  insertOwnBlobs(own: readonly OwnBlob[]): Promise<readonly StoredOwnBlob[]>;
  /**
   * For tests: inserts a user's blob with its outbox and without its entry, as a process leaves it that dies between the
   * two writes of `insertOwnBlobs` in a document store.
   */
  insertUserBlob(blob: UserBlobRecord): Promise<InsertedUserBlob>;
  /** Inserts an entry with its outbox. */
  insertEntry(entry: IndexEntry, outbox: readonly OutboxEvent[]): Promise<InsertedEntry>;
  /** Results are in the order of the input. */
  insertEntries(entries: readonly NewEntry[]): Promise<readonly InsertedEntry[]>;
}
