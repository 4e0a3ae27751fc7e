import { LRUCache } from 'lru-cache';
import type { Clock } from '../../../platform/time/clock.ts';
import type { TurnStore } from '../store/turns.ts';

/**
 * How many runs of one user a processor has in hand at once: runs beyond that are held back in the index, so that in
 * the log nobody's stand behind thousands of somebody else's.
 */
export interface Turns {
  /** Counts a run of each of these processors as asked. @returns the processors that are not to be asked yet */
  take(userId: string, processorIds: readonly string[]): Promise<readonly string[]>;
  /** Whether this process knows of held runs of the user. */
  isHolding(userId: string): boolean;
  /** A run of the user has ended. @returns whether so many have that it is worth handing out others at once */
  ended(userId: string): boolean;
  /** The room that the user has, by processor, as it was counted in the store just now. */
  counted(userId: string, outstanding: ReadonlyMap<string, number>): RoomOf;
  /**
   * Whether a look at the user's held runs, of which there are some, may find one that has room. Not while all processors
   * that are known to have any are full: each look passes over theirs. Runs that others hold are known within `LOOK_MS`.
   */
  isWorthALook(userId: string, roomOf: RoomOf): boolean;
  /** Tells what a look at the user's held runs came to. */
  handedOut(userId: string, look: Look): void;
}

/** How many more runs a processor may be asked for. */
export type RoomOf = (processorId: string) => number;

/** The outcome of a look at a user's held runs. */
export interface Look {
  /** How many were handed out, by processor. */
  readonly taken: ReadonlyMap<string, number>;
  /** Processors that may have more of them. */
  readonly waiting: ReadonlySet<string>;
  /** Whether none was left out but those of `waiting`. */
  readonly isWhole: boolean;
}

export interface TurnsDependencies {
  readonly store: Pick<TurnStore, 'outstandingRuns'>;
  readonly clock: Clock;
  /** Runs of one user that one processor has in hand, at most. 0: any number. */
  readonly limit: number;
}

/** Users whose counts a process keeps; who is forgotten may have as many again. */
const MAX_USERS = 10_000;
/** Longer than a run that was let through is on its way into the store. */
const WRITTEN_MS = 2_000;
/** Held runs are looked at every second: who hears of none for that long holds back nobody for their sake. */
const HOLDING_MS = 5_000;
/** All of a user's held runs are looked through at least that often. */
const LOOK_MS = 30_000;

/** A user's runs of one processor, as far as a process knows. */
interface Count {
  /** In the store, when they were last counted. */
  counted: number;
  /** When runs were let through since; those of the last moments before may be counted twice. */
  since: number[];
  /** When it was last heard that runs are held: new ones are then held back without counting. Null: none are. */
  holdingSince: number | null;
  /** When a run was last held back here. */
  heldAt: number;
}

interface User {
  readonly counts: Map<string, Count>;
  /** Since runs were last handed out. */
  ended: number;
  /** When the last look at held runs began, and the last that was whole. */
  looksAt: number;
  lookedAt: number;
}

const NEVER = Number.NEGATIVE_INFINITY;

const isHolding = ({ holdingSince }: Count): boolean => holdingSince !== null;

class CountedTurns implements Turns {
  readonly #deps: TurnsDependencies;
  readonly #limit: number;
  readonly #users = new LRUCache<string, User>({ max: MAX_USERS });

  constructor(deps: TurnsDependencies) {
    this.#deps = deps;
    this.#limit = deps.limit === 0 ? Number.POSITIVE_INFINITY : deps.limit;
  }

