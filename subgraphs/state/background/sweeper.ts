import type { Logger } from '../../../platform/telemetry/logger.ts';
import { withoutDeadline } from '../../../platform/time/deadline.ts';
import { type Periodic, periodic } from '../../../platform/time/periodic.ts';

/** Works on ids soon after a nudge, and finds those that a crash left behind. */
export interface Sweeper {
  /** Queues an id, and begins at the end of this turn of the event loop, with what else is nudged in it. */
  nudge(id: string): void;
  /** Queues ids, and begins at once. */
  begin(ids: readonly string[]): void;
  /** Looks for work about every second, until `stop`; the first time after one interval. */
  start(): void;
  /** Finishes the calls in progress. The rest is found at the next start. */
  stop(): Promise<void>;
}

type Batch = readonly [string, ...string[]];

export interface SweeperOptions {
  /** The work's name in the log, e.g. `publishing`. */
  readonly what: string;
  /** Ids with work to do, the most urgent first; bounded. */
  find(): Promise<readonly string[]>;
  /**
   * Does the work of a batch. Must be idempotent, and safe in several processes at once; an id that fails must not stop
   * the others. `signal` aborts at {@link Sweeper.stop}.
   */
  work(ids: Batch, signal: AbortSignal): Promise<void>;
  /** Maximum number of concurrent calls of `work`. */
  readonly concurrency: number;
  /** Maximum number of ids per call; a call takes what is queued. Default 1. */
  readonly batch?: number;
  /** Gets failures of `work`; those of `find` only when they begin and end. */
  readonly logger: Logger;
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/** When to retry work that has failed since `since`: after half that time, but 1 s to 60 s from now. */
export function nextAttempt(since: Date, now: Date): Date {
  const delay = (now.getTime() - since.getTime()) / 2;
  return new Date(now.getTime() + Math.min(Math.max(delay, FIRST_DELAY_MS), LONGEST_DELAY_MS));
}

const SWEEP_EVERY_MS = 1_000;
/** Further nudges are left to the sweep, so that memory stays bounded during an outage. */
const MAX_QUEUE = 10_000;

class QueueSweeper implements Sweeper {
  readonly #options: SweeperOptions;
  readonly #queue = new Set<string>();
  readonly #working = new Set<string>();
  readonly #calls = new Set<Promise<void>>();
  readonly #sweeping: Periodic;
  readonly #stopping = new AbortController();
  #isPumping = false;

  constructor(options: SweeperOptions) {
    this.#options = options;
    const { what, logger } = options;
    this.#sweeping = periodic({
      what: `looking for what waits for ${what}`,
      everyMs: SWEEP_EVERY_MS,
      logger,
      turn: () => this.#sweep(),
    });
  }

  nudge(id: string): void {
    this.#add(id);
    if (this.#isPumping) return;
    this.#isPumping = true;
    // The deadline of the request that nudges does not apply to the work; nor does it below.
    withoutDeadline(() => setImmediate(() => this.#pump()));
  }

  begin(ids: readonly string[]): void {
    for (const id of ids) this.#add(id);
    withoutDeadline(() => this.#pump());
  }

  start(): void {
    this.#sweeping.start();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#queue.clear();
    await this.#sweeping.stop();
    await Promise.all(this.#calls);
  }

  #add(id: string): void {
    if (!this.#stopping.signal.aborted && this.#queue.size < MAX_QUEUE) this.#queue.add(id);
  }

  async #sweep(): Promise<void> {
    for (const id of await this.#options.find()) this.nudge(id);
  }

  /** The next batch, without ids that this process is already working on. */
  #take(): string[] {
    const taken: string[] = [];
    for (const id of this.#queue) {
      if (taken.length >= (this.#options.batch ?? 1)) break;
      if (!this.#working.has(id)) taken.push(id);
    }
    for (const id of taken) {
      this.#queue.delete(id);
      this.#working.add(id);
    }
    return taken;
  }

  #pump(): void {
    this.#isPumping = false;
    while (this.#calls.size < this.#options.concurrency) {
      const [first, ...more] = this.#take();
      if (first === undefined) return;
      const call = this.#work([first, ...more]).finally(() => {
        this.#calls.delete(call);
        this.#pump();
      });
      this.#calls.add(call);
    }
  }

  async #work(ids: Batch): Promise<void> {
    const { work, what, logger } = this.#options;
    try {
      await work(ids, this.#stopping.signal);
    } catch (error) {
      logger.warn({ err: error, ids }, `${what} failed; the sweep tries again`);
    } finally {
      for (const id of ids) this.#working.delete(id);
    }
  }
}

export const createSweeper = (options: SweeperOptions): Sweeper => new QueueSweeper(options);
