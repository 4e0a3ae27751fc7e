import type { OperationUse } from '../../../platform/clients/supergraph.ts';

/** The parts of the schema that changes concern: any of these coordinates, or anything of these types. */
export interface Concerns {
  readonly coordinates: readonly string[];
  readonly types: readonly string[];
}

/** An operation that was really sent, with what it uses of what was asked for. */
export interface UsedOperation {
  readonly hash: string;
  readonly name: string | null;
  readonly count: number;
  readonly lastSeenAt: Date;
  /** Those of the coordinates that were asked for. */
  readonly coordinates: readonly string[];
  /** Those of the types that were asked for. */
  readonly types: readonly string[];
}

/** Operations that are kept: the most recently seen. */
export const MAX_OPERATIONS = 5_000;
/** How long an operation that is not seen again is kept. */
export const KEPT_MS = 30 * 24 * 60 * 60 * 1_000;

/** The shapes of the operations that clients really send, without their content. */
export interface UsageStore {
  /**
   * Adds uses to those of the same hash, and lets go of what is older than {@link KEPT_MS} before `now`, or beyond
   * {@link MAX_OPERATIONS}. Hashes are different ones.
   */
  record(operations: readonly OperationUse[], now: Date): Promise<void>;
  /** The operations that use any of this, most often sent first: one statement. */
  using(concerns: Concerns): Promise<UsedOperation[]>;
  /** How many operations are kept. */
  count(): Promise<number>;
}
