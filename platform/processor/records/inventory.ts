/** Whether the index has registered a blob: not yet, yes, or permanently refused. */
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
  /** Items of a page; one with fewer is the last. */
  readonly limit: number;
}

/** How many blobs of a user there are, without those that the index refuses. */
export interface UserCount {
  readonly userId: string;
  /** Made before the time that was asked for. */
  readonly older: number;
  /** Whenever they were made. */
  readonly total: number;
}

/** A processor's inventory, as the index asks for it. */
export interface AskedInventory extends Omit<BlobInventory, 'countsOf'> {
  /** The ids of these that are lost for good: none in a store whose records are rebuilt. */
  lost(ids: readonly string[]): Promise<string[]>;
  /** Null of such a store: its numbers say nothing. */
  countsOf(userIds: readonly string[], before: Date): Promise<UserCount[] | null>;
}

/** A store's list of its blobs, whoever's they are. Each method is one statement. */
export interface BlobInventory {
  /** By id, in the order of the store. */
  inventory(page: InventoryPage): Promise<InventoryItem[]>;
  /** The ids of these that exist. */
  existing(ids: readonly string[]): Promise<string[]>;
  /** Users without blobs are left out. */
  countsOf(userIds: readonly string[], before: Date): Promise<UserCount[]>;
  /** Sets these blobs back to `waiting`, so that the index is told of them again. */
  reopen(ids: readonly string[]): Promise<void>;
}
