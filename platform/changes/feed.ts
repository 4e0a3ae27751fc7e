import { FairQueue } from '../concurrency/fair-queue.ts';
import { BlobgraphError } from '../errors/errors.ts';
import { EpochGone, PositionGone } from '../event-log/errors.ts';
import type { EventLog } from '../event-log/log.ts';
import type { Position } from '../event-log/message.ts';
import { cancellable } from '../event-log/reading.ts';
import { decodeCursor, encodeCursor, invalidCursor } from '../events/cursor.ts';
import type { Viewer } from '../identity/service/caller.ts';
import type { Logger } from '../telemetry/logger.ts';
import { Announcements } from './announced.ts';
import {
  type Announcement,
  allChanges,
  type Change,
  type ChangeEntry,
  type WantedChanges,
} from './change.ts';
import { readMissed } from './missed.ts';
import { type ChangeWatcher, LogReader, type Stretch } from './reader.ts';
import { SeenVersions } from './seen.ts';

export interface ChangeSubscription {
  /** Whose changes are given, and nobody else's. */
  readonly viewer: Viewer;
  /** Default: all of the viewer's. */
  readonly wanted?: WantedChanges;
  /** A change's cursor or a list's live cursor: changes after it come first. Default: from now on. */
  readonly after?: string | null;
  /** Ends the subscription. */
  readonly signal?: AbortSignal;
  /** Called once `after` is known to be good, and again now and then. */
  readonly joined?: (() => void) | undefined;
  /** Called whenever there is nothing to give for now: up to the cursor, all was given. */
  readonly reached?: ((cursor: string) => void) | undefined;
}

export interface AnnouncementSubscription extends Pick<ChangeSubscription, 'viewer' | 'signal'> {
  /** Called once they are listened to. */
  readonly joined?: (() => void) | undefined;
  readonly wanted: WantedChanges;
}

/** Changes, for any number of subscribers of one process, read from the event log once. */
export interface ChangeFeed {
  /**
   * The viewer's own changes in the log's order, without a gap, none twice, until the iterator is returned.
   * @throws BlobgraphError, at `next()`: CURSOR_INVALID; CURSOR_EXPIRED when the log no longer reaches back to
   * `after`; SLOW_CONSUMER when the reader fell behind the history that is held; OVERLOADED when too many
   * subscriptions, or too many of this viewer's, wait for changes of before; SERVICE_UNAVAILABLE
   */
  subscribe(subscription: ChangeSubscription): AsyncIterableIterator<Change, void, undefined>;
  /**
   * What is announced to the viewer from now on, until the iterator is returned. What is lost on the way is lost.
   * @throws BlobgraphError, at `next()`: SLOW_CONSUMER when too much waited to be read; SERVICE_UNAVAILABLE
   */
  hear(subscription: AnnouncementSubscription): AsyncIterableIterator<Announcement, void, undefined>;
  /** Tells of all changes that are read from now on, until the function that it returns is called. */
  watch(watcher: ChangeWatcher): () => void;
  /**
   * Waits until watchers were told of all that the log has now. False when the log was lost meanwhile.
   * @throws EventLogUnavailable; the signal's reason
   */
  caughtUp(signal: AbortSignal): Promise<boolean>;
  /** Ends reading the log, and all subscriptions. */
  close(): Promise<void>;
}

export interface ChangeFeedOptions {
  readonly log: EventLog;
  /** Told when the log cannot be read, and of messages that are no changes. */
  readonly logger: Logger;
  /** Changes of all users that are held in memory; of one user half as many. Default: 20,000. */
  readonly historySize?: number;
  /** Bytes of memory that they take, one user's half of it. Default: 16 MiB. */
  readonly historyBytes?: number;
  /** Milliseconds until the log is read again after a failure. Default: 500. */
  readonly reconnectMs?: number;
  /** Milliseconds that a subscriber waits for a log that does not answer. Default: 10,000. */
  readonly patienceMs?: number;
}

