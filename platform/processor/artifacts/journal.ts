import type { ErrorCode } from '../../errors.ts';

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

/** What is known of an artifact that somebody asked for. */
export interface ArtifactEntry extends ArtifactKey {
  readonly userId: string;
  /** `MAKING`: asked for, and not made yet. */
  readonly state: 'MAKING' | 'READY' | 'FAILED';
  /** Of the blob's artifact of this name, whatever its version: from 1, 0 before the first. */
  readonly attempt: number;
  /** Tries in a row that failed. */
  readonly failures: number;
  /** Tries in a row that whoever made them did not end. */
  readonly crashes: number;
  /** Null until it is made. */
  readonly sizeBytes: number | null;
  /** Null but for `FAILED`. */
  readonly error: ArtifactError | null;
  /** Whether the same would fail again. */
  readonly isFinal: boolean;
  /** Who makes it; null where nobody does. */
  readonly holder: string | null;
  /** `MAKING`: when whoever makes it counts as gone. `FAILED`: the earliest that it is tried again. */
  readonly dueAt: Date;
  /** Whether the index knows what became of it. */
  readonly isTold: boolean;
}

export interface Claim {
  readonly holder: string;
  readonly now: Date;
  /** When it counts as gone, unless it is extended. */
  readonly until: Date;
  /** The attempts that there were before there was a journal. */
  readonly attempts: number;
}

/**
 * What is made, by whom, and what became of it: so that several processes make an artifact once, and what was asked for is
 * made though a process ends. Each method is one durable step; holders that lost their claim change nothing.
 */
export interface ArtifactJournal {
  /** Makes tables or indexes. */
  prepare(): Promise<void>;
  find(key: ArtifactKey): Promise<ArtifactEntry | null>;
  /** Of all these blobs, in no given order. */
  list(blobIds: readonly string[]): Promise<ArtifactEntry[]>;
  /**
   * Enters that it is to be made, and answers what is entered: one that is made, or being made, stays so. One that failed
   * is to be made again once its time has come, a final failure only where `again` is set.
   */
  ask(
    key: ArtifactKey,
    about: { readonly userId: string; readonly now: Date; readonly again: boolean },
  ): Promise<ArtifactEntry>;
  /** Takes the making of one that is due, as the next attempt; null where it is not to be made, or another has it. */
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
  /** Enters one that is there and was not known. */
  adopt(key: ArtifactKey, about: { readonly userId: string; readonly sizeBytes: number }): Promise<void>;
  /** Has one made again that was made and is gone. */
  reopen(key: ArtifactKey, now: Date): Promise<void>;
  /** Those that are to be made and that nobody makes, longest due first. */
  due(now: Date, limit: number): Promise<ArtifactEntry[]>;
  /** Those that the index does not know of. */
  untold(limit: number): Promise<ArtifactEntry[]>;
  markTold(key: ArtifactKey, attempt: number): Promise<void>;
  /** Ids of blobs that have entries, in order. */
  blobs(after: string, limit: number): Promise<string[]>;
  /** Forgets all of these blobs. */
  erase(blobIds: readonly string[]): Promise<void>;
}
