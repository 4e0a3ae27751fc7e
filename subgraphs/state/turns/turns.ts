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
  /** Tells how many held runs of the user were handed out, and which processors may have more of them. */
  handedOut(userId: string, taken: ReadonlyMap<string, number>, waiting: ReadonlySet<string>): void;
}

/** How many more runs a processor may be asked for. */
export type RoomOf = (processorId: string) => number;

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

/** What a process knows of a user's runs of one processor. */
interface Count {
  /** In the store, when they were last counted. */
  counted: number;
  /** When runs were let through since; those of the last moments before may be counted twice. */
  since: number[];
  /** New runs are held back without counting, until they are counted by whoever hands out those that are held. */
  isHolding: boolean;
}

interface User {
  readonly counts: Map<string, Count>;
  /** Since runs were last handed out. */
  ended: number;
}

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
    if (counts.some((count) => this.#isFull(count) && !count.isHolding)) await this.#count(userId);
    return processorIds.filter((_, place) => !this.#letThrough(counts[place]));
  }

  isHolding(userId: string): boolean {
    const counts = this.#users.get(userId)?.counts.values() ?? [];
    return [...counts].some(({ isHolding }) => isHolding);
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
    const writtenBefore = this.#deps.clock.now().getTime() - WRITTEN_MS;
    user.ended = 0;
    for (const id of new Set([...user.counts.keys(), ...outstanding.keys()])) {
      const count = this.#countOf(userId, id);
      count.counted = outstanding.get(id) ?? 0;
      count.since = count.since.filter((at) => at > writtenBefore);
    }
    return (id) => Math.max(0, this.#limit - (outstanding.get(id) ?? 0));
  }

  handedOut(userId: string, taken: ReadonlyMap<string, number>, waiting: ReadonlySet<string>): void {
    for (const id of [...taken.keys(), ...waiting]) this.#countOf(userId, id);
    for (const [id, count] of this.#userOf(userId).counts) {
      count.counted += taken.get(id) ?? 0;
      count.isHolding = waiting.has(id);
    }
  }

  #userOf(userId: string): User {
    const user = this.#users.get(userId) ?? { counts: new Map(), ended: 0 };
    this.#users.set(userId, user);
    return user;
  }

  #countOf(userId: string, processorId: string): Count {
    const { counts } = this.#userOf(userId);
    const count = counts.get(processorId) ?? { counted: 0, since: [], isHolding: false };
    counts.set(processorId, count);
    return count;
  }

  #isFull = ({ counted, since }: Count): boolean => counted + since.length >= this.#limit;

  /** What was let through in the last moments may be in the store already: then too many are held, for a moment. */
  async #count(userId: string): Promise<void> {
    this.counted(userId, await this.#deps.store.outstandingRuns(userId));
  }

  #letThrough(count: Count | undefined): boolean {
    if (!count) return true;
    count.isHolding ||= this.#isFull(count);
    if (count.isHolding) return false;
    count.since.push(this.#deps.clock.now().getTime());
    return true;
  }
}

export const createTurns = (deps: TurnsDependencies): Turns => new CountedTurns(deps);
