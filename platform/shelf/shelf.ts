/** A record's fields, as text by name. */
export type Fields = Readonly<Record<string, string>>;

/** A number that a record is given, among its user's records of the same kind: refused when it was given before. */
export interface GivenNumber {
  /** The kind; each has numbers of its own. */
  readonly of: string;
  /** Above all that were given in the kind, or it counts as taken. */
  readonly number: number;
}

/** A record on its way to the shelf. */
export interface Shelved {
  readonly id: string;
  readonly userId: string;
  /** With the id, its place in its user's list. */
  readonly createdAt: Date;
  /** When the index is to be told of it, unless it was by then. */
  readonly registerAt: Date;
  /** Those of {@link OWN} among them. */
  readonly fields: Fields;
  /** Words by which the user's other records of the same word are found. */
  readonly tags: readonly string[];
  /** Default: none. */
  readonly given?: GivenNumber;
}

/** `added`; `there`: another was faster; `gone`: there is nothing to complete; `taken`: another has the number. */
export type Shelving = 'added' | 'there' | 'gone' | 'taken';

/** A change of what the index knows of records, or of their sources. */
export type ShelfChange =
  | { readonly kind: 'registered'; readonly at: Date; readonly contentHash: string | null }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'postponed'; readonly dueAt: Date }
  | { readonly kind: 'reopened' }
  | { readonly kind: 'stale'; readonly userId: string };

/** Where a user's list goes on, oldest first. */
export interface ShelfPlace {
  /** Made at this time or later. Default: from the oldest on. */
  readonly since?: Date;
  /** Behind this one. */
  readonly after?: { readonly createdAt: Date; readonly id: string };
}

/**
 * Keeps records for a while: each may be gone at any time, because its time is over or room was needed. What is found by
 * lists, tags and counts is never one that is gone. Each method is atomic.
 */
export interface Shelf {
  /** Mends the lists where the store has lost one of them. */
  prepare(): Promise<void>;
  /** @throws when the store does not answer */
  ping(): Promise<void>;
  /** These fields of each, all without `names`; null for what is not there. In the order of `ids`. */
  read(ids: readonly string[], names?: readonly string[]): Promise<(Fields | null)[]>;
  /** Stores a record unless its id is there. @throws BlobgraphError BLOB_TOO_LARGE: there is never room for it */
  add(record: Shelved): Promise<Shelving>;
  /** Gives a record without a content hash its content. */
  complete(record: Shelved): Promise<Shelving>;
  /** Leaves out those that are not there, and those to which the change does not apply. */
  change(ids: readonly string[], change: ShelfChange): Promise<void>;
  /** Removes those that are the user's; `tags` of each, where they are known. */
  erase(
    userId: string,
    records: readonly { readonly id: string; readonly tags: readonly string[] }[],
  ): Promise<void>;
  /** The highest number given in a kind; 0 before the first. */
  highest(userId: string, of: string): Promise<number>;
  /** The user's next number in every kind is 1 again. */
  forgetNumbers(userId: string): Promise<void>;
  /** Ids of a user's records, oldest first. */
  list(userId: string, place: ShelfPlace, limit: number): Promise<string[]>;
  /** All ids behind one, in the order of ids. */
  ids(after: string | undefined, limit: number): Promise<string[]>;
  /** Ids that the index is to be told of by then, longest due first. */
  due(now: Date, limit: number): Promise<string[]>;
  /** How many records a user has that were not refused, and how many of them were made before a time. */
  count(userId: string, before: Date): Promise<{ readonly older: number; readonly total: number }>;
  /** Ids of the user's records with any of these tags, at most `limit` of each. */
  tagged(userId: string, tags: readonly string[], limit: number): Promise<string[]>;
  /** Whether a record is not found by one of its tags: the list of the user's tags was lost. */
  lacksTag(userId: string, id: string, tags: readonly string[]): Promise<boolean>;
  /** Enters tags anew of a record that has them. */
  tag(userId: string, id: string, tags: readonly string[]): Promise<void>;
  /** Writes what memory holds; a connection to Redis stays open, for it is the process's. */
  close(): Promise<void>;
}

/** Fields that a shelf itself reads and changes, beside those that it is given. */
export const OWN = {
  hash: 'hash',
  stale: 'stale',
  registeredAt: 'registered_at',
  registerAt: 'register_at',
  attempts: 'attempts',
  refusal: 'refusal',
} as const;
