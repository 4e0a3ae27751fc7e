import { LRUCache } from 'lru-cache';

/** Bytes of one user that are read in a second, over all connections together. */
const BYTES_A_SECOND = 8 * 1024 * 1024;
/** A user who was silent for so long may send as much as in that time at once. */
const AT_ONCE_MS = 1_000;

/**
 * How fast users may send. A message of some megabytes holds the event loop for as many dozen milliseconds: several at a
 * time would have everybody wait for one user.
 */
export class Pace {
  /** When what a user has sent is paid off, by the user. */
  readonly #paidAt: LRUCache<string, number>;

  /** `users`: whose pace is known at most; who has sent nothing for longest is forgotten first. */
  constructor(users: number) {
    this.#paidAt = new LRUCache({ max: users });
  }

  /** Counts bytes that have come at `now`. @returns milliseconds in which no more of the user's are to be read */
  add(user: string, bytes: number, now = performance.now()): number {
    const paidAt = Math.max(now, this.#paidAt.get(user) ?? 0) + (bytes / BYTES_A_SECOND) * 1_000;
    this.#paidAt.set(user, paidAt);
    return Math.max(0, paidAt - now - AT_ONCE_MS);
  }
}
