import type { EntryPlace } from './scans.ts';

/** How far the log was told anew of what it lost, in its present life. */
export interface Reemission {
  /** The life of the log that it is about. */
  readonly epoch: string;
  /** All entries up to this place are done; null before the first. */
  readonly after: EntryPlace | null;
  readonly done: boolean;
}

/** Remembers one {@link Reemission}. */
export interface ReemissionStore {
  /** Null where none was ever saved. */
  reemission(): Promise<Reemission | null>;
  saveReemission(reemission: Reemission): Promise<void>;
}
