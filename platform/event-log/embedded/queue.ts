import { randomUUID } from 'node:crypto';
import type { Clock } from '../../time/clock.ts';
import { type Coalescing, coalesce } from '../coalescing.ts';
import { unitedFilters } from '../subjects.ts';
import { Backlog } from './backlog.ts';
import { takenBy } from './durables.ts';
import type { Appended } from './stream.ts';
import type { ClaimedMessage, ConsumerState, LogTables } from './tables.ts';

export interface DurableQueueDependencies {
  readonly durable: string;
  readonly tables: LogTables;
  readonly clock: Clock;
  /** The sequence of the newest message. */
  readonly head: () => number;
}

/** A consumption that takes messages of the queue. */
export interface Taker {
  /** There may be something to claim. */
  wake(): void;
}

const MAX_BATCH = 500;
/** Messages that one claim looks at: those that the durable does not take are passed over in pieces. */
const WINDOW = 1_024;
/** The longest that `setTimeout` takes. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The messages of one durable consumer, for all that consume under its name in this process. */
export class DurableQueue {
  readonly durable: string;
  readonly #tables: LogTables;
  readonly #clock: Clock;
  readonly #head: () => number;
  readonly #acks: Coalescing<number, void>;
  readonly #backlog: Backlog;
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
    this.#backlog = new Backlog(tables, handedOut);
    this.#acks = coalesce(async (sequences) => {
      await tables.acknowledge(durable, sequences);
      return [];
    }, MAX_BATCH);
  }

  /** Takes up the consumer, or makes it, beginning with the oldest message kept. */
  static async open(dependencies: DurableQueueDependencies): Promise<DurableQueue> {
    const { tables, durable, clock } = dependencies;
    const state = await tables.consumer(durable, { id: randomUUID(), at: clock.now() });
    const queue = new DurableQueue(dependencies, state);
    if (state.dueAt) queue.#noteDue(state.dueAt);
    return queue;
  }

  /** Takes these subjects too from now on. */
  async widen(subjects: readonly string[]): Promise<void> {
    // Set first: two that widen at once must not forget each other's.
    this.#subjects = unitedFilters([...this.#subjects, ...subjects]);
    this.#pattern = new RegExp(takenBy(this.durable, this.#subjects));
    this.#backlog.forget(this.#handedOut);
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
    else if (this.#takers.size > 0 && this.#handedOut === previousHead) this.skip(this.#head());
  }

  /** Nothing up to `through` is to be handed out any more. */
  skip(through: number): void {
    if (through <= this.#handedOut) return;
    this.#handedOut = through;
    this.#backlog.forget(through);
  }

  /** Messages that are not acknowledged, and the sequence up to which all are. */
  async standing(): Promise<{ readonly waiting: number; readonly floor: number }> {
    const left = await this.#backlog.until(this.#head(), this.#pattern.source);
    const { count, first } = await this.#tables.deliveries(this.durable);
    return {
      waiting: left.count + count,
      floor: first === null ? left.after : Math.min(first - 1, left.after),
    };
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
    const claimed: ClaimedMessage[] = [];
    while (claimed.length < limit && this.#handedOut < this.#head()) {
      const after = this.#handedOut;
      const range = { after, through: Math.min(this.#head(), after + WINDOW) };
      const found = await this.#tables.claimNew(
        this.durable,
        range,
        this.#pattern.source,
        limit - claimed.length,
      );
      claimed.push(...found.claimed);
      this.#backlog.handedOut({ after, through: found.through }, found.claimed.length);
      this.#handedOut = Math.max(this.#handedOut, found.through);
    }
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
