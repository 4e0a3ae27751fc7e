/** A holder of bytes for a client, which can be cut. */
export interface Holder {
  /** Ends it and frees its bytes: it held most when there was no room left. */
  cut(): void;
}

/**
 * Bytes that all clients together have kept in memory for them: answers that they have not read, messages that they have
 * not finished. When there are more than may be, whoever holds most is cut, the oldest first among equals.
 */
export class HeldBytes {
  readonly #limit: number;
  readonly #held = new Map<Holder, number>();
  #total = 0;
  #cuts = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get total(): number {
    return this.#total;
  }

  /** Holders that were cut for the room. */
  get cuts(): number {
    return this.#cuts;
  }

  of(holder: Holder): number {
    return this.#held.get(holder) ?? 0;
  }

  /** Counts more, or less where `bytes` is negative. May cut `holder` itself. */
  add(holder: Holder, bytes: number): void {
    const held = this.of(holder) + bytes;
    this.#total += bytes;
    if (held > 0) this.#held.set(holder, held);
    else {
      this.#held.delete(holder);
      this.#total -= held;
    }
    while (this.#total > this.#limit) this.#cutLargest();
  }

  /** Forgets what a holder has. */
  release(holder: Holder): void {
    this.#total -= this.of(holder);
    this.#held.delete(holder);
  }

  #cutLargest(): void {
    let largest: readonly [Holder, number] | undefined;
    for (const entry of this.#held) if (!largest || entry[1] > largest[1]) largest = entry;
    if (!largest) return;
    this.#cuts += 1;
    this.release(largest[0]);
    largest[0].cut();
  }
}
