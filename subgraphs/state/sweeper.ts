import { withoutDeadline } from '../../platform/deadline.ts';
import type { Logger } from '../../platform/logger.ts';
import { repeating } from '../../platform/repeating.ts';

/** Works on what is named to it soon, and on what a crash left behind by looking for it. */
export interface Sweeper {
  /** Asks for this to be worked on now. */
  nudge(id: string): void;
  start(): void;
  /** Finishes what is in work; the rest is found at the next start. */
  stop(): Promise<void>;
}

type Batch = readonly [string, ...string[]];

export interface SweeperOptions {
  /** For the log, e.g. `publishing`. */
  readonly what: string;
  /** Ids to work on, the most urgent first; bounded. */
  find(): Promise<readonly string[]>;
  /** Does it; safe to do again, also by several processes at once. Of a batch, one that fails keeps no other from it. */
  work(ids: Batch): Promise<void>;
  /** Calls of `work` at once. */
  readonly concurrency: number;
  /** Ids in one call at most: as many as have come together while others were worked on. Default 1. */
  readonly batch?: number;
  readonly logger: Logger;
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/** When to try again what has been tried since `since`: after half as long again, 1 s to a minute. */
export function nextAttempt(since: Date, now: Date): Date {
  const delay = (now.getTime() - since.getTime()) / 2;
  return new Date(now.getTime() + Math.min(Math.max(delay, FIRST_DELAY_MS), LONGEST_DELAY_MS));
}

const SWEEP_EVERY_MS = 1_000;
/** Nudges beyond this are left to the sweep: memory stays bounded while nothing can be done. */
const MAX_QUEUE = 10_000;

class QueueSweeper implements Sweeper {
  readonly #options: SweeperOptions;
  readonly #queue = new Set<string>();
  readonly #working = new Set<string>();
  readonly #calls = new Set<Promise<void>>();
  readonly #sweeping = repeating(SWEEP_EVERY_MS, () => this.#sweep());
  #stopped = false;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  nudge(id: string): void {
    if (this.#stopped || this.#queue.size >= MAX_QUEUE) return;
    this.#queue.add(id);
    // Whoever nudges does not wait for it.
    withoutDeadline(() => this.#pump());
  }

  start(): void {
    this.#sweeping.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#queue.clear();
    await this.#sweeping.stop();
    await Promise.all(this.#calls);
  }

  async #sweep(): Promise<void> {
    const { find, what, logger } = this.#options;
    try {
      for (const id of await find()) this.nudge(id);
    } catch (error) {
      logger.warn({ err: error }, `looking for what waits for ${what} failed; trying again`);
    }
  }

  /** The next of the queue. The same is never worked on twice at once in this process. */
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
      await work(ids);
    } catch (error) {
      logger.warn({ err: error, ids }, `${what} failed; the sweep tries again`);
    } finally {
      for (const id of ids) this.#working.delete(id);
    }
  }
}

export const createSweeper = (options: SweeperOptions): Sweeper => new QueueSweeper(options);
