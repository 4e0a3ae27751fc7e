import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { type Entering, FairQueue, type Holder, type Leave } from '../../concurrency/fair-queue.ts';
import { createLoopUse } from './loop-use.ts';

/** Requests of all users that are worked on at once; more wait for their turn. */
const PLACES = 64;
/** Share of the free places that one user may take: another user always finds one. */
const SHARE_OF_FREE = 3;
/** Bytes of large bodies of all users, those of one user, and from which size on a body is large. */
const BODIES_BYTES = 64 * 1024 * 1024;
const BODIES_BYTES_PER_USER = 24 * 1024 * 1024;
const LARGE_BYTES = 64 * 1024;
/** The same for answers that are not sent yet, since their client reads slowly or not at all. */
const ANSWERS_BYTES = 256 * 1024 * 1024;
const ANSWERS_BYTES_PER_USER = 48 * 1024 * 1024;
/** Operations of all users that make large answers at once: parsed and merged, each takes many times its bytes. */
const LARGE_AT_ONCE = 4;
/** Files that are sent or read at once, of all users and of one: each holds a connection for as long as its client likes. */
const TRANSFERS = 256;
const TRANSFERS_PER_USER = 16;
/** How long a user counts as present after their last request. */
const HERE_FOR_MS = 10_000;
/** Requests of one user at once while others are present and the event loop is idle half of the time. */
const FEW = 4;
const HALF = 0.5;
/** Work that takes longer waits for I/O: it no longer keeps its user's next request from the loop. */
const LONG_MS = 250;
const PATIENCE_MS = 10_000;
/** Changes that wait to be told: as many as subscribers may wait for changes of before. */
const TOLD_LATER = 20_000;
const LOOK_EVERY_MS = 25;
/** Work that begins in one turn of the event loop, until it reads again what others send. */
const STRETCH_MS = 5;

export interface SharesOptions {
  /** Requests in work and waiting, of all users. */
  readonly requests: number;
  /** How busy the event loop is, 0 to 1. */
  readonly loopUse?: () => number;
  /** In milliseconds. Default: that of `performance.now()`. */
  readonly now?: () => number;
}

/** The latest users and when they came: enough to tell whether a user is alone. */
class Presence {
  #last = { key: '', at: Number.NEGATIVE_INFINITY };
  #other = Number.NEGATIVE_INFINITY;

