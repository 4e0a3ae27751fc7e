/** Smallest step that is reported. */
const progressStep = 0.01;

/** Reports the progress of a text from that of its parts. */
export class Progress {
  readonly #shares: number[];
  readonly #lengths: readonly number[];
  readonly #total: number;
  readonly #tell: (done: number) => void;
  #done = 0;
  #told = 0;

  /** @param lengths lengths of the parts; `tell` is called with growing shares from 0 to 1 */
  constructor(lengths: readonly number[], tell: (done: number) => void) {
    this.#lengths = lengths;
    this.#shares = lengths.map(() => 0);
    this.#total = lengths.reduce((sum, length) => sum + length, 0);
    this.#tell = tell;
  }

  /** Progress does not go back when a part is retried. */
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
