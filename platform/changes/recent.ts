import { BlobgraphError } from '../errors.ts';
import type { ChangeEntry } from './change.ts';

interface OfUser {
  readonly entries: ChangeEntry[];
  /** The newest sequence that was dropped to make room. */
  droppedThrough: number;
  readonly listeners: Set<() => void>;
}

const slowConsumer = () =>
  new BlobgraphError(
    'SLOW_CONSUMER',
    'The subscriber reads too slowly and was cut off. Subscribe again with the last cursor as `after`.',
  );

/**
 * The newest changes of all users, bounded, in the log's order. Whoever follows them reads at its own pace from
 * this one copy, so that a slow reader holds up nobody and takes no memory.
 */
export class RecentChanges {
  readonly #entries: ChangeEntry[] = [];
  readonly #byUser = new Map<string, OfUser>();
  readonly #size: number;
  #floor: number;
  #last: number;
  #ended = false;

  /** Complete from the entry after the sequence `floor`; holds the newest `size`. */
  constructor(floor: number, size: number) {
    this.#floor = floor;
    this.#last = floor;
    this.#size = size;
  }

  /** Every change after this sequence that has been read is held. */
  get floor(): number {
    return this.#floor;
  }

  /** The sequence of the newest message that has been read. */
  get last(): number {
    return this.#last;
  }

  /** True when nothing is added any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Takes note of a message that is no change. */
  skip(sequence: number): void {
    this.#last = sequence;
  }

  add(entry: ChangeEntry): void {
    this.#last = entry.sequence;
    this.#entries.push(entry);
    const ofUser = this.#ofUser(entry.userId);
    ofUser.entries.push(entry);
    if (this.#entries.length > this.#size) this.#dropOldest();
    for (const listener of ofUser.listeners) listener();
  }

  /** Nothing more will come: wakes all who listen. */
  end(): void {
    this.#ended = true;
    for (const { listeners } of this.#byUser.values()) for (const listener of listeners) listener();
  }

  /**
   * The user's first change after a sequence, if there is one yet.
   * @throws BlobgraphError SLOW_CONSUMER when it is no longer held
   */
  after(userId: string, sequence: number): ChangeEntry | undefined {
    const ofUser = this.#byUser.get(userId);
    if (!ofUser) return undefined;
    if (ofUser.droppedThrough > sequence) throw slowConsumer();
    return ofUser.entries[ofUser.entries.findLastIndex((entry) => entry.sequence <= sequence) + 1];
  }

  /** Calls `listener` at every change of the user, until the function that it returns is called. */
  listen(userId: string, listener: () => void): () => void {
    const ofUser = this.#ofUser(userId);
    ofUser.listeners.add(listener);
    return () => {
      ofUser.listeners.delete(listener);
      this.#forgetIfUnused(userId, ofUser);
    };
  }

  #ofUser(userId: string): OfUser {
    const known = this.#byUser.get(userId);
    if (known) return known;
    const made: OfUser = { entries: [], droppedThrough: 0, listeners: new Set() };
    this.#byUser.set(userId, made);
    return made;
  }

  #dropOldest(): void {
    const oldest = this.#entries.shift();
    if (!oldest) return;
    this.#floor = oldest.sequence;
    const ofUser = this.#ofUser(oldest.userId);
    ofUser.entries.shift();
    ofUser.droppedThrough = oldest.sequence;
    this.#forgetIfUnused(oldest.userId, ofUser);
  }

  #forgetIfUnused(userId: string, { entries, listeners }: OfUser): void {
    if (entries.length === 0 && listeners.size === 0) this.#byUser.delete(userId);
  }
}
