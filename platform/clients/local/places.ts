/** So many at once, the others one after another. */
export class Places {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** Calls `begin` when there is a place. @returns gives the place back, or no longer waits; further calls do nothing */
  take(begin: () => void): () => void {
    let left = false;
    if (this.#free > 0) {
      this.#free -= 1;
      begin();
    } else this.#waiting.add(begin);
    return () => {
      if (left) return;
      left = true;
      if (!this.#waiting.delete(begin)) this.#give();
    };
  }

  #give(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
