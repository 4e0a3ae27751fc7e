import { BlobgraphError } from '../errors/errors.ts';

export interface FairQueueOptions {
  /** The thing waited for, as errors name it, e.g. `requests in work`. */
  readonly name: string;
  /** Sizes in work at once, all keys together: a number of places, or bytes. */
  readonly capacity: number;
  /** The part of `capacity` that one key may hold. Default: all of it. */
  readonly capacityPerKey?: number;
  /** Sizes that wait, all keys together. When that is reached, a key below its equal share takes from the largest. */
  readonly maxWaiting: number;
  /** The part of `maxWaiting` that one key may take. Default: all of it. */
  readonly maxWaitingPerKey?: number;
  /** Milliseconds that one waits at most. */
  readonly patienceMs: number;
  /** Whether a key that has something in work may take more now; {@link FairQueue.look} asks again. Default: it may. */
  readonly mayTakeMore?: (holder: Holder) => boolean;
}

/** A key that has something in work. */
export interface Holder {
  readonly key: string;
  /** Sizes that it has in work. */
  readonly inWork: number;
  /** When it took the newest of them, in the milliseconds of `performance.now()`. */
  readonly since: number;
}

export interface Entering {
  /** In the unit of `capacity`; one that is larger than a key may hold counts as that much. Default: 1. */
  readonly size?: number;
  /** Gives up waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Lets those of all keys go first that are not for later; every fourth turn is one for later. Default: false. */
  readonly later?: boolean;
  /** Milliseconds that it waits at most. Default: the queue's. */
  readonly patienceMs?: number;
}

/** Gives back what was entered with; calls after the first do nothing. */
export type Leave = () => void;

interface Waiter {
  readonly size: number;
  readonly later: boolean;
  admit(): void;
  refuse(error: unknown): void;
}

/** One key's sizes. */
interface Lane {
  readonly key: string;
  inWork: number;
  waiting: number;
  readonly now: Set<Waiter>;
  readonly later: Set<Waiter>;
  /** When each of those in work began, the oldest first. */
  readonly began: Set<{ readonly at: number }>;
}

/** Turns that go in a row to those that are not for later, while others wait. */
const MOST_PASSED = 3;

const waitersOf = (lane: Lane, { later }: Pick<Waiter, 'later'>): Set<Waiter> =>
  later ? lane.later : lane.now;
const waits = ({ now, later }: Lane): boolean => now.size + later.size > 0;
/** The one that is refused first: the newest of those that wait for later work, if there are any. */
const newest = ({ now, later }: Lane): Waiter | undefined => [...now, ...later].at(-1);

/**
 * A bounded capacity that keys, e.g. users, share fairly: whatever is given back goes to the key that has least in
 * work, and among equals to the one whose last turn is longest ago. However many wait under one key, another key
 * waits as if there was one. Within a key: first come, first served.
 */
export class FairQueue {
  readonly #options: Required<FairQueueOptions>;
  #capacity: number;
  /** Turns that were given while something for later waited. */
  #passed = 0;
  /** Waiters that let others go first. */
  #later = 0;
  readonly #lanes = new Map<string, Lane>();
  /** Lanes that have waiters, the next turn first. */
  readonly #turns = new Set<Lane>();
  #inWork = 0;
  #waiting = 0;

