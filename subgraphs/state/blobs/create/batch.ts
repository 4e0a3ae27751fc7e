import { setTimeout } from 'node:timers/promises';
import { assertSameInput } from '../../../../platform/ids/idempotency.ts';
import { userBlobId } from '../../../../platform/ids/ids.ts';
import type { Clock } from '../../../../platform/time/clock.ts';
import { entryOfUserBlob } from '../../entries/entry.ts';
import { type Intake, noRoom } from '../../publishing/intake.ts';
import type { IndexEntry, UserBlobRecord } from '../../store/records.ts';
import type { StateStore } from '../../store/store.ts';
import { type CreateBlobInput, hashOf } from './blob-input.ts';
import { type CommitDependencies, commit } from './create-blob.ts';
import { deletedBefore, makeRecord, type RecordDependencies } from './record.ts';

/** A blob of a batch. */
export interface BatchItem {
  /** Its position in the batch, from 0. */
  readonly index: number;
  /** Checked already: `checkBlobInput` did not throw. */
  readonly input: CreateBlobInput;
  /** Determines its id, together with the user; null: a random id. */
  readonly key: string | null;
}

/** The result for one blob. */
export type Outcome = { readonly entry: IndexEntry } | { readonly error: unknown };

type Made = BatchItem & { readonly record: UserBlobRecord };

export interface BatchDependencies extends CommitDependencies {
  readonly store: CommitDependencies['store'] & Pick<StateStore, 'userBlobs' | 'entries' | 'insertEntries'>;
  /** Blobs beyond its room are refused with OVERLOADED. */
  readonly intake: Pick<Intake, 'take'>;
  readonly clock: Clock;
  readonly records: RecordDependencies;
}

const idOf = ({ record }: Made): string => record.id;

/** The first item of each id. */
function firstsOf(made: readonly Made[]): readonly Made[] {
  const firsts = new Map<string, Made>();
  for (const item of made) if (!firsts.has(item.record.id)) firsts.set(item.record.id, item);
  return [...firsts.values()];
}

/** Stores the blobs of one batch in parts, and collects their outcomes. */
export class Batch {
  readonly #deps: BatchDependencies;
  readonly #userId: string;
  readonly #outcomes = new Map<number, Outcome>();
  /** Creation time of the previous blob, in milliseconds since 1970. */
  #latest = 0;
  /** Ids that the intake has admitted: the write tells of one that is repeated. */
  readonly #letIn = new Set<string>();
  /** The part that is being written. Never rejects. */
  #writing = Promise.resolve();
  /** Whether the intake refused one: those after it are refused too. */
  #isFull = false;

  constructor(deps: BatchDependencies, userId: string) {
    this.#deps = deps;
    this.#userId = userId;
  }

  outcomeOf(index: number): Outcome {
    return this.#outcomes.get(index) ?? { error: new Error('A blob of a batch was left out') };
  }

