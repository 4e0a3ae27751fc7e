import { OWN } from '../shelf.ts';
import type { Entry } from './snapshot.ts';

interface Place {
  readonly id: string;
  readonly createdAt: number;
}

/** Lists by which records are found, beside their ids. */
export interface Lists {
  add(id: string, entry: Entry): void;
  /** `entry`: as it was added. */
  remove(id: string, entry: Entry): void;
  /** Oldest first. */
  ofUser(userId: string): readonly Place[];
  /** All ids, in their order. */
  sorted(): readonly string[];
  /** Longest due first. */
  due(now: number): string[];
  /** At most `limit`, in no given order. */
  tagged(userId: string, tag: string, limit: number): string[];
}

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : Number(a > b));

const isDue = ({ fields }: Entry): boolean => fields[OWN.registeredAt] === '' && fields[OWN.refusal] === '';

/** Sets that are made with their first member and go with their last. */
class SetsByKey {
  readonly #sets = new Map<string, Set<string>>();

  get(key: string): ReadonlySet<string> | undefined {
    return this.#sets.get(key);
  }

  add(key: string, member: string): void {
    this.#sets.set(key, (this.#sets.get(key) ?? new Set()).add(member));
  }

  remove(key: string, member: string): void {
    const set = this.#sets.get(key);
    if (set?.delete(member) && set.size === 0) this.#sets.delete(key);
  }
}

class MemoryLists implements Lists {
  readonly #byUser = new Map<string, Map<string, number>>();
  readonly #byTag = new SetsByKey();
  readonly #due = new Map<string, number>();
  readonly #ids = new Set<string>();
  /** Made when they are asked for, and after a change anew. */
  #sorted: string[] | undefined;
  readonly #places = new Map<string, readonly Place[]>();

  add(id: string, entry: Entry): void {
    const { userId, createdAt, tags, fields } = entry;
    if (!this.#ids.has(id)) this.#sorted = undefined;
    this.#ids.add(id);
    const own = this.#byUser.get(userId) ?? new Map<string, number>();
    if (own.get(id) !== createdAt) this.#places.delete(userId);
    this.#byUser.set(userId, own.set(id, createdAt));
    for (const tag of tags) this.#byTag.add(keyOf(userId, tag), id);
    if (isDue(entry)) this.#due.set(id, Number(fields[OWN.registerAt]));
  }

  remove(id: string, { userId, tags }: Entry): void {
    if (this.#ids.delete(id)) this.#sorted = undefined;
    const own = this.#byUser.get(userId);
    if (own?.delete(id)) this.#places.delete(userId);
    if (own?.size === 0) this.#byUser.delete(userId);
    for (const tag of tags) this.#byTag.remove(keyOf(userId, tag), id);
    this.#due.delete(id);
  }

  ofUser(userId: string): readonly Place[] {
    const known = this.#places.get(userId);
    if (known) return known;
    const own = [...(this.#byUser.get(userId) ?? [])].map(([id, createdAt]) => ({ id, createdAt }));
    const sorted = own.sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
    if (sorted.length > 0) this.#places.set(userId, sorted);
    return sorted;
  }

  sorted(): readonly string[] {
    this.#sorted ??= [...this.#ids].sort(compare);
    return this.#sorted;
  }

  due(now: number): string[] {
    const found = [...this.#due].filter(([, at]) => at <= now);
    return found
      .sort(([id, at], [other, otherAt]) => compare(at, otherAt) || compare(id, other))
      .map(([id]) => id);
  }

  tagged(userId: string, tag: string, limit: number): string[] {
    const found: string[] = [];
    for (const id of this.#byTag.get(keyOf(userId, tag)) ?? []) {
      if (found.length >= limit) break;
      found.push(id);
    }
    return found;
  }
}

const keyOf = (userId: string, tag: string): string => `${userId}\0${tag}`;

export const createLists = (): Lists => new MemoryLists();
