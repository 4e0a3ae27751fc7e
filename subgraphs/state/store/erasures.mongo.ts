import { isDuplicateKey } from '../../../platform/mongo/client.ts';
import type { Erasure } from '../documents.ts';
import type { StateCollections } from './collections.mongo.ts';
import { type ErasureDocument, userBlobFrom } from './documents.mongo.ts';
import type { ErasureStore } from './erasures.ts';

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

/** Erasures of users. */
export function createErasures(collections: StateCollections): ErasureStore {
  const { erasures, tombstones, userBlobs, books } = collections;
  const findAll = async (userIds: readonly string[]): Promise<Erasure[]> =>
    (await erasures.find({ _id: { $in: [...userIds] } }).toArray()).map(erasureFrom);
  const find = async (userId: string) => (await findAll([userId]))[0] ?? null;
  return {
    async beginErasure(erasure, dueAt) {
      const document = {
        requested_by: erasure.requestedBy,
        started_at: erasure.startedAt,
        finished_at: null,
        stores: storesOf(erasure),
        gone_stores: goneStoresOf(erasure),
        obstacle: null,
        due_at: dueAt,
      };
      const finished = { _id: erasure.userId, finished_at: { $ne: null } };
      try {
        await erasures.replaceOne(finished, document, { upsert: true });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
      return (await find(erasure.userId)) ?? erasure;
    },
    erasure: find,
    erasures: findAll,
    async saveErasure(erasure, dueAt) {
      const { userId, startedAt, finishedAt, obstacle } = erasure;
      await erasures.updateOne(
        { _id: userId, started_at: startedAt, finished_at: null },
        {
          $set: {
            finished_at: finishedAt,
            stores: storesOf(erasure),
            gone_stores: goneStoresOf(erasure),
            obstacle,
            ...(dueAt ? { due_at: dueAt } : {}),
          },
          ...(dueAt ? {} : { $unset: { due_at: true } }),
        },
      );
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
    async deletedByProcessor(userId, since) {
      const pipeline = [
        { $match: { deleted_user_id: userId, deleted_at: { $gte: since } } },
        { $group: { _id: '$processor_id', count: { $sum: 1 } } },
        { $sort: { _id: 1 } },
      ];
      const found = await tombstones.aggregate<{ _id: string; count: number }>(pipeline).toArray();
      return found.map(({ _id, count }) => ({ processorId: _id, count }));
    },
  };
}
