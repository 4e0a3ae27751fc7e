import type { Db, Filter } from 'mongodb';
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

const fresh = ({ blobId, name, version }: ArtifactKey, userId: string, now: Date): EntryDocument => ({
  ...{ _id: idOf({ blobId, name, version }), blobId, name, version, userId, state: 'MAKING', dueAt: now },
  ...{
    attempt: 0,
    failures: 0,
    crashes: 0,
    sizeBytes: null,
    error: null,
    isFinal: false,
    holder: null,
    isTold: true,
  },
});

/** A journal in a collection of the processor's own database. */
export function createMongoJournal(database: Db): ArtifactJournal {
  const entries = database.collection<EntryDocument>('artifacts');
  const change = async (filter: Filter<EntryDocument>, set: Partial<EntryDocument>) =>
    (await entries.updateOne(filter, { $set: set })).matchedCount > 0;
  return {
    async prepare() {
      await entries.createIndexes([
        { key: { blobId: 1, name: 1, attempt: -1 } },
        { key: { state: 1, dueAt: 1 } },
        { key: { dueAt: 1 }, name: 'untold', partialFilterExpression: { isTold: false } },
      ]);
    },
    async find(key) {
      const found = await entries.findOne({ _id: idOf(key) });
      return found && entryOf(found);
    },
    list: async (blobIds) => (await entries.find({ blobId: { $in: [...blobIds] } }).toArray()).map(entryOf),
    async ask(key, { userId, now, again }) {
      const entered = fresh(key, userId, now);
      const found = await insertOrFind(entries, entered);
      if (!found) return entryOf(entered);
      const mayBeTried = {
        state: 'FAILED' as const,
        dueAt: { $lte: now },
        ...(again ? {} : { isFinal: false }),
      };
      const set = {
        state: 'MAKING',
        dueAt: now,
        holder: null,
        error: null,
        isFinal: false,
        isTold: true,
      } as const;
      const reset = await entries.findOneAndUpdate(
        { _id: idOf(key), ...mayBeTried },
        { $set: set },
        { returnDocument: 'after' },
      );
      return entryOf(reset ?? found);
    },
    async claim(key, { holder, now, until, attempts }) {
      const { blobId, name } = key;
      const last = await entries.findOne({ blobId, name }, { sort: { attempt: -1 } });
      const attempt = 1 + Math.max(attempts, last?.attempt ?? 0);
      const claimed = await entries.findOneAndUpdate(
        { _id: idOf(key), state: 'MAKING', dueAt: { $lte: now } },
        [
          {
            $set: {
              holder: { $literal: holder },
              dueAt: until,
              attempt,
              crashes: { $add: ['$crashes', { $cond: [{ $eq: ['$holder', null] }, 0, 1] }] },
            },
          },
        ],
        { returnDocument: 'after' },
      );
      return claimed && entryOf(claimed);
    },
    extend: (key, holder, until) => change(held(key, holder), { dueAt: until }),
    async release(key, holder, now) {
      await change(held(key, holder), { holder: null, dueAt: now });
    },
    finish: (key, holder, { sizeBytes, isTold }) =>
      change(held(key, holder), { state: 'READY', sizeBytes, isTold, holder: null, failures: 0, crashes: 0 }),
    async fail(key, holder, { error, isFinal, dueAt, isTold }) {
      const set = { state: 'FAILED', error, isFinal, dueAt, isTold, holder: null, crashes: 0 } as const;
      const update = { $set: set, $inc: { failures: 1 } };
      return (await entries.updateOne(held(key, holder), update)).matchedCount > 0;
    },
    async adopt(key, { userId, sizeBytes }) {
      const made = { state: 'READY', sizeBytes, attempt: 1 } as const;
      await insertOrFind(entries, { ...fresh(key, userId, new Date()), ...made });
    },
    async reopen(key, now) {
      const set = { state: 'MAKING', sizeBytes: null, holder: null, dueAt: now } as const;
      await change({ _id: idOf(key), state: 'READY' }, set);
    },
    due: async (now, limit) => {
      const found = entries
        .find({ state: 'MAKING', dueAt: { $lte: now } })
        .sort({ dueAt: 1 })
        .limit(limit);
      return (await found.toArray()).map(entryOf);
    },
    untold: async (limit) =>
      (await entries.find({ isTold: false }).sort({ dueAt: 1 }).limit(limit).toArray()).map(entryOf),
    async markTold(key, attempt) {
      await change({ _id: idOf(key), attempt }, { isTold: true });
    },
    async blobs(after, limit) {
      const groups = entries.aggregate<{ _id: string }>([
        { $match: { blobId: { $gt: after } } },
        { $group: { _id: '$blobId' } },
        { $sort: { _id: 1 } },
        { $limit: limit },
      ]);
      return (await groups.toArray()).map(({ _id }) => _id);
    },
    async erase(blobIds) {
      if (blobIds.length > 0) await entries.deleteMany({ blobId: { $in: [...blobIds] } });
    },
  };
}
