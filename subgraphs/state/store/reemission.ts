import type { EntryPlace } from './scans.ts';

/** How far open runs were requested again, after the log had lost its events. */
export interface Reemission {
  /** The epoch of the log. */
  readonly epoch: string;
  /** The last entry that is done; null before the first. */
  readonly after: EntryPlace | null;
  /** True once the whole index has been read. */
  readonly done: boolean;
}

/** Stores one {@link Reemission}. */
export interface ReemissionStore {
  /** Null before the first save. */
  reemission(): Promise<Reemission | null>;
  /** Replaces the one saved before. */
  saveReemission(reemission: Reemission): Promise<void>;
}