  async take(userId: string, processorIds: readonly string[]): Promise<readonly string[]> {
    if (this.#limit === Number.POSITIVE_INFINITY) return [];
    const counts = processorIds.map((id) => this.#countOf(userId, id));
    if (counts.some((count) => this.#isToCount(count)) && !(await this.#count(userId))) return [];
    return processorIds.filter((_, place) => !this.#letThrough(counts[place]));
  }

  isHolding(userId: string): boolean {
    const counts = this.#users.get(userId)?.counts.values() ?? [];
    return [...counts].some(isHolding);
  }

  ended(userId: string): boolean {
    const user = this.#users.get(userId);
    if (!user || !this.isHolding(userId)) return false;
    user.ended += 1;
    // By the dozen: each time costs some statements.
    return user.ended >= this.#limit / 4;
  }

  counted(userId: string, outstanding: ReadonlyMap<string, number>): RoomOf {
    const user = this.#userOf(userId);
    const writtenBefore = this.#now() - WRITTEN_MS;
    user.ended = 0;
    for (const id of new Set([...user.counts.keys(), ...outstanding.keys()])) {
      const count = this.#countOf(userId, id);
      count.counted = outstanding.get(id) ?? 0;
      count.since = count.since.filter((at) => at > writtenBefore);
    }
    return (id) => Math.max(0, this.#limit - (outstanding.get(id) ?? 0));
  }

  isWorthALook(userId: string, roomOf: RoomOf): boolean {
    const user = this.#userOf(userId);
    user.looksAt = this.#now();
    for (const count of user.counts.values()) if (isHolding(count)) count.holdingSince = user.looksAt;
    const mayHave = (count: Count) => isHolding(count) || count.heldAt + WRITTEN_MS >= user.lookedAt;
    return (
      user.looksAt - user.lookedAt >= LOOK_MS ||
      [...user.counts].some(([id, count]) => mayHave(count) && roomOf(id) > 0)
    );
  }

  handedOut(userId: string, { taken, waiting, isWhole }: Look): void {
    for (const id of [...taken.keys(), ...waiting]) this.#countOf(userId, id);
    const user = this.#userOf(userId);
    if (isWhole) user.lookedAt = user.looksAt;
    for (const [id, count] of user.counts) {
      count.counted += taken.get(id) ?? 0;
      if (waiting.has(id)) count.holdingSince = this.#now();
      else if (isWhole) count.holdingSince = null;
    }
  }

  #now = (): number => this.#deps.clock.now().getTime();

  #userOf(userId: string): User {
    const user = this.#users.get(userId) ?? { counts: new Map(), ended: 0, looksAt: NEVER, lookedAt: NEVER };
    this.#users.set(userId, user);
    return user;
  }

  #countOf(userId: string, processorId: string): Count {
    const { counts } = this.#userOf(userId);
    const count = counts.get(processorId) ?? { counted: 0, since: [], holdingSince: null, heldAt: NEVER };
    counts.set(processorId, count);
    return count;
  }

  #isFull = ({ counted, since }: Count): boolean => counted + since.length >= this.#limit;

  #isOld = ({ holdingSince }: Count): boolean =>
    holdingSince !== null && this.#now() - holdingSince > HOLDING_MS;
  #isToCount = (count: Count): boolean => (isHolding(count) ? this.#isOld(count) : this.#isFull(count));

  /**
   * Runs that were let through in the last moments may be in the store already: then too many are held, for a moment. Where
   * nothing was heard of held runs, another process may have handed them all out: whoever looks next looks at all.
   * @returns whether the store can count
   */
  async #count(userId: string): Promise<boolean> {
    const outstanding = await this.#deps.store.outstandingRuns(userId);
    if (!outstanding) return false;
    this.counted(userId, outstanding);
    const user = this.#userOf(userId);
    for (const count of user.counts.values()) {
      if (!this.#isOld(count)) continue;
      count.holdingSince = null;
      user.lookedAt = NEVER;
    }
    return true;
  }

  #letThrough(count: Count | undefined): boolean {
    if (!count) return true;
    if (this.#isFull(count)) count.holdingSince ??= this.#now();
    if (isHolding(count)) {
      count.heldAt = this.#now();
      return false;
    }
    count.since.push(this.#now());
    return true;
  }
}

export const createTurns = (deps: TurnsDependencies): Turns => new CountedTurns(deps);
