import type { ErrorCode } from '../../errors/errors.ts';

/** Names an artifact, made by a version of what makes it. */
export interface ArtifactKey {
  readonly blobId: string;
  readonly name: string;
  readonly version: string;
}

/** Why an artifact could not be made, as its user reads it. */
export interface ArtifactError {
  readonly code: ErrorCode;
  readonly message: string;
}

/** The state of an artifact that was requested. */
export interface ArtifactEntry extends ArtifactKey {
  readonly userId: string;
  /** `MAKING`: asked for, and not made yet. */
  readonly state: 'MAKING' | 'READY' | 'FAILED';
  /** Attempts at the blob's artifact of this name, of all versions: 0 before the first. */
  readonly attempt: number;
  /** Tries in a row that failed. */
  readonly failures: number;
  /** Consecutive attempts whose process died. */
  readonly crashes: number;
  /** Null until it is made. */
  readonly sizeBytes: number | null;
  /** Null but for `FAILED`. */
  readonly error: ArtifactError | null;
  /** Whether a retry would fail the same way. */
  readonly isFinal: boolean;
  /** Process that makes it; null where none does. */
  readonly holder: string | null;
  /** `MAKING`: when the holder's claim ends. `FAILED`: the earliest retry. */
  readonly dueAt: Date;
  /** Whether the result was reported to the index. */
  readonly isTold: boolean;
}

export interface Claim {
  /** The process that claims it. */
  readonly holder: string;
  /** Only what is due by then is claimed. */
  readonly now: Date;
  /** End of the claim, unless it is extended. */
  readonly until: Date;
  /** Attempts of releases without a journal. */
  readonly attempts: number;
}

/**
 * Which artifacts are being made, by whom, and with what result: so that several processes make an artifact once, and it is
 * made even if a process dies. Each method is one durable step; holders that lost their claim change nothing.
 */
export interface ArtifactJournal {
  /** Makes tables or indexes. */
  prepare(): Promise<void>;
  /** Null where it is not entered. */
  find(key: ArtifactKey): Promise<ArtifactEntry | null>;
  /** Entries of all these blobs, in no given order. */
  list(blobIds: readonly string[]): Promise<ArtifactEntry[]>;
  /**
   * Enters that it is to be made, and answers what is entered: one that is made, or being made, stays so. One that failed
   * is to be made again once its time has come, a final failure only where `again` is set.
   */
  ask(
    key: ArtifactKey,
    about: { readonly userId: string; readonly now: Date; readonly again: boolean },
  ): Promise<ArtifactEntry>;
  /** Claims a due artifact for the next attempt; null where it is not due, or another process holds it. */
  claim(key: ArtifactKey, claim: Claim): Promise<ArtifactEntry | null>;
  /** Keeps the claim; false where it is lost. */
  extend(key: ArtifactKey, holder: string, until: Date): Promise<boolean>;
  /** Gives the claim up, for anyone to take. */
  release(key: ArtifactKey, holder: string, now: Date): Promise<void>;
  /** False where the claim is lost. */
  finish(
    key: ArtifactKey,
    holder: string,
    made: { readonly sizeBytes: number; readonly isTold: boolean },
  ): Promise<boolean>;
  /** False where the claim is lost. */
  fail(
    key: ArtifactKey,
    holder: string,
    failure: {
      readonly error: ArtifactError;
      readonly isFinal: boolean;
      readonly dueAt: Date;
      readonly isTold: boolean;
    },
  ): Promise<boolean>;
  /** Enters an artifact that exists and was not known. */
  adopt(key: ArtifactKey, about: { readonly userId: string; readonly sizeBytes: number }): Promise<void>;
  /** Resets an artifact whose object is lost. */
  reopen(key: ArtifactKey, now: Date): Promise<void>;
  /** Entries that are to be made and have no live holder, longest due first. */
  due(now: Date, limit: number): Promise<ArtifactEntry[]>;
  /** Entries whose result was not reported to the index. */
  untold(limit: number): Promise<ArtifactEntry[]>;
  /** Notes that this attempt's result was reported; that of a later one is still to be. */
  markTold(key: ArtifactKey, attempt: number): Promise<void>;
  /** Ids of blobs that have entries, in order. */
  blobs(after: string, limit: number): Promise<string[]>;
  /** Forgets all of these blobs. */
  erase(blobIds: readonly string[]): Promise<void>;
}
