import { Few } from '../collections/few.ts';
import type { Sleeper } from '../concurrency/polled.ts';
import type { Change, ChangeEntry } from './change.ts';
import { isProgress, overtakes, runOf } from './progress.ts';

/** A change that is held, linked in the log's order. */
export interface Held {
  readonly entry: ChangeEntry;
  readonly bytes: number;
  readonly user: UserChanges;
  older: Held | undefined;
  newer: Held | undefined;
}

/** One user's changes, oldest first. */
export class UserChanges {
  readonly userId: string;
  readonly listeners = new Few<Sleeper>();
  /** Every change after this sequence that was read is held. */
  floor: number;
  bytes = 0;
  #held: Held[] = [];
  /** Older changes were dropped. */
  #first = 0;
  /** Of each run of which the last held change is progress, that change. Made with the first: most users have none. */
  #progress: Map<string, Held> | undefined;

  constructor(userId: string, floor: number) {
    this.userId = userId;
    this.floor = floor;
  }

  get count(): number {
    return this.#held.length - this.#first;
  }

  get oldest(): Held | undefined {
    return this.#held[this.#first];
  }

  /** The held progress of which a change of the same run says all. */
  overtakenBy(change: Change): Held | undefined {
    const last = this.#progress?.get(runOf(change));
    return last && overtakes(change, last.entry.change) ? last : undefined;
  }

  push(held: Held): void {
    const { change } = held.entry;
    this.#held.push(held);
    this.bytes += held.bytes;
    if (!isProgress(change)) this.#progress?.delete(runOf(change));
    else {
      this.#progress ??= new Map();
      this.#progress.set(runOf(change), held);
    }
  }

  /** Removes a change that is held: the oldest, or any. */
  remove(held: Held): void {
    const { change, sequence } = held.entry;
    this.bytes -= held.bytes;
    if (this.#progress?.get(runOf(change)) === held) this.#progress.delete(runOf(change));
    if (held !== this.oldest) this.#held.splice(this.#indexAfter(sequence - 1), 1);
    else this.#removeOldest();
  }

  after(sequence: number): ChangeEntry | undefined {
    return this.#held[this.#indexAfter(sequence)]?.entry;
  }

  #removeOldest(): void {
    this.#first += 1;
    // Now and then, so that dropping costs the same however many there are.
    if (this.#first * 2 > this.#held.length) {
      this.#held = this.#held.slice(this.#first);
      this.#first = 0;
    }
  }

  #indexAfter(sequence: number): number {
    let low = this.#first;
    let high = this.#held.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#held[middle]?.entry.sequence ?? Infinity) > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