  constructor(options: FairQueueOptions) {
    const { capacity, maxWaiting } = options;
    this.#options = {
      capacityPerKey: capacity,
      maxWaitingPerKey: maxWaiting,
      mayTakeMore: () => true,
      ...options,
    };
    this.#capacity = capacity;
  }

  /** Sizes in work. */
  get inWork(): number {
    return this.#inWork;
  }

  /** Sizes that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Keys that have something in work or waiting. */
  get keys(): number {
    return this.#lanes.size;
  }

  /** Has another capacity from now on, at most the one that it was made with; what is in work beyond it goes on. */
  resize(capacity: number): void {
    this.#capacity = Math.min(capacity, this.#options.capacity);
    this.#admit();
  }

  /** Gives turns to whom {@link FairQueueOptions.mayTakeMore} now lets in. */
  look(): void {
    this.#admit();
  }

  /**
   * Runs `work` when it is the key's turn.
   * @throws BlobgraphError OVERLOADED when too much waits already, or for too long; the signal's reason
   */
  async run<T>(key: string, work: () => Promise<T>, entering: Entering = {}): Promise<T> {
    const leave = await this.enter(key, entering);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /**
   * Resolves when it is the key's turn, at once where there is room.
   * @throws BlobgraphError OVERLOADED when too much waits already, or for too long; the signal's reason
   */
  enter(key: string, entering: Entering = {}): Promise<Leave> {
    const { size: wanted = 1, signal, later = false } = entering;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { capacity, capacityPerKey } = this.#options;
    const size = Math.min(wanted, capacity, capacityPerKey);
    const lane = this.#lane(key);
    if (this.#turns.size === 0 && this.#fits(lane, size)) return Promise.resolve(this.#take(lane, size));
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        this.#unqueue(lane, waiter);
        act();
      };
      const waiter: Waiter = {
        size,
        later,
        admit: () => settle(() => resolve(this.#take(lane, size))),
        refuse: (error) => settle(() => reject(error)),
      };
      const leaveQueue = (error: unknown) => {
        waiter.refuse(error);
        this.#admit();
      };
      const abort = () => leaveQueue(signal?.reason);
      const patienceMs = entering.patienceMs ?? this.#options.patienceMs;
      const timer = setTimeout(() => leaveQueue(this.#overloaded()), patienceMs);
      signal?.addEventListener('abort', abort, { once: true });
      this.#queue(lane, waiter);
      this.#admit();
      if (waitersOf(lane, waiter).has(waiter)) this.#keepBounds(lane, waiter);
    });
  }

  #lane(key: string): Lane {
    const known = this.#lanes.get(key);
    if (known) return known;
    const lane: Lane = { key, inWork: 0, waiting: 0, now: new Set(), later: new Set(), began: new Set() };
    this.#lanes.set(key, lane);
    return lane;
  }

  #fits(lane: Lane, size: number): boolean {
    return this.#inWork + size <= this.#capacity && this.#mayTake(lane, size);
  }

  #mayTake({ key, inWork, began }: Lane, size: number): boolean {
    const { capacityPerKey, mayTakeMore } = this.#options;
    if (inWork === 0) return true;
    const since = [...began].at(-1)?.at ?? 0;
    return inWork + size <= capacityPerKey && mayTakeMore({ key, inWork, since });
  }

  #take(lane: Lane, size: number): Leave {
    this.#lanes.set(lane.key, lane);
    const own = { at: performance.now() };
    lane.began.add(own);
    lane.inWork += size;
    this.#inWork += size;
    return () => {
      if (!lane.began.delete(own)) return;
      lane.inWork -= size;
      this.#inWork -= size;
      this.#forgetIfUnused(lane);
      this.#admit();
    };
  }

  #queue(lane: Lane, waiter: Waiter): void {
    waitersOf(lane, waiter).add(waiter);
    lane.waiting += waiter.size;
    this.#waiting += waiter.size;
    if (waiter.later) this.#later += 1;
    this.#turns.add(lane);
  }

  #unqueue(lane: Lane, waiter: Waiter): void {
    if (!waitersOf(lane, waiter).delete(waiter)) return;
    lane.waiting -= waiter.size;
    this.#waiting -= waiter.size;
    if (waiter.later) this.#later -= 1;
    if (!waits(lane)) this.#turns.delete(lane);
    this.#forgetIfUnused(lane);
  }

  #forgetIfUnused(lane: Lane): void {
    const isUsed = lane.inWork > 0 || waits(lane);
    if (!isUsed && this.#lanes.get(lane.key) === lane) this.#lanes.delete(lane.key);
  }

  #admit(): void {
    for (let turn = this.#next(); turn; turn = this.#next()) {
      const { lane, waiter } = turn;
      if (this.#inWork + waiter.size > this.#capacity) return;
      this.#passed = waiter.later || this.#later === 0 ? 0 : this.#passed + 1;
      // Behind all others, before `admit` takes it out when it has no more waiters.
      this.#turns.delete(lane);
      this.#turns.add(lane);
      this.#lanes.set(lane.key, lane);
      waiter.admit();
    }
  }

  #next(): { lane: Lane; waiter: Waiter } | undefined {
    if (this.#turns.size === 0) return undefined;
    const isForLater = this.#passed >= MOST_PASSED;
    const order = this.#later === 0 ? [false] : [isForLater, !isForLater];
    for (const later of order) {
      const lane = this.#leastBusy(later);
      const [waiter] = lane ? waitersOf(lane, { later }) : [];
      if (lane && waiter) return { lane, waiter };
    }
    return undefined;
  }

  /**
   * The lane whose turn it is. One that is too large for what is free now is waited for, so that smaller ones do not
   * overtake it for ever.
   */
  #leastBusy(later: boolean): Lane | undefined {
    let least: Lane | undefined;
    for (const lane of this.#turns) {
      const [waiter] = waitersOf(lane, { later });
      if (!waiter || (least && lane.inWork >= least.inWork) || !this.#mayTake(lane, waiter.size)) continue;
      least = lane;
      // None has less: lanes that have something in work are few, so this comes soon.
      if (lane.inWork === 0) break;
    }
    return least;
  }

  /** Refuses the newcomer where it is beyond its key's share, else the newest of whoever takes most. */
  #keepBounds(lane: Lane, newcomer: Waiter): void {
    const { maxWaiting, maxWaitingPerKey } = this.#options;
    while (lane.waiting > maxWaitingPerKey || this.#waiting > maxWaiting) {
      const isBeyondShare = lane.waiting > Math.min(maxWaitingPerKey, maxWaiting / this.#turns.size);
      const refused = isBeyondShare ? newcomer : newest(this.#largest());
      refused?.refuse(this.#overloaded());
      if (!refused || refused === newcomer) break;
    }
    this.#admit();
  }

  #largest(): Lane {
    return [...this.#turns].reduce((largest, lane) => (lane.waiting > largest.waiting ? lane : largest));
  }

  #overloaded(): BlobgraphError {
    return new BlobgraphError(
      'OVERLOADED',
      `Too much is waiting for its turn (${this.#options.name}). Try again later, or do less at once.`,
    );
  }
}
