import type { FairQueue } from '../concurrency/fair-queue.ts';
import { Ending, OVER, type Sleeper } from '../concurrency/polled.ts';
import { BlobgraphError } from '../errors/errors.ts';
import { EpochGone, PositionGone } from '../event-log/errors.ts';
import type { EventLog } from '../event-log/log.ts';
import type { Position } from '../event-log/message.ts';
import { decodeCursor, encodeCursor, invalidCursor } from '../events/cursor.ts';
import type { Viewer } from '../identity/service/caller.ts';
import { allChanges, type Change, type ChangeEntry, type WantedChanges } from './change.ts';
import { type Missed, readMissed } from './missed.ts';
import type { LogReader, Stretch } from './reader.ts';
import type { RecentChanges } from './recent.ts';
import { SeenVersions } from './seen.ts';

export interface ChangeSubscription {
  /** Whose changes are given, and nobody else's. */
  readonly viewer: Viewer;
  /** Default: all of the viewer's. */
  readonly wanted?: WantedChanges;
  /** A change's cursor or a list's live cursor: changes after it come first. Default: from now on. */
  readonly after?: string | null;
  /** Ends the subscription. */
  readonly signal?: AbortSignal | undefined;
  /** Called once `after` is known to be good, and again now and then. */
  readonly joined?: (() => void) | undefined;
  /** Called whenever there is nothing to give for now: up to the cursor, all was given. */
  readonly reached?: ((cursor: string) => void) | undefined;
}

/** Shared by the subscribers of a process. */
export interface Followed {
  readonly log: EventLog;
  readonly reader: LogReader;
  /** Turns to read the log. */
  readonly reading: FairQueue;
  /** Milliseconds to wait for a log that does not answer. */
  readonly patienceMs: number;
}

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
export function refuse(error: unknown): never {
  if (error instanceof BlobgraphError) throw error;
  throw error instanceof EpochGone || error instanceof PositionGone ? expired(error) : unavailable(error);
}

/** Changes that were read of the log, and how many of them were given. */
interface Reading {
  readonly missed: Missed;
  given: number;
}

/**
 * One subscriber, and where it stands. Each step is decided by that and by what the history knows of its user at that
 * moment, and by nothing else of how it came there: there is no order of events in which something falls between what is
 * read of the log and what of the history. While it waits it holds itself, and its place among its user's listeners.
 */
export class Follower extends Ending<Change> implements Sleeper {
  readonly #followed: Followed;
  readonly #subscription: ChangeSubscription;
  #position: Position | undefined;
  /** The history that it listens to. */
  #recent: RecentChanges | undefined;
  /** Made with the first change: most subscriptions wait, and are many. */
  #seen: SeenVersions | undefined;
  #reading: Reading | undefined;
  /** It is given changes of the history, and has not had all of them. */
  #isBehind = false;
  /** Ends what it waits for at the log. */
  #ending: AbortController | undefined;

  constructor(subscription: ChangeSubscription, followed: Followed) {
    super(subscription.signal);
    this.#subscription = subscription;
    this.#followed = followed;
  }

  async poll(): Promise<IteratorResult<Change, void> | undefined> {
    try {
      while (!this.isOver) {
        const recent = this.#recent ?? (await this.#join());
        if (!recent) break;
        const step = this.#read() ?? this.#step(recent);
        const value = step instanceof Promise ? await step : step;
        if (value && !this.isOver) return { done: false, value };
        if (value === null) return this.isOver ? OVER : undefined;
      }
    } catch (error) {
      this.end();
      throw error;
    }
    this.end();
    return OVER;
  }

  wake(): void {
    this.stir();
  }

