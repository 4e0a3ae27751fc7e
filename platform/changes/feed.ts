import { BlobgraphError } from '../errors.ts';
import { EpochGone, type EventLog, type Position, PositionGone } from '../event-log/log.ts';
import { cancellable } from '../event-log/reading.ts';
import { decodeCursor, invalidCursor } from '../events/cursor.ts';
import type { Viewer } from '../identity/service-tokens.ts';
import type { Logger } from '../logger.ts';
import { type Change, type ChangeEntry, type ChangeFilter, passes } from './change.ts';
import { atMost, readMissed } from './missed.ts';
import { LogReader, type Stretch } from './reader.ts';
import { SeenVersions } from './seen.ts';

export interface ChangeSubscription {
  readonly viewer: Viewer;
  readonly filter: ChangeFilter;
  /** A change's cursor or a list's live cursor: what follows it comes first. Default: from now on. */
  readonly after?: string | null;
  /** Ends the subscription. */
  readonly signal?: AbortSignal;
}

/** Changes, for any number of subscribers of one process, read from the event log once. */
export interface ChangeFeed {
  /**
   * The viewer's own changes in the log's order, without a gap, none twice, until the iterator is returned.
   * @throws BlobgraphError, at `next()`: CURSOR_INVALID; CURSOR_EXPIRED when the log no longer reaches back to
   * `after`; SLOW_CONSUMER when the reader fell behind the history that is held; SERVICE_UNAVAILABLE
   */
  subscribe(subscription: ChangeSubscription): AsyncIterableIterator<Change, void, undefined>;
  close(): Promise<void>;
}

export interface ChangeFeedOptions {
  readonly log: EventLog;
  readonly logger: Logger;
  /** Changes of all users that are held in memory. Default: 10,000. */
  readonly historySize?: number;
  /** Milliseconds until the log is read again after a failure. Default: 500. */
  readonly reconnectMs?: number;
  /** Milliseconds that a subscriber waits for a log that does not answer. Default: 10,000. */
  readonly patienceMs?: number;
}

/** One subscriber and where it stands. */
interface Follower {
  readonly userId: string;
  readonly filter: ChangeFilter;
  readonly signal: AbortSignal;
  readonly seen: SeenVersions;
  position: Position;
}

const CATCH_UPS_AT_ONCE = 4;

const expired = (cause?: unknown) =>
  new BlobgraphError(
    'CURSOR_EXPIRED',
    'The log no longer reaches back to this cursor. Query afresh and pass on its `liveCursor`.',
    { field: 'after', cause },
  );

const unavailable = (cause?: unknown) =>
  new BlobgraphError('SERVICE_UNAVAILABLE', 'The event log does not answer. Try again later.', { cause });

/** Rethrows a failure to read the log for a subscriber. */
function refuse(error: unknown): never {
  throw error instanceof EpochGone || error instanceof PositionGone ? expired(error) : unavailable(error);
}

/** Starts to read the log at once. */
export function openChangeFeed(options: ChangeFeedOptions): ChangeFeed {
  return new LogFeed(options);
}

class LogFeed implements ChangeFeed {
  readonly #log: EventLog;
  readonly #reader: LogReader;
  readonly #patienceMs: number;
  readonly #catchUp = atMost(CATCH_UPS_AT_ONCE);

  constructor({
    log,
    logger,
    historySize = 10_000,
    reconnectMs = 500,
    patienceMs = 10_000,
  }: ChangeFeedOptions) {
    this.#log = log;
    this.#reader = new LogReader({ log, logger, historySize, reconnectMs });
    this.#patienceMs = patienceMs;
  }

  subscribe(subscription: ChangeSubscription): AsyncIterableIterator<Change, void, undefined> {
    return cancellable((signal) => this.#follow(subscription, signal), subscription.signal);
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  async *#follow({ viewer, filter, after }: ChangeSubscription, signal: AbortSignal) {
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
        follower = { userId: viewer.userId, filter, signal, seen, position };
      }
      if (follower.position.epoch !== epoch) throw expired();
      yield* this.#missed(stretch, follower);
      yield* this.#live(stretch, follower);
    }
  }

  async #stretch(signal: AbortSignal): Promise<Stretch | undefined> {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(this.#patienceMs)]);
    const stretch = await this.#reader.current(patience);
    if (!stretch && !signal.aborted) throw unavailable();
    return stretch;
  }

  /** A position that the log never had is none that this graph gave out. */
  async #assertReached({ epoch, sequence }: Position, stretch: Stretch): Promise<void> {
    if (epoch !== stretch.epoch || sequence <= stretch.recent.last) return;
    const head = await this.#log.head().catch(refuse);
    if (head.epoch === epoch && sequence > head.sequence) throw invalidCursor();
  }

  /** Changes before the history that is held, from the log, until the two meet. */
  async *#missed({ epoch, recent }: Stretch, follower: Follower) {
    const { userId, signal } = follower;
    const until = () => recent.floor;
    while (!signal.aborted && follower.position.sequence < recent.floor) {
      const after = follower.position;
      const read = () => readMissed({ log: this.#log, userId, after, until, signal });
      const { entries, through } = await this.#catchUp(read).catch(refuse);
      for (const entry of entries) yield* this.#hand(entry, follower);
      if (through === after.sequence && !signal.aborted) throw unavailable();
      follower.position = { epoch, sequence: through };
    }
  }

  /** The history that is held and what is added to it, until the stretch ends. */
  async *#live({ recent }: Stretch, follower: Follower) {
    const { userId, signal } = follower;
    let wake = () => {};
    const listener = () => wake();
    const unlisten = recent.listen(userId, listener);
    signal.addEventListener('abort', listener);
    try {
      while (!signal.aborted) {
        const entry = recent.after(userId, follower.position.sequence);
        if (entry) yield* this.#hand(entry, follower);
        else if (recent.ended) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      unlisten();
      signal.removeEventListener('abort', listener);
    }
  }

  *#hand(entry: ChangeEntry, follower: Follower) {
    follower.position = { epoch: follower.position.epoch, sequence: entry.sequence };
    if (passes(entry, follower.filter) && follower.seen.isNew(entry.change)) yield entry.change;
  }
}
