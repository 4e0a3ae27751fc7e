import { BlobgraphError } from './errors.ts';

export interface FairQueueOptions {
  /** What is waited for, as errors name it, e.g. `requests in work`. */
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
}

export interface Entering {
  /** In the unit of `capacity`; one that is larger than a key may hold counts as that much. Default: 1. */
  readonly size?: number;
  /** Gives up waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** Gives back what was entered with; calls after the first do nothing. */
export type Leave = () => void;

interface Waiter {
  readonly size: number;
  admit(): void;
  refuse(error: unknown): void;
}

/** One key's sizes. */
interface Lane {
  readonly key: string;
  inWork: number;
  waiting: number;
  readonly waiters: Set<Waiter>;
}

const newest = (waiters: Iterable<Waiter>): Waiter | undefined => [...waiters].at(-1);

/**
 * A bounded capacity that keys, e.g. users, share fairly: whatever is given back goes to the key that has least in
 * work, and among equals to the one whose last turn is longest ago. However many wait under one key, another key
 * waits as if there was one. Within a key: first come, first served.
 */
export class FairQueue {
  readonly #options: Required<FairQueueOptions>;
  readonly #lanes = new Map<string, Lane>();
  /** Lanes that have waiters, the next turn first. */
  readonly #turns = new Set<Lane>();
  #inWork = 0;
  #waiting = 0;

  constructor(options: FairQueueOptions) {
    const { capacity, maxWaiting } = options;
    this.#options = { capacityPerKey: capacity, maxWaitingPerKey: maxWaiting, ...options };
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
  enter(key: string, { size: wanted = 1, signal }: Entering = {}): Promise<Leave> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { capacity, capacityPerKey, patienceMs } = this.#options;
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
        admit: () => settle(() => resolve(this.#take(lane, size))),
        refuse: (error) => settle(() => reject(error)),
      };
      const leaveQueue = (error: unknown) => {
        waiter.refuse(error);
        this.#admit();
      };
      const abort = () => leaveQueue(signal?.reason);
      const timer = setTimeout(() => leaveQueue(this.#overloaded()), patienceMs);
      signal?.addEventListener('abort', abort, { once: true });
      this.#queue(lane, waiter);
      this.#admit();
      if (lane.waiters.has(waiter)) this.#keepBounds(lane, waiter);
    });
  }

  #lane(key: string): Lane {
    const known = this.#lanes.get(key);
    if (known) return known;
    const lane: Lane = { key, inWork: 0, waiting: 0, waiters: new Set() };
    this.#lanes.set(key, lane);
    return lane;
  }

  #fits(lane: Lane, size: number): boolean {
    const { capacity, capacityPerKey } = this.#options;
    return lane.inWork + size <= capacityPerKey && this.#inWork + size <= capacity;
  }

  #take(lane: Lane, size: number): Leave {
    this.#lanes.set(lane.key, lane);
    lane.inWork += size;
    this.#inWork += size;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      lane.inWork -= size;
      this.#inWork -= size;
      this.#forgetIfUnused(lane);
      this.#admit();
    };
  }

  #queue(lane: Lane, waiter: Waiter): void {
    lane.waiters.add(waiter);
    lane.waiting += waiter.size;
    this.#waiting += waiter.size;
    this.#turns.add(lane);
  }

  #unqueue(lane: Lane, waiter: Waiter): void {
    if (!lane.waiters.delete(waiter)) return;
    lane.waiting -= waiter.size;
    this.#waiting -= waiter.size;
    if (lane.waiters.size === 0) this.#turns.delete(lane);
    this.#forgetIfUnused(lane);
  }

  #forgetIfUnused(lane: Lane): void {
    const isUsed = lane.inWork > 0 || lane.waiters.size > 0;
    if (!isUsed && this.#lanes.get(lane.key) === lane) this.#lanes.delete(lane.key);
  }

  #admit(): void {
    for (let lane = this.#next(); lane; lane = this.#next()) {
      const [waiter] = lane.waiters;
      if (!waiter || !this.#fits(lane, waiter.size)) return;
      // Behind all others, before `admit` takes it out when it has no more waiters.
      this.#turns.delete(lane);
      this.#turns.add(lane);
      waiter.admit();
    }
  }

  /**
   * The lane whose turn it is. One that is too large for what is free now is waited for, so that smaller ones do not
   * overtake it for ever.
   */
  #next(): Lane | undefined {
    let next: Lane | undefined;
    for (const lane of this.#turns) {
      const [waiter] = lane.waiters;
      if (!waiter || lane.inWork + waiter.size > this.#options.capacityPerKey) continue;
      if (!next || lane.inWork < next.inWork) next = lane;
      // None has less: lanes that have something in work are few, so this comes soon.
      if (next.inWork === 0) break;
    }
    return next;
  }

  /** Refuses the newcomer where it is beyond its key's share, else the newest of whoever takes most. */
  #keepBounds(lane: Lane, newcomer: Waiter): void {
    const { maxWaiting, maxWaitingPerKey } = this.#options;
    while (lane.waiting > maxWaitingPerKey || this.#waiting > maxWaiting) {
      const isBeyondShare = lane.waiting > Math.min(maxWaitingPerKey, maxWaiting / this.#turns.size);
      const refused = isBeyondShare ? newcomer : newest(this.#largest().waiters);
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
