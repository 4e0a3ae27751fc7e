import type { Erasure, UserBlobRecord } from '../documents.ts';

/** Erasures of users in the state subgraph's store. */
export interface ErasureStore {
  /** Stores an erasure that begins, durably, unless one of the user is under way; answers the one that is. */
  beginErasure(erasure: Erasure, dueAt: Date): Promise<Erasure>;
  /** The user's newest. */
  erasure(userId: string): Promise<Erasure | null>;
  /** The newest of each of these users. */
  erasures(userIds: readonly string[]): Promise<Erasure[]>;
  /** Notes how far it is, unless it is finished; due again at `dueAt`, or never with null. */
  saveErasure(erasure: Erasure, dueAt: Date | null): Promise<void>;
  /** Users whose erasure is due at this time, the longest due first. */
  dueErasures(now: Date, limit: number): Promise<string[]>;
  /** Any of a user's own blobs. */
  ownBlobs(userId: string, limit: number): Promise<UserBlobRecord[]>;
  /** Removes what the user said of books. */
  eraseBooks(userId: string): Promise<void>;
  /** How many of the user's blobs were deleted at this time or later, by the processor that kept them. */
  deletedByProcessor(
    userId: string,
    since: Date,
  ): Promise<{ readonly processorId: string; readonly count: number }[]>;
}
