/** Bytes a second of the slowest link that is waited for. */
const SLOWEST = 16 * 1024;
/** However much it is: a little more than the largest answer takes. */
const AT_MOST_MS = 600_000;

/**
 * Until when a client on a slow link may be silent, since what it was sent stands before the ping that it is to answer.
 * Times are those of `performance.now`.
 */
export class SlowLink {
  #readUntil = 0;

  /** So much was sent. */
  sent(bytes: number, now = performance.now()): void {
    const until = Math.max(now, this.#readUntil) + (bytes / SLOWEST) * 1_000;
    this.#readUntil = Math.min(until, now + AT_MOST_MS);
  }

  /** Whether it may still be reading what it was sent. */
  mayBeReading(now = performance.now()): boolean {
    return now < this.#readUntil;
  }
}
