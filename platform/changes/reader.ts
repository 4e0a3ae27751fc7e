import { EventEmitter, once } from 'node:events';
import { EpochGone, PositionGone } from '../event-log/errors.ts';
import type { EventLog } from '../event-log/log.ts';
import type { LoggedMessage } from '../event-log/message.ts';
import { isReplay } from '../event-log/replay.ts';
import { EVERYTHING } from '../event-log/subjects.ts';
import { type UserEvent, userEventIn } from '../events/user-events.ts';
import type { Logger } from '../telemetry/logger.ts';
import { pause } from '../time/pause.ts';
import type { ChangeEntry } from './change.ts';
import { changeEntryOf } from './missed.ts';
import { type HistoryLimits, RecentChanges } from './recent.ts';

/** Older messages that are read when the process starts: clients that reconnect after a restart are served at once. */
const READ_AT_START = 10_000;

/** The log between two breaks, as read: one epoch, without a gap. */
export interface Stretch {
  readonly epoch: string;
  /** The log's newest sequence when the stretch began. */
  readonly head: number;
  readonly recent: RecentChanges;
}

/** Is told of the log's changes as they are read. Neither method may throw. */
export interface ChangeWatcher {
  /** The next change of the log, of any user. */
  changed(entry: ChangeEntry): void;
  /** An event of a user. Default: it is passed over. */
  user?(event: UserEvent): void;
  /** Changes may have been missed: the log is another one, or no longer has those that came next. */
  missed(): void;
}

/** The one reader of the log in a process. After any failure it resumes where it stopped. */
export class LogReader {
  readonly #log: EventLog;
  readonly #logger: Logger;
  readonly #history: HistoryLimits;
  readonly #reconnectMs: number;
  readonly #closing = new AbortController();
  /** Emits `stretch` when one begins, and `read` when a message was read or the stretch ended. */
  readonly #events = new EventEmitter().setMaxListeners(0);
  readonly #watchers = new Set<ChangeWatcher>();
  /** Kinds of messages that this release does not know. */
  readonly #passedOver = new Set<string>();
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

  /** The current stretch; undefined while there is none. */
  get now(): Stretch | undefined {
    return this.#stretch;
  }

  /** The current stretch; undefined when there is none before `signal` aborts or the reader is closed. */
  async current(signal: AbortSignal): Promise<Stretch | undefined> {
    if (this.#stretch) return this.#stretch;
    const ending = AbortSignal.any([signal, this.#closing.signal]);
    const [stretch] = (await once(this.#events, 'stretch', { signal: ending }).catch(() => [])) as Stretch[];
    return stretch;
  }

  /** Tells of all changes that are read from now on, until the function that it returns is called. */
  watch(watcher: ChangeWatcher): () => void {
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  /**
   * Waits until all that the log has now was read. False when the log was lost meanwhile.
   * @throws EventLogUnavailable; the signal's reason
   */
  async caughtUp(signal: AbortSignal): Promise<boolean> {
    const { epoch, sequence } = await this.#log.head();
    const stretch = await this.current(signal);
    signal.throwIfAborted();
    if (stretch?.epoch !== epoch) return false;
    while (stretch.recent.last < sequence) {
      if (stretch.recent.ended) return false;
      await once(this.#events, 'read', { signal }).catch((error: unknown) => {
        signal.throwIfAborted();
        throw error;
      });
    }
    return true;
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
      await pause(this.#reconnectMs, signal);
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
    // Once more: what was published since the last stretch ended is not read either.
    this.#missed();
    this.#events.emit('stretch', stretch);
    return stretch;
  }

  async #read({ epoch, recent }: Stretch): Promise<void> {
    const { signal } = this.#closing;
    const after = { epoch, sequence: recent.last };
    // Also what is no change, so that the head is reached wherever it is.
    for await (const message of this.#log.read({ subjects: [EVERYTHING], after, signal })) {
      const entry = isReplay(message) ? undefined : changeEntryOf(message);
      if (entry) {
        recent.add(entry);
        for (const watcher of this.#watchers) watcher.changed(entry);
      } else {
        recent.skip(message.position.sequence);
        const event = userEventIn(message);
        if (event) for (const watcher of this.#watchers) watcher.user?.(event);
        else if (!isReplay(message)) this.#passOver(message);
      }
      this.#events.emit('read');
    }
  }

  /** Says so once of each kind: a newer release may tell of many. */
  #passOver({ id, subject }: LoggedMessage): void {
    const kind = subject.slice(0, subject.lastIndexOf('.'));
    if (this.#passedOver.has(kind)) return;
    this.#passedOver.add(kind);
    this.#logger.warn(
      { messageId: id, kind },
      'a message of the event log is no event that this release knows; it and others of its kind are passed over',
    );
  }

  #end(): void {
    const ended = this.#stretch;
    // Before its listeners hear of it: they look for the next.
    this.#stretch = undefined;
    ended?.recent.end();
    this.#missed();
    this.#events.emit('read');
  }

  #missed(): void {
    for (const watcher of this.#watchers) watcher.missed();
  }
}
