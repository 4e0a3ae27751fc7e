import type { EntryPlace } from './scans.ts';

/**
 * A walk through the whole index for one processor: a backfill asks for runs on blobs that were there before it took
 * their kind; a hand-out asks again for runs whose events it missed; a retirement ends its runs.
 */
export interface Backfill {
  readonly processorId: string;
  /** Only blobs created at this time or later; null: all. */
  readonly since: Date | null;
  /** The operator who asked for it. */
  readonly requestedBy: string;
  readonly startedAt: Date;
  /** Null while it is under way. */
  readonly finishedAt: Date | null;
  /** Entries of the index that it has looked at. */
  readonly scanned: number;
  /** Runs that it has asked for. */
  readonly planned: number;
  /** Those of them that are done, or failed. */
  readonly finishedRuns: number;
  /** The cause of a wait; null when there is none. */
  readonly obstacle: string | null;
  /** Behind which place of the index it goes on; null at its beginning. */
  readonly after: EntryPlace | null;
  /** Blobs whose runs were asked for, or are about to be, and are not done. */
  readonly batch: readonly EntryPlace[];
  /** Grows whenever it is begun or claimed: what an earlier holder saves is refused. */
  readonly lease: number;
}

/** Walks of one kind in the state subgraph's store: one for each processor, the newest. */
export interface BackfillStore {
  /**
   * Stores a backfill that begins, durably, unless one of the processor with the same `since` is under way; one with
   * another `since` is given up for it, and so is any with `anew`. Answers the one that is under way then.
   */
  beginBackfill(
    backfill: Omit<Backfill, 'lease'>,
    dueAt: Date,
    options?: { readonly anew?: boolean },
  ): Promise<Backfill>;
  backfill(processorId: string): Promise<Backfill | null>;
  /** Takes one that is due; it is due again at `until`. Null when it is not due, or another process was first. */
  claimBackfill(processorId: string, now: Date, until: Date): Promise<Backfill | null>;
  /** Notes how far it is; due again at `dueAt`, or never with null. False when another has claimed it since. */
  saveBackfill(backfill: Backfill, dueAt: Date | null): Promise<boolean>;
  /** Processors whose backfill is due at this time, the longest due first. */
  dueBackfills(now: Date, limit: number): Promise<string[]>;
}