/** One subscriber and where it stands. */
interface Follower {
  readonly userId: string;
  readonly wanted: WantedChanges;
  readonly signal: AbortSignal;
  readonly seen: SeenVersions;
  readonly joined: (() => void) | undefined;
  readonly reached: ((cursor: string) => void) | undefined;
  position: Position;
}

/**
 * Subscriptions that read the log at once, and of one user: each takes some milliseconds for some hundred changes. With
 * the embedded log every other statement waits behind them.
 */
const READING = 4;
const READING_PER_USER = 2;
/** Subscriptions that wait to read the log, and of one user. */
const WAITING = 20_000;
const WAITING_PER_USER = 1_000;
const WAITING_MS = 30_000;

const expired = (cause?: unknown) =>
  new BlobgraphError(
    'CURSOR_EXPIRED',
    'The log no longer reaches back to this cursor. Query afresh and pass on its `liveCursor`.',
    { field: 'after', cause },
  );

const slowConsumer = () =>
  new BlobgraphError(
    'SLOW_CONSUMER',
    'The subscriber reads too slowly and was cut off. Subscribe again with the last cursor as `after`.',
  );

const unavailable = (cause?: unknown) =>
  new BlobgraphError('SERVICE_UNAVAILABLE', 'The event log does not answer. Try again later.', { cause });

/** Rethrows a failure to read the log for a subscriber. */
function refuse(error: unknown): never {
  if (error instanceof BlobgraphError) throw error;
  throw error instanceof EpochGone || error instanceof PositionGone ? expired(error) : unavailable(error);
}

const wants = ({ events, passes }: WantedChanges, change: Change): boolean =>
  events.includes(change.event) && passes(change);

/** Starts to read the log at once. */
export function openChangeFeed(options: ChangeFeedOptions): ChangeFeed {
  return new LogFeed(options);
}

