import type { Db } from 'mongodb';
import type { StateClient } from '../../clients/state.ts';
import type { IdSource } from '../../ids/ids.ts';
import type { ObjectStore } from '../../objects/objects.ts';
import type { SqlDatabase } from '../../sql/database.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Clock } from '../../time/clock.ts';
import type { Files } from '../files/files.ts';

/** Dependencies of a processor's `open`. */
export interface OpenDependencies<Settings> {
  /** Checked, and with their defaults. */
  readonly settings: Settings;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Reading it throws where the records are in Redis. */
  readonly database: OwnDatabase;
  readonly state: StateClient;
  /** Addresses at which files are read without a token. */
  readonly files: Files;
  readonly ids: IdSource;
  /** The processor's own place in the object store. */
  readonly objects: ObjectStore;
}

/**
 * The database that a processor's records are in, for what it keeps beside them; its tables are of their migrations. There is
 * none for records in Redis.
 */
export type OwnDatabase =
  | { readonly kind: 'mongodb'; readonly database: Db }
  | { readonly kind: 'postgresql'; readonly database: SqlDatabase };

/** Opened by a processor at its start: anything, also something that needs no ending. */
export type OpenedResources = object & {
  /** Begins what goes on beside requests; called once the service answers. */
  start?(): void;
  /** Ends what was opened. */
  close?(): Promise<void>;
  /** Forgets what was kept of a user beside the records; called when the user is erased, at least once. */
  eraseUser?(userId: string): Promise<void>;
  /**
   * Forgets what was kept for these blobs beside the records: the processor's own, or users' whose bytes it keeps (the
   * schema's `x-kept-by`). Called when they are deleted, at least once; other ids count as forgotten.
   */
  eraseBlobs?(userId: string, ids: readonly string[]): Promise<void>;
};
