import type { Erasure, UserBlobRecord } from './records.ts';

/** Erasures of users. */
export interface ErasureStore {
  /** Begins an erasure, unless one of the user is running. Durable. @returns the one that is running */
  beginErasure(erasure: Erasure, dueAt: Date): Promise<Erasure>;
  /** The user's newest erasure. */
  erasure(userId: string): Promise<Erasure | null>;
  /** Saves the progress of an erasure, unless it is finished; `dueAt` null: it is never due again. */
  saveErasure(erasure: Erasure, dueAt: Date | null): Promise<void>;
  /** Users with a due erasure, the longest due first. */
  dueErasures(now: Date, limit: number): Promise<string[]>;
  /** Some of the user's own blobs. */
  ownBlobs(userId: string, limit: number): Promise<UserBlobRecord[]>;
  /** Removes the user's book records. */
  eraseBooks(userId: string): Promise<void>;
  /** The number of the user's blobs deleted since then, per processor that stored them. */
  deletedByProcessor(
    userId: string,
    since: Date,
  ): Promise<{ readonly processorId: string; readonly count: number }[]>;
  /** Whether events of the user's deleted blobs are unpublished. */
  hasUnpublishedDeletions(userId: string): Promise<boolean>;
}
