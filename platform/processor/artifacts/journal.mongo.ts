import type { Collection, Db, Filter } from 'mongodb';
import { insertOrFind } from '../../mongo/insert-or-find.ts';
import type { ArtifactEntry, ArtifactJournal, ArtifactKey } from './journal.ts';

interface EntryDocument extends Omit<ArtifactEntry, 'blobId'> {
  readonly _id: string;
  readonly blobId: string;
}

const idOf = ({ blobId, name, version }: ArtifactKey): string => `${blobId}/${name}/${version}`;
const entryOf = ({ _id, ...entry }: EntryDocument): ArtifactEntry => entry;

const held = (key: ArtifactKey, holder: string): Filter<EntryDocument> => ({
  _id: idOf(key),
  state: 'MAKING',
  holder,
});

/** An entry that is asked for, now or anew. */
const ASKED = {
  state: 'MAKING',
  holder: null,
  error: null,
  isFinal: false,
  isTold: true,
} as const;

const fresh = ({ blobId, name, version }: ArtifactKey, userId: string, now: Date): EntryDocument => ({
  _id: idOf({ blobId, name, version }),
  blobId,
  name,
  version,
  userId,
  dueAt: now,
  attempt: 0,
  failures: 0,
  crashes: 0,
  sizeBytes: null,
  ...ASKED,
});

class MongoJournal implements ArtifactJournal {
  readonly #entries: Collection<EntryDocument>;

  constructor(database: Db) {
    this.#entries = database.collection('artifacts');
  }

  async prepare(): Promise<void> {
    await this.#entries.createIndexes([
      { key: { blobId: 1, name: 1, attempt: -1 } },
      { key: { state: 1, dueAt: 1 } },
      { key: { dueAt: 1 }, name: 'untold', partialFilterExpression: { isTold: false } },
    ]);
  }

  async find(key: ArtifactKey): Promise<ArtifactEntry | null> {
    const found = await this.#entries.findOne({ _id: idOf(key) });
    return found && entryOf(found);
  }

  async list(blobIds: readonly string[]): Promise<ArtifactEntry[]> {
    return (await this.#entries.find({ blobId: { $in: [...blobIds] } }).toArray()).map(entryOf);
  }

  async ask(...[key, { userId, now, again }]: Parameters<ArtifactJournal['ask']>): Promise<ArtifactEntry> {
    const entered = fresh(key, userId, now);
    const found = await insertOrFind(this.#entries, entered);
    if (!found) return entryOf(entered);
    const mayBeTried = {
      state: 'FAILED' as const,
      dueAt: { $lte: now },
      ...(again ? {} : { isFinal: false }),
    };
    const reset = await this.#entries.findOneAndUpdate(
      { _id: idOf(key), ...mayBeTried },
      { $set: { ...ASKED, dueAt: now } },
      { returnDocument: 'after' },
    );
    return entryOf(reset ?? found);
  }

  async claim(...[key, claim]: Parameters<ArtifactJournal['claim']>): Promise<ArtifactEntry | null> {
    const { holder, now, until, attempts } = claim;
    const { blobId, name } = key;
    const last = await this.#entries.findOne({ blobId, name }, { sort: { attempt: -1 } });
    const attempt = 1 + Math.max(attempts, last?.attempt ?? 0);
    const crashes = { $add: ['$crashes', { $cond: [{ $eq: ['$holder', null] }, 0, 1] }] };
    const claimed = await this.#entries.findOneAndUpdate(
      { _id: idOf(key), state: 'MAKING', dueAt: { $lte: now } },
      [{ $set: { holder: { $literal: holder }, dueAt: until, attempt, crashes } }],
      { returnDocument: 'after' },
    );
    return claimed && entryOf(claimed);
  }

  extend(key: ArtifactKey, holder: string, until: Date): Promise<boolean> {
    return this.#change(held(key, holder), { dueAt: until });
  }

  async release(key: ArtifactKey, holder: string, now: Date): Promise<void> {
    await this.#change(held(key, holder), { holder: null, dueAt: now });
  }

  finish(...[key, holder, { sizeBytes, isTold }]: Parameters<ArtifactJournal['finish']>): Promise<boolean> {
    const set = { state: 'READY', sizeBytes, isTold, holder: null, failures: 0, crashes: 0 } as const;
    return this.#change(held(key, holder), set);
  }

  async fail(...[key, holder, failure]: Parameters<ArtifactJournal['fail']>): Promise<boolean> {
    const { error, isFinal, dueAt, isTold } = failure;
    const set = { state: 'FAILED', error, isFinal, dueAt, isTold, holder: null, crashes: 0 } as const;
    const update = { $set: set, $inc: { failures: 1 } };
    return (await this.#entries.updateOne(held(key, holder), update)).matchedCount > 0;
  }

  async adopt(...[key, { userId, sizeBytes }]: Parameters<ArtifactJournal['adopt']>): Promise<void> {
    const made = { state: 'READY', sizeBytes, attempt: 1 } as const;
    await insertOrFind(this.#entries, { ...fresh(key, userId, new Date()), ...made });
  }

  async reopen(key: ArtifactKey, now: Date): Promise<void> {
    const set = { state: 'MAKING', sizeBytes: null, holder: null, dueAt: now } as const;
    await this.#change({ _id: idOf(key), state: 'READY' }, set);
  }

  async due(now: Date, limit: number): Promise<ArtifactEntry[]> {
    const due = this.#entries.find({ state: 'MAKING', dueAt: { $lte: now } }).sort({ dueAt: 1 });
    return (await due.limit(limit).toArray()).map(entryOf);
  }

  async untold(limit: number): Promise<ArtifactEntry[]> {
    const untold = this.#entries.find({ isTold: false }).sort({ dueAt: 1 });
    return (await untold.limit(limit).toArray()).map(entryOf);
  }

  async markTold(key: ArtifactKey, attempt: number): Promise<void> {
    await this.#change({ _id: idOf(key), attempt }, { isTold: true });
  }

  async blobs(after: string, limit: number): Promise<string[]> {
    const groups = this.#entries.aggregate<{ _id: string }>([
      { $match: { blobId: { $gt: after } } },
      { $group: { _id: '$blobId' } },
      { $sort: { _id: 1 } },
      { $limit: limit },
    ]);
    return (await groups.toArray()).map(({ _id }) => _id);
  }

  async erase(blobIds: readonly string[]): Promise<void> {
    if (blobIds.length > 0) await this.#entries.deleteMany({ blobId: { $in: [...blobIds] } });
  }

  async #change(filter: Filter<EntryDocument>, set: Partial<EntryDocument>): Promise<boolean> {
    return (await this.#entries.updateOne(filter, { $set: set })).matchedCount > 0;
  }
}

/** A journal in a collection of the processor's own database. */
export const createMongoJournal = (database: Db): ArtifactJournal => new MongoJournal(database);
