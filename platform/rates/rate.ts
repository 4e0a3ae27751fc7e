/** So many things in a window of time, all at once or spread over it. */
export interface Rate {
  /** Name in header fields and keys, e.g. `user`. */
  readonly name: string;
  /** 1 or more. */
  readonly quota: number;
  readonly windowMs: number;
}

/** Whether one more was within the rate. */
export interface Taken {
  readonly isAllowed: boolean;
  /** How many more there are at once: about, where several processes share them. */
  readonly left: number;
  /** Milliseconds until there is one more; 0 where all are left. */
  readonly nextMs: number;
}

/** Counts by key, e.g. by user. It never fails: where what is shared is away, each process counts by itself. */
export interface RateLimiter {
  /** The same for every key. */
  readonly rate: Rate;
  /** Takes one of a key's; at once, where that needs nobody else. */
  take(key: string): Taken | Promise<Taken>;
  /** Whether none is left of a key's, as far as this process knows. Takes none. */
  isSpent(key: string): Taken | undefined;
}

/** Keys that one process counts for; of more, those that were not heard of for longest begin anew. */
export const MOST_KEYS = 100_000;
