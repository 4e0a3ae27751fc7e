import { FairQueue } from '../concurrency/fair-queue.ts';
import type { Polled } from '../concurrency/polled.ts';
import type { EventLog } from '../event-log/log.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type AnnouncementSubscription, Announcements } from './announced.ts';
import type { Announcement, Change } from './change.ts';
import { type ChangeSubscription, type Followed, Follower } from './follower.ts';
import { type ChangeWatcher, LogReader } from './reader.ts';

export type { AnnouncementSubscription } from './announced.ts';
export type { ChangeSubscription } from './follower.ts';

/** Changes, for any number of subscribers of one process, read from the event log once. */
export interface ChangeFeed {
  /**
   * The viewer's own changes in the log's order, without a gap, none twice, until the iterator is returned.
   * @throws BlobgraphError, at `poll()` and `next()`: CURSOR_INVALID; CURSOR_EXPIRED when the log no longer reaches back to
   * `after`; SLOW_CONSUMER when the reader fell behind the history that is held; OVERLOADED when too many
   * subscriptions, or too many of this viewer's, wait for changes of before; SERVICE_UNAVAILABLE
   */
  subscribe(subscription: ChangeSubscription): Polled<Change>;
  /**
   * Announcements to the viewer from now on, until the iterator is returned. One that is lost on the way is lost.
   * @throws BlobgraphError, at `poll()` and `next()`: SLOW_CONSUMER when too much waited to be read; SERVICE_UNAVAILABLE
   */
  hear(subscription: AnnouncementSubscription): Polled<Announcement>;
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

/** Starts to read the log at once. */
export function openChangeFeed(options: ChangeFeedOptions): ChangeFeed {
  return new LogFeed(options);
}

class LogFeed implements ChangeFeed {
  readonly #followed: Followed;
  readonly #announcements: Announcements;

  constructor({
    log,
    logger,
    historySize = 20_000,
    historyBytes = 16 * 1024 ** 2,
    reconnectMs = 500,
    patienceMs = 10_000,
  }: ChangeFeedOptions) {
    const history = { changes: historySize, bytes: historyBytes };
    this.#followed = {
      log,
      reader: new LogReader({ log, logger, history, reconnectMs }),
      reading: new FairQueue({
        name: 'subscriptions that catch up',
        capacity: READING,
        capacityPerKey: READING_PER_USER,
        maxWaiting: WAITING,
        maxWaitingPerKey: WAITING_PER_USER,
        patienceMs: WAITING_MS,
      }),
      patienceMs,
    };
    this.#announcements = new Announcements(log);
  }

  subscribe(subscription: ChangeSubscription): Polled<Change> {
    return new Follower(subscription, this.#followed);
  }

  hear(subscription: AnnouncementSubscription): Polled<Announcement> {
    return this.#announcements.hear(subscription);
  }

  watch(watcher: ChangeWatcher): () => void {
    return this.#followed.reader.watch(watcher);
  }

  caughtUp(signal: AbortSignal): Promise<boolean> {
    return this.#followed.reader.caughtUp(signal);
  }

  close(): Promise<void> {
    this.#announcements.close();
    return this.#followed.reader.close();
  }
}

/** Lets one watcher hear of the feed that was opened last, once. */
export function watchedBy(watcher: ChangeWatcher) {
  let watched: ChangeFeed | undefined;
  let stop = () => {};
  const unwatch = () => {
    stop();
    stop = () => {};
    watched = undefined;
  };
  return {
    watch(feed: ChangeFeed): ChangeFeed {
      if (feed === watched) return feed;
      unwatch();
      watched = feed;
      stop = feed.watch(watcher);
      return feed;
    },
    unwatch,
  };
}
