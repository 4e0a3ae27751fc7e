import type { Clock } from '../clock.ts';
import { type Coalescing, coalesce } from './coalescing.ts';
import type { Appended } from './log.embedded.stream.ts';
import type { ClaimedMessage, ConsumerState, LogTables } from './log.embedded.tables.ts';
import { replaySubject } from './replay.ts';
import { subjectPattern, unitedFilters } from './subjects.ts';

export interface DurableQueueDependencies {
  readonly durable: string;
  readonly tables: LogTables;
  readonly clock: Clock;
  /** The sequence of the newest message. */
  readonly head: () => number;
}

/** Matches what a durable consumer with these filters takes. */
export const takenBy = (durable: string, subjects: readonly string[]): string =>
  subjectPattern([...subjects, replaySubject(durable)]);

/** One that takes messages of the queue. */
export interface Taker {
  /** There may be something to claim. */
  wake(): void;
}

const MAX_BATCH = 500;
/** The longest that `setTimeout` takes. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The messages of one durable consumer, for all that consume under its name in this process. */
export class DurableQueue {
  readonly durable: string;
  readonly #tables: LogTables;
  readonly #clock: Clock;
  readonly #head: () => number;
  readonly #acks: Coalescing<number, void>;
  readonly #takers = new Set<Taker>();
  #subjects: readonly string[];
  #pattern: RegExp;
  #handedOut: number;
  /** When the earliest delivery is due again, in epoch milliseconds. */
  #dueAt = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #claiming: Promise<unknown> = Promise.resolve();

  private constructor(
    { durable, tables, clock, head }: DurableQueueDependencies,
    { handedOut, subjects }: ConsumerState,
  ) {
    this.durable = durable;
    this.#tables = tables;
    this.#clock = clock;
    this.#head = head;
    this.#subjects = subjects;
    this.#pattern = new RegExp(takenBy(durable, subjects));
    this.#handedOut = handedOut;
    this.#acks = coalesce(async (sequences) => {
      await tables.acknowledge(durable, sequences);
      return [];
    }, MAX_BATCH);
  }

  /** Takes up the consumer, or makes it, beginning after `start`. */
  static async open(dependencies: DurableQueueDependencies, start: number): Promise<DurableQueue> {
    const state = await dependencies.tables.consumer(dependencies.durable, start);
    const queue = new DurableQueue(dependencies, state);
    if (state.dueAt) queue.#noteDue(state.dueAt);
    return queue;
  }

  /** Takes these subjects too from now on. */
  async widen(subjects: readonly string[]): Promise<void> {
    // Set first: two that widen at once must not forget each other's.
    this.#subjects = unitedFilters([...this.#subjects, ...subjects]);
    this.#pattern = new RegExp(takenBy(this.durable, this.#subjects));
    await this.#tables.setSubjects(this.durable, this.#subjects);
  }

  /** Wakes `taker` whenever there may be something to claim, until the answer is called. */
  attach(taker: Taker): () => void {
    this.#takers.add(taker);
    return () => {
      this.#takers.delete(taker);
    };
  }

  /** Saves the statement that would find nothing when all before is claimed and what is new interests nobody. */
  appended({ previousHead, subjects }: Appended): void {
    if (subjects.some((subject) => this.#pattern.test(subject))) this.#wake();
    else if (this.#takers.size > 0 && this.#handedOut === previousHead) this.#handedOut = this.#head();
  }

  /** Takes up to `limit` messages into work, those that are due again first. One claim runs at a time. */
  claim(limit: number): Promise<ClaimedMessage[]> {
    const claim = this.#claiming.then(async () => {
      const due = await this.#claimDue(limit);
      return [...due, ...(await this.#claimNew(limit - due.length))];
    });
    this.#claiming = claim.catch(() => undefined);
    return claim;
  }

  /** Resolves when the acknowledgement is durable. */
  acknowledge(sequence: number): Promise<void> {
    return this.#acks.add(sequence);
  }

  /** Delivers again after `afterMs`. */
  async putBack(claimed: ClaimedMessage, afterMs: number): Promise<void> {
    const dueAt = new Date(this.#clock.now().getTime() + afterMs);
    await this.#tables.putBack(this.durable, claimed, dueAt);
    this.#noteDue(dueAt);
  }

  /** As {@link putBack}; the delivery does not count. */
  async passOn(claimed: ClaimedMessage, afterMs: number): Promise<void> {
    const dueAt = new Date(this.#clock.now().getTime() + afterMs);
    await this.#tables.passOn(this.durable, claimed, dueAt);
    this.#noteDue(dueAt);
  }

  async setAside({ message, earlierAttempts }: ClaimedMessage, reason: string, made: number): Promise<void> {
    const { durable } = this;
    const attempts = earlierAttempts + made;
    await this.#tables.setAside({ durable, reason, attempts, setAsideAt: this.#clock.now(), message });
  }

  /** Stops the timer and waits for what is being written. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#claiming;
    await this.#acks.idle();
  }

  #wake(): void {
    const takers = [...this.#takers];
    for (const taker of takers) taker.wake();
    // Who is woken first claims first: what one passes on must come to the others too.
    const [first] = takers;
    if (first && this.#takers.delete(first)) this.#takers.add(first);
  }

  async #claimDue(limit: number): Promise<ClaimedMessage[]> {
    const now = this.#clock.now();
    if (this.#dueAt > now.getTime()) {
      this.#arm();
      return [];
    }
    // Before the statements: what becomes due during them must not be forgotten.
    this.#dueAt = Number.POSITIVE_INFINITY;
    try {
      const claimed = await this.#tables.claimDue(this.durable, now, limit);
      const next = await this.#tables.nextDue(this.durable);
      if (next) this.#noteDue(next);
      return claimed;
    } catch (error) {
      this.#dueAt = now.getTime();
      throw error;
    }
  }

  async #claimNew(limit: number): Promise<ClaimedMessage[]> {
    const head = this.#head();
    if (limit <= 0 || this.#handedOut >= head) return [];
    const { claimed, through } = await this.#tables.claimNew(this.durable, {
      after: this.#handedOut,
      pattern: this.#pattern.source,
      limit,
      head,
    });
    this.#handedOut = Math.max(this.#handedOut, through);
    return claimed;
  }

  #noteDue(date: Date): void {
    if (date.getTime() >= this.#dueAt) return;
    this.#dueAt = date.getTime();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#arm();
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#dueAt === Number.POSITIVE_INFINITY) return;
    const pause = Math.max(0, this.#dueAt - this.#clock.now().getTime());
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#wake();
      },
      Math.min(pause, MAX_TIMEOUT_MS),
    );
  }
}
