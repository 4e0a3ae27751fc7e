import type { Sleeper } from '../concurrency/polled.ts';
import { type ChangeEntry, heapBytes } from './change.ts';
import { type Held, UserChanges } from './user-changes.ts';

/** How much of the log's end is held. At least the newest change is, whatever its size. */
export interface HistoryLimits {
  /** Changes of all users. */
  readonly changes: number;
  /** Estimated heap of the held changes, in bytes. */
  readonly bytes: number;
}

/** The next of one user’s changes after a position, as far as a history knows. */
export type Following =
  /** The user's first change after the position. */
  | { readonly kind: 'change'; readonly entry: ChangeEntry }
  /** None yet: there is no change of the user from the position up to `through`. */
  | { readonly kind: 'none'; readonly through: number }
  /** Not known: changes up to `through` may not be held. Later ones are. */
  | { readonly kind: 'unknown'; readonly through: number };

/**
 * The newest changes of all users, bounded, in the log's order. Whoever follows them reads at its own pace from
 * this one copy, so that a slow reader holds up nobody and takes no memory. Half of the room is the most that one
 * user's changes take, so that they do not drive out all others'. Of a run's progress only the newest is held: whoever
 * has not taken the one before is told this instead, in its own place.
 *
 * Of a user that is known here, every change after `user.floor` that was read is held, or overtaken; of any other, every
 * change after `#floor`. A user becomes known with the floor of all, and forgetting one raises that to its own, so both hold
 * whatever is added, dropped, listened to and forgotten, in any order.
 */
export class RecentChanges {
  readonly #limits: HistoryLimits;
  readonly #byUser = new Map<string, UserChanges>();
  #oldest: Held | undefined;
  #newest: Held | undefined;
  #held = 0;
  #bytes = 0;
  #floor: number;
  #last: number;
  #ended = false;

  /** Complete from the change after the sequence `floor`. */
  constructor(floor: number, limits: HistoryLimits) {
    this.#floor = floor;
    this.#last = floor;
    this.#limits = limits;
  }

  /** The sequence of the newest message that has been read. */
  get last(): number {
    return this.#last;
  }

  /** True when nothing is added any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Held changes, their bytes, and known users. */
  get size(): { readonly changes: number; readonly bytes: number; readonly users: number } {
    return { changes: this.#held, bytes: this.#bytes, users: this.#byUser.size };
  }

  /** Notes the position of a message that is no change. */
  skip(sequence: number): void {
    this.#last = Math.max(this.#last, sequence);
  }

  /** Adds the next change of the log; one that was read before is passed over. */
  add(entry: ChangeEntry): void {
    if (entry.sequence <= this.#last) return;
    this.#last = entry.sequence;
    const user = this.#user(entry.userId);
    const overtaken = user.overtakenBy(entry.change);
    if (overtaken) this.#remove(overtaken);
    this.#append({ entry, bytes: heapBytes(entry), user, older: this.#newest, newer: undefined });
    this.#keepBounds(user);
    for (const listener of user.listeners) listener.wake();
  }

  /** Nothing more will come: wakes all listeners. */
  end(): void {
    this.#ended = true;
    for (const { listeners } of this.#byUser.values()) for (const listener of listeners) listener.wake();
  }

  /** The user’s next change after a sequence, as far as is known here. */
  after(userId: string, sequence: number): Following {
    const user = this.#byUser.get(userId);
    const floor = user?.floor ?? this.#floor;
    if (sequence < floor) return { kind: 'unknown', through: floor };
    const entry = user?.after(sequence);
    return entry ? { kind: 'change', entry } : { kind: 'none', through: Math.max(sequence, this.#last) };
  }

  /** Wakes a listener at every change of the user, and at the end, until {@link unlisten}. */
  listen(userId: string, listener: Sleeper): void {
    this.#user(userId).listeners.add(listener);
  }

  unlisten(userId: string, listener: Sleeper): void {
    const user = this.#byUser.get(userId);
    user?.listeners.delete(listener);
    if (user) this.#forgetIfUnused(user);
  }

  #user(userId: string): UserChanges {
    const known = this.#byUser.get(userId);
    if (known) return known;
    const made = new UserChanges(userId, this.#floor);
    this.#byUser.set(userId, made);
    return made;
  }

  #append(held: Held): void {
    if (this.#newest) this.#newest.newer = held;
    else this.#oldest = held;
    this.#newest = held;
    this.#held += 1;
    this.#bytes += held.bytes;
    held.user.push(held);
  }

  #keepBounds(user: UserChanges): void {
    const { changes, bytes } = this.#limits;
    while (user.count > 1 && (user.count > changes / 2 || user.bytes > bytes / 2)) this.#drop(user.oldest);
    while (this.#held > 1 && (this.#held > changes || this.#bytes > bytes)) {
      this.#floor = Math.max(this.#floor, this.#oldest?.entry.sequence ?? 0);
      this.#drop(this.#oldest);
    }
  }

  /** Drops a change that is its user's oldest: up to there, the user's changes are known no more. */
  #drop(held: Held | undefined): void {
    if (!held) return;
    const { user, entry } = held;
    this.#remove(held);
    user.floor = entry.sequence;
    this.#forgetIfUnused(user);
  }

  #remove(held: Held): void {
    const { older, newer, user } = held;
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
    this.#held -= 1;
    this.#bytes -= held.bytes;
    user.remove(held);
  }

  #forgetIfUnused(user: UserChanges): void {
    if (user.count > 0 || user.listeners.size > 0) return;
    this.#floor = Math.max(this.#floor, user.floor);
    if (this.#byUser.get(user.userId) === user) this.#byUser.delete(user.userId);
  }
}
