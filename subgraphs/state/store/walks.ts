import type { EntryPlace } from './scans.ts';

/**
 * A walk through the whole index for one processor. A backfill requests runs on blobs that are older than the
 * processor, a hand-out requests runs again whose events it missed, a retirement ends its runs. A check of stored documents
 * is one for a schema, whose id stands in the place of the processor's.
 */
export interface IndexWalk {
  readonly processorId: string;
  /** Only blobs created at this time or later; null: all. */
  readonly since: Date | null;
  /** The operator who started a backfill; the processor's own id for other walks. */
  readonly requestedBy: string;
  /** A hand-out requests only runs again that last changed before. */
  readonly startedAt: Date;
  /** Null while it is running. */
  readonly finishedAt: Date | null;
  /** Entries read so far. */
  readonly scanned: number;
  /** Runs requested (or ended, by a retirement) so far. */
  readonly planned: number;
  /** Those of them that are completed or failed. */
  readonly finishedRuns: number;
  /** Why it waits; null when it does not. */
  readonly obstacle: string | null;
  /** The last entry read; null at the beginning. */
  readonly after: EntryPlace | null;
  /** Blobs whose runs are requested, or about to be, and not finished. */
  readonly batch: readonly EntryPlace[];
  /** What it was begun for and has found, as JSON; null for walks that only do something. */
  readonly notes: unknown;
  /** Grows whenever the walk is begun or claimed. Writes with an older lease are refused. */
  readonly lease: number;
}

/** Walks of one kind; the newest of each processor. */
export interface WalkStore {
  /**
   * Begins a walk and returns it, unless one of the processor with the same `since` is running: then that is returned.
   * A running walk with another `since` is replaced. With `anew`, any running walk is. Durable.
   */
  beginWalk(
    walk: Omit<IndexWalk, 'lease'>,
    dueAt: Date,
    options?: { readonly anew?: boolean },
  ): Promise<IndexWalk>;
  /** The newest, running or finished; null when there was none. */
  walk(processorId: string): Promise<IndexWalk | null>;
  /** Claims a due walk until `until`. Null when it is not due, or another process came first. */
  claimWalk(processorId: string, now: Date, until: Date): Promise<IndexWalk | null>;
  /** Saves a walk's progress; `dueAt` null: it is never due again. False when another process has claimed it since. */
  saveWalk(walk: IndexWalk, dueAt: Date | null): Promise<boolean>;
  /** Processors with a due walk, the longest due first. */
  dueWalks(now: Date, limit: number): Promise<string[]>;
}

/** A walk at its beginning. */
export const newWalk = (
  walk: Pick<IndexWalk, 'processorId' | 'requestedBy' | 'startedAt'> &
    Partial<Pick<IndexWalk, 'since' | 'notes'>>,
): Omit<IndexWalk, 'lease'> => ({
  since: null,
  finishedAt: null,
  scanned: 0,
  planned: 0,
  finishedRuns: 0,
  obstacle: null,
  after: null,
  batch: [],
  notes: null,
  ...walk,
});