  /** Runs a check that may throw, and records its error as the outcome. False when it threw. */
  settle({ index }: BatchItem, work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#outcomes.set(index, { error });
      return false;
    }
  }

  /**
   * Stores blobs whose input was checked. One that is refused does not affect the others. `pause` is called between two
   * blobs. Resolves while they are still being written, once those of the call before are stored.
   */
  async store(items: readonly BatchItem[], pause: () => Promise<void>): Promise<void> {
    if (items.length === 0) return;
    try {
      const open = await this.#withoutKnown(items);
      const made = this.#withinRoom(await this.#made(open, pause));
      await this.#writing;
      this.#writing = this.#write(made);
    } catch (error) {
      for (const { index } of items) if (!this.#outcomes.has(index)) this.#outcomes.set(index, { error });
    }
  }

  /** Resolves once all are stored. */
  async finish(): Promise<void> {
    await this.#writing;
  }

  /** The items whose key is new. The others get the stored blob as their outcome. */
  async #withoutKnown(items: readonly BatchItem[]): Promise<readonly BatchItem[]> {
    const ids = new Map(
      items.flatMap((item) => (item.key === null ? [] : [[item, userBlobId(this.#userId, item.key)]])),
    );
    if (ids.size === 0) return items;
    const found = await this.#deps.store.userBlobs(this.#userId, [...new Set(ids.values())]);
    const stored = new Map(found.map((blob) => [blob.id, blob]));
    const known = items.flatMap((item): Made[] => {
      const record = stored.get(ids.get(item) ?? '');
      return record ? [{ ...item, record }] : [];
    });
    await this.#answer(
      known.filter((item) => this.settle(item, () => assertSameInput(item.record, hashOf(item.input)))),
    );
    const knownAt = new Set(known.map(({ index }) => index));
    return items.filter(({ index }) => !knownAt.has(index));
  }

  /** Sets the entries of stored blobs as outcomes, and inserts missing ones. */
  async #answer(known: readonly Made[]): Promise<void> {
    if (known.length === 0) return;
    const entries = await this.#deps.store.entries(this.#userId, [...new Set(known.map(idOf))]);
    const entryOf = new Map(entries.map((entry) => [entry.id, entry]));
    for (const { index, record } of known) {
      const entry = entryOf.get(record.id);
      if (entry) this.#outcomes.set(index, { entry });
    }
    await this.#index(known.filter(({ record }) => !entryOf.has(record.id)));
  }

  async #made(items: readonly BatchItem[], pause: () => Promise<void>): Promise<Made[]> {
    const made: Made[] = [];
    for (const item of items) {
      await pause();
      try {
        made.push({ ...item, record: await this.#record(item) });
      } catch (error) {
        this.#outcomes.set(item.index, { error });
      }
    }
    return made;
  }

  #record({ input, key }: BatchItem): Promise<UserBlobRecord> {
    // A millisecond apart, so that lists show them in order.
    this.#latest = Math.max(this.#deps.clock.now().getTime(), this.#latest + 1);
    const createdAt = new Date(this.#latest);
    return makeRecord(this.#deps.records, { userId: this.#userId, input, maker: null, key, createdAt });
  }

  /** The items that the intake admits. */
  #withinRoom(made: readonly Made[]): readonly Made[] {
    const ids = firstsOf(made)
      .map(idOf)
      .filter((id) => !this.#letIn.has(id));
    const room = this.#isFull ? 0 : this.#deps.intake.take(ids.length);
    this.#isFull ||= room < ids.length;
    for (const id of ids.slice(0, room)) this.#letIn.add(id);
    return made.filter((item) =>
      this.settle(item, () => {
        if (!this.#letIn.has(item.record.id)) throw noRoom();
      }),
    );
  }

  async #write(made: readonly Made[]): Promise<void> {
    if (made.length === 0) return;
    // No blob is stored with a creation time in the future.
    const ahead = this.#latest - this.#deps.clock.now().getTime();
    if (ahead > 0) await setTimeout(ahead);
    await Promise.all(made.map((item) => this.#commit(item)));
  }

  async #commit({ index, record }: Made): Promise<void> {
    try {
      this.#outcomes.set(index, { entry: await commit(this.#deps, record) });
    } catch (error) {
      this.#outcomes.set(index, { error });
    }
  }

  /** Inserts the entries of stored blobs. Idempotent. */
  async #index(stored: readonly Made[]): Promise<void> {
    if (stored.length === 0) return;
    const { store } = this.#deps;
    const firsts = firstsOf(stored);
    const answers = await store.insertEntries(firsts.map(({ record }) => [entryOfUserBlob(record), []]));
    const deleted = firsts.filter((_, place) => answers[place]?.stored === null).map(idOf);
    if (deleted.length > 0) await store.eraseUserBlobs(this.#userId, deleted);
    const entryOf = new Map(answers.flatMap(({ stored: entry }) => (entry ? [[entry.id, entry]] : [])));
    for (const { index, record } of stored) {
      const entry = entryOf.get(record.id);
      this.#outcomes.set(index, entry ? { entry } : { error: deletedBefore() });
    }
  }
}
