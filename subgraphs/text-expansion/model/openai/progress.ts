/** Below this share of the whole nothing is told. */
const progressStep = 0.01;

/** Tells how much of a text is done, from what has come of its parts. */
export class Progress {
  readonly #shares: number[];
  readonly #lengths: readonly number[];
  readonly #total: number;
  readonly #tell: (done: number) => void;
  #done = 0;
  #told = 0;

  /** @param lengths of the parts; `tell` hears of shares from 0 to 1, growing */
  constructor(lengths: readonly number[], tell: (done: number) => void) {
    this.#lengths = lengths;
    this.#shares = lengths.map(() => 0);
    this.#total = lengths.reduce((sum, length) => sum + length, 0);
    this.#tell = tell;
  }

  /** A part that is begun anew does not take back what was told of it. */
  set(index: number, share: number): void {
    const more = share - (this.#shares[index] ?? 0);
    if (more <= 0) return;
    this.#shares[index] = share;
    this.#done += more * (this.#lengths[index] ?? 0);
    if (this.#done - this.#told < progressStep * this.#total) return;
    this.#told = this.#done;
    this.#tell(Math.min(0.99, this.#done / this.#total));
  }

  finish(): void {
    this.#tell(1);
  }
}
