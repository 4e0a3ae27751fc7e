import { isDuplicateKey } from '../../../../platform/mongo/duplicate-key.ts';
import type { ErasureStore } from '../erasures.ts';
import type { Erasure } from '../records.ts';
import type { StateCollections } from './documents/collections.mongo.ts';
import { userBlobFrom } from './documents/entry-documents.mongo.ts';
import type { ErasureDocument } from './documents/progress-documents.mongo.ts';
import { WAITING } from './outbox.mongo.ts';

const erasureFrom = (document: ErasureDocument): Erasure => ({
  userId: document._id,
  requestedBy: document.requested_by,
  startedAt: document.started_at,
  finishedAt: document.finished_at,
  stores: document.stores.map((store) => ({ processorId: store.processor_id, erasedAt: store.erased_at })),
  goneStores: (document.gone_stores ?? []).map((store) => ({
    processorId: store.processor_id,
    retiredAt: store.retired_at,
  })),
  obstacle: document.obstacle,
});

const storesOf = ({ stores }: Erasure): ErasureDocument['stores'] =>
  stores.map((store) => ({ processor_id: store.processorId, erased_at: store.erasedAt }));

const goneStoresOf = ({ goneStores }: Erasure): NonNullable<ErasureDocument['gone_stores']> =>
  goneStores.map((store) => ({ processor_id: store.processorId, retired_at: store.retiredAt }));

/** An erasure at its beginning. */
const begun = (erasure: Erasure, dueAt: Date) => ({
  requested_by: erasure.requestedBy,
  started_at: erasure.startedAt,
  finished_at: null,
  stores: storesOf(erasure),
  gone_stores: goneStoresOf(erasure),
  obstacle: null,
  due_at: dueAt,
});

/** How far an erasure is. `dueAt`: null when there is nothing more to do. */
const progress = (erasure: Erasure, dueAt: Date | null) => ({
  $set: {
    finished_at: erasure.finishedAt,
    stores: storesOf(erasure),
    gone_stores: goneStoresOf(erasure),
    obstacle: erasure.obstacle,
    ...(dueAt ? { due_at: dueAt } : {}),
  },
  ...(dueAt ? {} : { $unset: { due_at: true as const } }),
});

async function deletedByProcessor({ tombstones }: StateCollections, userId: string, since: Date) {
  const pipeline = [
    { $match: { deleted_user_id: userId, deleted_at: { $gte: since } } },
    { $group: { _id: '$processor_id', count: { $sum: 1 } } },
    { $sort: { _id: 1 } },
  ];
  const found = await tombstones.aggregate<{ _id: string; count: number }>(pipeline).toArray();
  return found.map(({ _id, count }) => ({ processorId: _id, count }));
}

/** Erasures of users. */
export function createErasures(collections: StateCollections): ErasureStore {
  const { erasures, userBlobs, tombstones, books } = collections;
  const find = async (userId: string): Promise<Erasure | null> => {
    const found = await erasures.findOne({ _id: userId });
    return found && erasureFrom(found);
  };
  return {
    async beginErasure(erasure, dueAt) {
      const finished = { _id: erasure.userId, finished_at: { $ne: null } };
      try {
        await erasures.replaceOne(finished, begun(erasure, dueAt), { upsert: true });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
      return (await find(erasure.userId)) ?? erasure;
    },
    erasure: find,
    async saveErasure(erasure, dueAt) {
      const running = { _id: erasure.userId, started_at: erasure.startedAt, finished_at: null };
      await erasures.updateOne(running, progress(erasure, dueAt));
    },
    async dueErasures(now, limit) {
      const due = erasures.find({ due_at: { $lte: now } }).sort({ due_at: 1 });
      return (await due.limit(limit).project<{ _id: string }>({ _id: 1 }).toArray()).map(({ _id }) => _id);
    },
    async ownBlobs(userId, limit) {
      return (await userBlobs.find({ user_id: userId }).limit(limit).toArray()).map(userBlobFrom);
    },
    async eraseBooks(userId) {
      await books.deleteMany({ '_id.user_id': userId });
    },
    deletedByProcessor: (userId, since) => deletedByProcessor(collections, userId, since),
    async hasUnpublishedDeletions(userId) {
      const where = { deleted_user_id: userId, ...WAITING };
      return (await tombstones.findOne(where, { projection: { _id: 1 } })) !== null;
    },
  };
}
