import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { EpochGone, type EventLog, PositionGone } from '../event-log/log.ts';
import { allSubjects } from '../events/events.ts';
import type { Logger } from '../logger.ts';
import { changeEntryOf } from './missed.ts';
import { type HistoryLimits, RecentChanges } from './recent.ts';

/** Messages of before that are read when the process starts: it serves at once those who come back after a restart. */
const READ_AT_START = 10_000;

/** The log between two breaks, as read: one epoch, without a gap. */
export interface Stretch {
  readonly epoch: string;
  /** The log's newest sequence when the stretch began. */
  readonly head: number;
  readonly recent: RecentChanges;
}

/** The one reader of the log that a process has: whatever breaks it, it takes up where it stopped. */
export class LogReader {
  readonly #log: EventLog;
  readonly #logger: Logger;
  readonly #history: HistoryLimits;
  readonly #reconnectMs: number;
  readonly #closing = new AbortController();
  readonly #begun = new EventEmitter().setMaxListeners(0);
  readonly #running: Promise<void>;
  #stretch: Stretch | undefined;
  #isFirst = true;

  /** Starts to read at once. */
  constructor(deps: { log: EventLog; logger: Logger; history: HistoryLimits; reconnectMs: number }) {
    this.#log = deps.log;
    this.#logger = deps.logger;
    this.#history = deps.history;
    this.#reconnectMs = deps.reconnectMs;
    this.#running = this.#run();
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** The current stretch; undefined when there is none before `signal` aborts. */
  async current(signal: AbortSignal): Promise<Stretch | undefined> {
    if (this.#stretch) return this.#stretch;
    const [stretch] = (await once(this.#begun, 'stretch', { signal }).catch(() => [])) as Stretch[];
    return stretch;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#read(this.#stretch ?? (await this.#begin()));
      } catch (error) {
        if (error instanceof EpochGone || error instanceof PositionGone) this.#end();
        else if (!signal.aborted) this.#logger.warn({ err: error }, 'reading the event log failed');
      }
      await delay(this.#reconnectMs, undefined, { signal }).catch(() => undefined);
    }
    this.#end();
  }

  async #begin(): Promise<Stretch> {
    const { epoch, sequence } = await this.#log.head();
    const floor = this.#isFirst
      ? Math.max(0, sequence - Math.min(this.#history.changes, READ_AT_START))
      : sequence;
    const stretch = { epoch, head: sequence, recent: new RecentChanges(floor, this.#history) };
    this.#isFirst = false;
    this.#stretch = stretch;
    this.#begun.emit('stretch', stretch);
    return stretch;
  }

  async #read({ epoch, recent }: Stretch): Promise<void> {
    const { signal } = this.#closing;
    const after = { epoch, sequence: recent.last };
    for await (const message of this.#log.read({ subjects: allSubjects, after, signal })) {
      const entry = changeEntryOf(message);
      if (entry) recent.add(entry);
      else {
        recent.skip(message.position.sequence);
        this.#logger.error({ messageId: message.id }, 'a message of the event log is no change of a blob');
      }
    }
  }

  #end(): void {
    this.#stretch?.recent.end();
    this.#stretch = undefined;
  }
}