  get #userId(): string {
    return this.#subscription.viewer.userId;
  }

  /** The next change of the history; null: none for now; undefined: another step is to follow. */
  #step(recent: RecentChanges): Change | null | undefined | Promise<undefined> {
    const position = this.#position as Position;
    const following = recent.after(this.#userId, position.sequence);
    if (following.kind === 'change') {
      this.#isBehind = true;
      return this.#wanted(following.entry);
    }
    if (following.kind === 'unknown') {
      // It had joined the history, and was behind when later changes were dropped.
      if (this.#isBehind) throw slowConsumer();
      return this.#readLog(position, following.through);
    }
    this.#position = { epoch: position.epoch, sequence: following.through };
    this.#isBehind = false;
    if (recent.ended) return this.#part();
    this.#subscription.joined?.();
    this.#subscription.reached?.(encodeCursor(this.#position));
    return null;
  }

  /** Listens to the history that there is; undefined when it is over. */
  async #join(): Promise<RecentChanges | undefined> {
    const { after } = this.#subscription;
    const given = after == null ? undefined : decodeCursor(after);
    const stretch = this.#followed.reader.now ?? (await this.#stretch());
    if (!stretch) return undefined;
    const { epoch, head, recent } = stretch;
    if (!this.#position) {
      if (given) await this.#assertReached(given, stretch);
      this.#position = given ?? { epoch, sequence: Math.max(head, recent.last) };
    }
    if (this.#position.epoch !== epoch) throw expired();
    if (this.isOver) return undefined;
    recent.listen(this.#userId, this);
    this.#recent = recent;
    return recent;
  }

  /** Waits for the log; undefined when it is over. */
  async #stretch(): Promise<Stretch | undefined> {
    const { reader, patienceMs } = this.#followed;
    const patience = AbortSignal.any([this.#signal(), AbortSignal.timeout(patienceMs)]);
    const stretch = await reader.current(patience);
    this.#ending = undefined;
    if (!stretch && !this.isOver && !reader.closed) throw unavailable();
    return stretch;
  }

  /** A position that the log never had was not given out by this graph. */
  async #assertReached({ epoch, sequence }: Position, stretch: Stretch): Promise<void> {
    if (epoch !== stretch.epoch || sequence <= stretch.recent.last) return;
    const head = await this.#followed.log.head().catch(refuse);
    if (head.epoch === epoch && sequence > head.sequence) throw invalidCursor();
  }

  /** Reads changes up to a sequence, or the first of them, of the log. */
  async #readLog(after: Position, through: number): Promise<undefined> {
    const { log, reading } = this.#followed;
    const { wanted: { events } = allChanges } = this.#subscription;
    const userId = this.#userId;
    const signal = this.#signal();
    const read = () => readMissed({ log, userId, events, after, through, signal });
    const missed = await reading.run(userId, read, { signal }).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      return refuse(error);
    });
    this.#ending = undefined;
    if (missed) this.#reading = { missed, given: 0 };
  }

  /** The next change of what was read of the log; undefined when all of it was given. */
  #read(): Change | undefined {
    const reading = this.#reading;
    if (!reading) return undefined;
    const { entries, through } = reading.missed;
    while (reading.given < entries.length) {
      const entry = entries[reading.given];
      reading.given += 1;
      const change = entry && this.#wanted(entry);
      if (change) return change;
    }
    this.#reading = undefined;
    this.#position = { epoch: (this.#position as Position).epoch, sequence: through };
    this.#subscription.joined?.();
    return undefined;
  }

  /** Goes on behind an entry. @returns its change, unless it is not wanted, or was given before */
  #wanted({ sequence, change }: ChangeEntry): Change | undefined {
    const { wanted: { events, passes } = allChanges } = this.#subscription;
    this.#position = { epoch: (this.#position as Position).epoch, sequence };
    if (!events.includes(change.event) || !passes(change)) return undefined;
    this.#seen ??= new SeenVersions();
    return this.#seen.isNew(change) ? change : undefined;
  }

  #signal(): AbortSignal {
    this.#ending ??= new AbortController();
    return this.#ending.signal;
  }

  /** Listens no more. */
  #part(): undefined {
    this.#recent?.unlisten(this.#userId, this);
    this.#recent = undefined;
    return undefined;
  }

  protected leave(): void {
    this.#part();
    this.#ending?.abort();
  }
}