  note(key: string, at: number): void {
    if (key !== this.#last.key) this.#other = this.#last.at;
    this.#last = { key, at };
  }

  isAlone(key: string, now: number): boolean {
    const other = key === this.#last.key ? this.#other : this.#last.at;
    return now - other > HERE_FOR_MS;
  }
}

/**
 * Lets work begin for a few milliseconds in one turn of the event loop. Work that ends lets the next begin by a promise,
 * and a chain of those, however long, keeps the loop from reading what somebody else has sent.
 */
class Stretch {
  readonly #now: () => number;
  #since: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Resolves when work may begin. */
  async begin(): Promise<void> {
    while (this.#since !== undefined && this.#now() - this.#since >= STRETCH_MS) await turnOfLoop();
    if (this.#since !== undefined) return;
    this.#since = this.#now();
    setImmediate(() => {
      this.#since = undefined;
    });
  }
}

/**
 * A service's work and the bytes that it takes in, shared between its users. All that users ask runs in turns on one event loop:
 * whoever has fifty operations under way there has fifty pieces of work ahead of everybody's next one. So a user who is
 * not alone has one request at once in work while the loop is busy, and further ones as the loop has time for them.
 */
export class Shares {
  readonly #requests: FairQueue;
  readonly #bodies: FairQueue;
  readonly #answers: FairQueue;
  readonly #large: FairQueue;
  readonly #transfers: FairQueue;
  readonly #short: FairQueue;
  readonly #later: FairQueue;
  readonly #presence = new Presence();
  readonly #loopUse: () => number;
  readonly #now: () => number;
  readonly #stretch: Stretch;
  readonly #places: number;
  #refused = 0;
  #looking: NodeJS.Timeout | undefined;

  constructor({ requests, loopUse = createLoopUse(), now = () => performance.now() }: SharesOptions) {
    this.#loopUse = loopUse;
    this.#now = now;
    this.#stretch = new Stretch(now);
    this.#places = Math.min(PLACES, requests);
    this.#requests = new FairQueue({
      name: 'requests in work',
      capacity: this.#places,
      maxWaiting: requests - this.#places,
      patienceMs: PATIENCE_MS,
      mayTakeMore: (holder) => this.#mayTakeMore(holder),
    });
    this.#bodies = new FairQueue({
      name: 'bytes of large request bodies',
      capacity: BODIES_BYTES,
      capacityPerKey: BODIES_BYTES_PER_USER,
      maxWaiting: requests * BODIES_BYTES,
      patienceMs: PATIENCE_MS,
    });
    this.#answers = new FairQueue({
      name: 'bytes of answers that are not read',
      capacity: ANSWERS_BYTES,
      capacityPerKey: ANSWERS_BYTES_PER_USER,
      maxWaiting: requests * ANSWERS_BYTES,
      patienceMs: PATIENCE_MS,
      // As much stays free for others as one has.
      mayTakeMore: ({ inWork }) => inWork < ANSWERS_BYTES - this.#answers.inWork,
    });
    this.#large = new FairQueue({
      name: 'large answers',
      capacity: LARGE_AT_ONCE,
      capacityPerKey: 1,
      maxWaiting: requests,
      patienceMs: PATIENCE_MS,
    });
    this.#transfers = new FairQueue({
      name: 'files that are sent or read',
      capacity: TRANSFERS,
      capacityPerKey: TRANSFERS_PER_USER,
      maxWaiting: requests,
      patienceMs: PATIENCE_MS,
    });
    this.#later = new FairQueue({
      name: 'changes that are told',
      capacity: this.#places + ((requests - this.#places) >> 1),
      maxWaiting: TOLD_LATER,
      patienceMs: PATIENCE_MS,
    });
    this.#short = new FairQueue({
      name: 'operations that are read',
      capacity: 1,
      maxWaiting: requests,
      patienceMs: PATIENCE_MS,
    });
  }

  /** Requests that are worked on. */
  get inWork(): number {
    return this.#requests.inWork;
  }

  /** Requests that wait for their turn. */
  get waiting(): number {
    return this.#requests.waiting + this.#later.waiting;
  }

  /** Requests that were refused: their user had too many waiting, or waited too long. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Resolves when it is the user's turn; it lasts until the answer is called. `later`: work that nobody has asked for just
   * now, e.g. telling a subscriber of a change: requests of all users go first, three of four times.
   * @throws BlobgraphError OVERLOADED when the user has too many waiting, or waits for longer than `patienceMs`
   * (default 10 s); the signal's reason
   */
  async turn(
    userId: string,
    options: { later?: boolean; patienceMs?: number; signal?: AbortSignal } = {},
  ): Promise<Leave> {
    this.#presence.note(userId, this.#now());
    this.#look();
    const leave = await this.#counted(this.#enter(userId, options));
    await this.#stretch.begin();
    return leave;
  }

  /** Those for later wait apart, so that they take half of the room to wait in, however many are told at once. */
  async #enter(userId: string, options: Entering): Promise<Leave> {
    if (!options.later) return this.#requests.enter(userId, options);
    const leaveLater = await this.#later.enter(userId, { ...options, later: false });
    try {
      const leave = await this.#requests.enter(userId, options);
      return () => {
        leave();
        leaveLater();
      };
    } catch (error) {
      leaveLater();
      throw error;
    }
  }

  /**
   * Does work of a few milliseconds that takes no turn: one user's after another's, and the event loop reads what others
   * sent after each. @throws as {@link turn}, and what `work` throws
   */
  async short<T>(userId: string, work: () => Promise<T>): Promise<T> {
    const leave = await this.#counted(this.#short.enter(userId));
    try {
      return await work();
    } finally {
      await turnOfLoop();
      leave();
    }
  }

  /** Resolves when there is room for a body of so many bytes. @throws as {@link turn} */
  async room(userId: string, bytes: number, signal: AbortSignal): Promise<Leave> {
    if (bytes < LARGE_BYTES) return () => undefined;
    return this.#counted(this.#bodies.enter(userId, { size: bytes, signal }));
  }

  /** Resolves when there is room to keep an answer of so many bytes until it is read. @throws as {@link turn} */
  async roomForAnswer(userId: string, bytes: number, signal: AbortSignal): Promise<Leave> {
    if (bytes < LARGE_BYTES) return () => undefined;
    return this.#counted(this.#answers.enter(userId, { size: bytes, signal }));
  }

  /** Resolves when an operation may make a large answer: one at once of a user, a few in all. @throws as {@link turn} */
  large(userId: string, signal?: AbortSignal): Promise<Leave> {
    return this.#counted(this.#large.enter(userId, { signal }));
  }

  /** Resolves when a file may be sent or read, however long that takes then. @throws as {@link turn} */
  transfer(userId: string, signal: AbortSignal): Promise<Leave> {
    return this.#counted(this.#transfers.enter(userId, { signal }));
  }

  async #counted(entering: Promise<Leave>): Promise<Leave> {
    try {
      return await entering;
    } catch (error) {
      this.#refused += 1;
      throw error;
    }
  }

  #mayTakeMore({ key, inWork, since }: Holder): boolean {
    const free = this.#places - this.#requests.inWork;
    if (inWork >= SHARE_OF_FREE * free) return false;
    const now = this.#now();
    if (this.#presence.isAlone(key, now) || now - since >= inWork * LONG_MS) return true;
    return inWork < FEW && this.#loopUse() < HALF;
  }

  /** While some wait, asks again and again whether the loop has time for them. */
  #look(): void {
    if (this.#looking) return;
    this.#looking = setInterval(() => {
      this.#requests.look();
      if (this.#requests.waiting > 0) return;
      clearInterval(this.#looking);
      this.#looking = undefined;
    }, LOOK_EVERY_MS);
    this.#looking.unref();
  }
}
