import type { EntryPlace } from './scans.ts';

/** Which blobs are made anew; null: any. Times are ISO 8601. */
export interface ReprocessingFilter {
  readonly schemaId: string | null;
  readonly bookId: string | null;
  readonly type: string | null;
  /** Created at this time or later. */
  readonly createdAfter: string | null;
  /** Created before this time. */
  readonly createdBefore: string | null;
  /** Whose result this version made. */
  readonly madeByVersion: string | null;
  /** Whose run failed. */
  readonly failedOnly: boolean;
}

/** The blobs that a walk is to make anew, and how far it is. */
export interface ReprocessingDetails {
  /** Tells requests apart. */
  readonly id: string;
  /** The idempotency key; null: none. */
  readonly key: string | null;
  readonly processorId: string;
  /** Whose blobs; null: all users'. */
  readonly userId: string | null;
  /** The version that makes them; null: whichever has new blobs. */
  readonly version: string | null;
  readonly filter: ReprocessingFilter;
  readonly runsPerMinute: number;
  /** Blobs that fit, as far as they are counted. */
  readonly counted: number;
  /** All of them; null while they are counted. */
  readonly total: number | null;
  /** Runs that failed. */
  readonly failedRuns: number;
  /** No batch is asked for before this time, ISO 8601. */
  readonly paceAt: string;
  readonly cancelled: boolean;
}

/** A blob of a batch. */
export interface BatchPlace extends EntryPlace {
  /** The generation that is asked for; absent in walks that make nothing anew. */
  readonly generation?: number;
}

/**
 * A walk through the whole index for one processor. A backfill requests runs on blobs that are older than the
 * processor, a hand-out requests runs again whose events it missed, a retirement ends its runs, a candidate's end has the
 * present version make what the candidate has left. A check of stored documents is one for a schema, whose id stands in the
 * place of the processor's.
 */
export interface IndexWalk {
  /** The key among walks of its kind. Of one that makes blobs anew, it names whose as well. */
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
  readonly batch: readonly BatchPlace[];
  /** Of a walk that makes blobs anew; null: any other. */
  readonly details: ReprocessingDetails | null;
  /** Its purpose and its findings, as JSON; null for walks that only do something. */
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
  /** Ends a running walk, and says that it was cancelled; whoever has it hears of it when it saves. False when none runs. */
  cancelWalk(processorId: string, at: Date): Promise<boolean>;
  /** Removes walks over this user's blobs alone. */
  forgetWalks(userId: string): Promise<void>;
  /** Processors with a due walk, the longest due first. */
  dueWalks(now: Date, limit: number): Promise<string[]>;
}

/** A walk at its beginning. */
export const newWalk = (
  walk: Pick<IndexWalk, 'processorId' | 'requestedBy' | 'startedAt'> &
    Partial<Pick<IndexWalk, 'since' | 'after' | 'details' | 'notes'>>,
): Omit<IndexWalk, 'lease'> => ({
  since: null,
  finishedAt: null,
  scanned: 0,
  planned: 0,
  finishedRuns: 0,
  obstacle: null,
  after: null,
  batch: [],
  details: null,
  notes: null,
  ...walk,
});
