/** Good answers in a row after which a server that was asked less at once is asked more again. */
const answersToRecover = 50;

interface Waiting {
  readonly start: (holder: Holder) => void;
}

interface Holder {
  /** Another held a place at some time of this one's. */
  crowded: boolean;
}

/** Places for requests at once, first come, first served. Some servers take fewer than they are allowed: that is learned. */
export class Slots {
  readonly #most: number;
  readonly #onFewer: (now: number) => void;
  readonly #waiting: Waiting[] = [];
  readonly #holders = new Set<Holder>();
  #now: number;
  #answered = 0;

  /** `most` places, never more; `onFewer` hears when there are fewer from now on. */
  constructor(most: number, onFewer: (now: number) => void = () => {}) {
    this.#most = most;
    this.#now = most;
    this.#onFewer = onFewer;
  }

  /** Places at present. */
  get now(): number {
    return this.#now;
  }

  /**
   * Does `work` as soon as there is a place. `isInterruption` tells of its errors which of them mean that the server gave
   * it up for another request: then there are half as many places.
   * @throws what `work` throws, or the signal's reason
   */
  async run<T>(
    signal: AbortSignal,
    isInterruption: (error: unknown) => boolean,
    work: () => Promise<T>,
  ): Promise<T> {
    const holder = await this.#place(signal);
    try {
      signal.throwIfAborted();
      const result = await work();
      this.#recover();
      return result;
    } catch (error) {
      if (isInterruption(error) && holder.crowded) this.#fewer();
      throw error;
    } finally {
      this.#holders.delete(holder);
      this.#next();
    }
  }

  #place(signal: AbortSignal): Promise<Holder> {
    signal.throwIfAborted();
    if (this.#holders.size < this.#now) return Promise.resolve(this.#hold());
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        start: (holder) => {
          signal.removeEventListener('abort', abort);
          resolve(holder);
        },
      };
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.push(waiting);
    });
  }

  /** Takes a place at once: whoever asks in the same turn must find it taken. */
  #hold(): Holder {
    const holder: Holder = { crowded: false };
    this.#holders.add(holder);
    if (this.#holders.size > 1) for (const other of this.#holders) other.crowded = true;
    return holder;
  }

  #next(): void {
    while (this.#holders.size < this.#now) {
      const waiting = this.#waiting.shift();
      if (!waiting) return;
      waiting.start(this.#hold());
    }
  }

  #fewer(): void {
    this.#answered = 0;
    if (this.#now === 1) return;
    this.#now = Math.floor(this.#now / 2);
    this.#onFewer(this.#now);
  }

  #recover(): void {
    this.#answered++;
    if (this.#now === this.#most || this.#answered < answersToRecover) return;
    this.#answered = 0;
    this.#now++;
  }
}
