/** As many deliveries may be parked as so many times are in work at once: each has its message in memory. */
const parkedPerPlace = 16;

/** Deliveries of one consumption that wait and do not count as in flight meanwhile. */
export class Parking<Item> {
  readonly #most: number;
  readonly #onFree: () => void;
  /** How many waits each has; a delivery may wait for several things. */
  readonly #waits = new Map<Item, number>();

  /** `onFree` is called when a place becomes free. */
  constructor(maxInFlight: number, onFree: () => void) {
    this.#most = maxInFlight * parkedPerPlace;
    this.#onFree = onFree;
  }

  get size(): number {
    return this.#waits.size;
  }

  /** Waits as `wait` does; where too many are parked already, the delivery keeps its place. */
  async during<T>(item: Item, wait: () => Promise<T>): Promise<T> {
    const waits = this.#waits.get(item);
    if (waits === undefined && this.#waits.size >= this.#most) return wait();
    this.#waits.set(item, (waits ?? 0) + 1);
    if (waits === undefined) this.#onFree();
    try {
      return await wait();
    } finally {
      const left = (this.#waits.get(item) ?? 1) - 1;
      if (left > 0) this.#waits.set(item, left);
      else this.#waits.delete(item);
    }
  }

  /** The delivery is over. */
  forget(item: Item): void {
    this.#waits.delete(item);
  }
}