class LogFeed implements ChangeFeed {
  readonly #log: EventLog;
  readonly #reader: LogReader;
  readonly #patienceMs: number;
  readonly #announcements: Announcements;
  readonly #closing = new AbortController();
  readonly #reading = new FairQueue({
    name: 'subscriptions that catch up',
    capacity: READING,
    capacityPerKey: READING_PER_USER,
    maxWaiting: WAITING,
    maxWaitingPerKey: WAITING_PER_USER,
    patienceMs: WAITING_MS,
  });

  constructor({
    log,
    logger,
    historySize = 20_000,
    historyBytes = 16 * 1024 ** 2,
    reconnectMs = 500,
    patienceMs = 10_000,
  }: ChangeFeedOptions) {
    this.#log = log;
    this.#reader = new LogReader({
      log,
      logger,
      history: { changes: historySize, bytes: historyBytes },
      reconnectMs,
    });
    this.#patienceMs = patienceMs;
    this.#announcements = new Announcements(log);
  }

  subscribe(subscription: ChangeSubscription): AsyncIterableIterator<Change, void, undefined> {
    return cancellable((signal) => this.#follow(subscription, signal), subscription.signal);
  }

  hear(subscription: AnnouncementSubscription): AsyncIterableIterator<Announcement, void, undefined> {
    const start = (signal: AbortSignal) =>
      this.#heard(subscription, AbortSignal.any([signal, this.#closing.signal]));
    return cancellable(start, subscription.signal);
  }

  watch(watcher: ChangeWatcher): () => void {
    return this.#reader.watch(watcher);
  }

  caughtUp(signal: AbortSignal): Promise<boolean> {
    return this.#reader.caughtUp(signal);
  }

  close(): Promise<void> {
    this.#closing.abort();
    return this.#reader.close();
  }

  async *#heard({ viewer, wanted, joined = () => {} }: AnnouncementSubscription, signal: AbortSignal) {
    try {
      for await (const each of this.#announcements.hear(viewer.userId, signal, joined))
        if (wanted.events.includes(each.event) && wanted.passes(each)) yield each;
    } catch (error) {
      refuse(error);
    }
  }

  async *#follow(
    { viewer, wanted = allChanges, after, joined, reached }: ChangeSubscription,
    signal: AbortSignal,
  ) {
    const given = after == null ? undefined : decodeCursor(after);
    const seen = new SeenVersions();
    let follower: Follower | undefined;
    while (!signal.aborted && !this.#reader.closed) {
      const stretch = await this.#stretch(signal);
      if (!stretch) return;
      const { epoch, head, recent } = stretch;
      if (!follower) {
        if (given) await this.#assertReached(given, stretch);
        const position = given ?? { epoch, sequence: Math.max(head, recent.last) };
        follower = { userId: viewer.userId, wanted, signal, seen, joined, reached, position };
      }
      if (follower.position.epoch !== epoch) throw expired();
      yield* this.#within(stretch, follower);
    }
  }

  async #stretch(signal: AbortSignal): Promise<Stretch | undefined> {
    // As nearly always: without signals of its own, of which each subscriber would keep some.
    const now = this.#reader.now;
    if (now) return now;
    const patience = AbortSignal.any([signal, AbortSignal.timeout(this.#patienceMs)]);
    const stretch = await this.#reader.current(patience);
    if (!stretch && !signal.aborted && !this.#reader.closed) throw unavailable();
    return stretch;
  }

  /** A position that the log never had was not given out by this graph. */
  async #assertReached({ epoch, sequence }: Position, stretch: Stretch): Promise<void> {
    if (epoch !== stretch.epoch || sequence <= stretch.recent.last) return;
    const head = await this.#log.head().catch(refuse);
    if (head.epoch === epoch && sequence > head.sequence) throw invalidCursor();
  }

  /**
   * The follower's changes until the stretch ends: from the history what it has, from the log what it has no more. Each
   * step is decided by where the follower stands and what the history knows of this user at that moment; nothing else
   * is remembered of how it came there, so that there is no order of events in which something falls between the two.
   */
  async *#within({ epoch, recent }: Stretch, follower: Follower) {
    const { userId, signal } = follower;
    let wake = () => {};
    const listener = () => wake();
    const unlisten = recent.listen(userId, listener);
    signal.addEventListener('abort', listener);
    let isReading = false;
    try {
      while (!signal.aborted) {
        const following = recent.after(userId, follower.position.sequence);
        if (following.kind === 'change') {
          yield* this.#hand(following.entry, follower);
          isReading = true;
        } else if (following.kind === 'unknown') {
          // It had joined the history, and was behind when later changes were dropped.
          if (isReading) throw slowConsumer();
          yield* this.#missed(following.through, follower);
        } else {
          follower.position = { epoch, sequence: following.through };
          isReading = false;
          if (recent.ended) return;
          follower.joined?.();
          follower.reached?.(encodeCursor(follower.position));
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      unlisten();
      signal.removeEventListener('abort', listener);
    }
  }

  /** The follower's changes up to a sequence, or the first of them, from the log. */
  async *#missed(through: number, follower: Follower) {
    const { userId, wanted, signal, position: after } = follower;
    const { events } = wanted;
    const read = () => readMissed({ log: this.#log, userId, events, after, through, signal });
    const missed = await this.#reading.run(userId, read, { signal }).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      return refuse(error);
    });
    if (!missed) return;
    for (const entry of missed.entries) yield* this.#hand(entry, follower);
    follower.position = { epoch: after.epoch, sequence: missed.through };
    follower.joined?.();
  }

  *#hand(entry: ChangeEntry, follower: Follower) {
    follower.position = { epoch: follower.position.epoch, sequence: entry.sequence };
    if (wants(follower.wanted, entry.change) && follower.seen.isNew(entry.change)) yield entry.change;
  }
}
