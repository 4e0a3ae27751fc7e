/** Bytes a second of the slowest link that is waited for. */
const SLOWEST = 16 * 1024;
/** However much it is, since it was last heard of: a little more than the largest answer takes. */
const AT_MOST_MS = 600_000;

/**
 * Until when a client on a slow link may be silent, since what it was sent stands before the ping that it is to answer.
 * Times are those of `performance.now`.
 */
export class SlowLink {
  #readUntil = 0;
  #heardAt: number;

  constructor(now = performance.now()) {
    this.#heardAt = now;
  }

  /** So much was sent. */
  sent(bytes: number, now = performance.now()): void {
    this.#readUntil = Math.max(now, this.#readUntil) + (bytes / SLOWEST) * 1_000;
  }

  /** It gave a sign of life. */
  heard(now = performance.now()): void {
    this.#heardAt = now;
    this.#readUntil = Math.min(this.#readUntil, now + AT_MOST_MS);
  }

  /** Whether it may still be reading what it was sent. */
  mayBeReading(now = performance.now()): boolean {
    return now < Math.min(this.#readUntil, this.#heardAt + AT_MOST_MS);
  }
}
