/** What came of telling the index of a blob: nothing yet, that it has it, or that it refuses it for good. */
export const registrationStates = ['waiting', 'registered', 'refused'] as const;
export type RegistrationState = (typeof registrationStates)[number];

/** A blob in its store, as far as it must be known to hold the store against the index. */
export interface InventoryItem {
  readonly id: string;
  readonly userId: string;
  /** The parent first; empty for users' own blobs. */
  readonly sourceIds: readonly string[];
  readonly createdAt: Date;
  readonly registration: RegistrationState;
}

/** A stretch of an inventory. */
export interface InventoryPage {
  /** Only blobs made before this time. */
  readonly before: Date;
  /** The id of the last one of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/** How many blobs of a user there are, without those that the index refuses. */
export interface UserCount {
  readonly userId: string;
  /** Made before the time that was asked for. */
  readonly older: number;
  readonly total: number;
}

/** What a store tells of its blobs, whoever's they are. Each method is one statement. */
export interface BlobInventory {
  /** By id, in the order of the store. */
  inventory(page: InventoryPage): Promise<InventoryItem[]>;
  /** Those of these ids that there are. */
  existing(ids: readonly string[]): Promise<string[]>;
  /** Users without blobs are left out. */
  countsOf(userIds: readonly string[], before: Date): Promise<UserCount[]>;
  /** Forgets what came of telling the index of these blobs, so that it is told again. */
  reopen(ids: readonly string[]): Promise<void>;
}
