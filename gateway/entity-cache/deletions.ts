/** Deletions that are remembered. */
const REMEMBERED = 10_000;

/** A moment among deletions: how many were noted before it. */
export type Moment = number;

/**
 * The newest deletions. An operation that began before a deletion may come with the deleted blob long after it: its
 * answers are from before. Of what is not remembered any more, everything older counts as deleted.
 */
export class Deletions {
  readonly #limit: number;
  readonly #noted = new Map<string, Moment>();
  #now: Moment = 0;
  #forgotten: Moment = 0;

  constructor(limit = REMEMBERED) {
    this.#limit = limit;
  }

  get now(): Moment {
    return this.#now;
  }

  note(blobId: string): void {
    this.#now += 1;
    this.#noted.delete(blobId);
    this.#noted.set(blobId, this.#now);
    const [oldest] = this.#noted;
    if (!oldest || this.#noted.size <= this.#limit) return;
    this.#noted.delete(oldest[0]);
    this.#forgotten = oldest[1];
  }

  /** Any blob may have been deleted until now. */
  noteAll(): void {
    this.#now += 1;
    this.#forgotten = this.#now;
    this.#noted.clear();
  }

  /** Whether the blob may have been deleted since. */
  isSince(moment: Moment, blobId: string): boolean {
    return moment < this.#forgotten || moment < (this.#noted.get(blobId) ?? 0);
  }
}
