import { FairQueue } from '../../concurrency/fair-queue.ts';

/** Good answers in a row after which a server that was asked less at once is asked more again. */
const answersToRecover = 50;

interface Holder {
  /** Another held a place at some time of this one's. */
  crowded: boolean;
}

/** With so many places or more, one user leaves one free for the next user, however long the others are held. */
const ONE_IS_LEFT_FROM = 3;
/** Stands for the user where none is known. */
export const NOBODY = '';
/** A place is waited for as long as the run may take: it has a limit of its own. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/**
 * Places for requests at once, shared fairly between users. Some servers take fewer than they are allowed: that is
 * learned.
 */
export class Slots {
  readonly #most: number;
  readonly #onFewer: (now: number) => void;
  readonly #queue: FairQueue;
  readonly #holders = new Set<Holder>();
  #now: number;
  #answered = 0;

  /** `most` places, never more; `onFewer` hears when there are fewer from now on. */
  constructor(most: number, onFewer: (now: number) => void = () => {}) {
    this.#most = most;
    this.#now = most;
    this.#queue = new FairQueue({
      name: 'requests to the language model',
      capacity: most,
      maxWaiting: Number.POSITIVE_INFINITY,
      patienceMs: LONGEST_WAIT_MS,
      mayTakeMore: ({ key, inWork }) =>
        key === NOBODY || this.#now < ONE_IS_LEFT_FROM || inWork < this.#now - 1,
    });
    this.#onFewer = onFewer;
  }

  /** Places at present. */
  get now(): number {
    return this.#now;
  }

  /**
   * Does `work` as soon as there is a place and it is the user's turn. `isInterruption` tells of its errors which of them mean that the server gave
   * it up for another request: then there are half as many places.
   * @throws what `work` throws, or the signal's reason
   */
  async run<T>(
    userId: string,
    signal: AbortSignal,
    isInterruption: (error: unknown) => boolean,
    work: () => Promise<T>,
  ): Promise<T> {
    const leave = await this.#queue.enter(userId, { signal });
    const holder = this.#hold();
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
      leave();
    }
  }

  #hold(): Holder {
    const holder: Holder = { crowded: false };
    this.#holders.add(holder);
    if (this.#holders.size > 1) for (const other of this.#holders) other.crowded = true;
    return holder;
  }

  #fewer(): void {
    this.#answered = 0;
    if (this.#now === 1) return;
    this.#now = Math.floor(this.#now / 2);
    this.#queue.resize(this.#now);
    this.#onFewer(this.#now);
  }

  #recover(): void {
    this.#answered++;
    if (this.#now === this.#most || this.#answered < answersToRecover) return;
    this.#answered = 0;
    this.#now++;
    this.#queue.resize(this.#now);
  }
}
