import type { Collection } from 'mongodb';
import type { BlobInventory, RegistrationState } from '../inventory.ts';
import type { RecordDocument } from './document.ts';

const ITEM = { user_id: 1, source_blob_ids: 1, created_at: 1, registered_at: 1, refusal: 1 } as const;
type Item = Pick<
  RecordDocument,
  '_id' | 'user_id' | 'source_blob_ids' | 'created_at' | 'registered_at' | 'refusal'
>;

function registrationOf({ registered_at, refusal }: Item): RegistrationState {
  if (registered_at !== null) return 'registered';
  return refusal === null ? 'waiting' : 'refused';
}

/** The inventory of a collection. */
export const createInventory = (documents: Collection<RecordDocument>): BlobInventory => ({
  async inventory({ before, after, limit }) {
    const where = { ...(after === undefined ? {} : { _id: { $gt: after } }), created_at: { $lt: before } };
    const found = documents.find<Item>(where, { projection: ITEM }).sort({ _id: 1 }).limit(limit);
    return (await found.toArray()).map((item) => ({
      id: item._id,
      userId: item.user_id,
      sourceIds: item.source_blob_ids,
      createdAt: item.created_at,
      registration: registrationOf(item),
    }));
  },
  async existing(ids) {
    const found = documents.find({ _id: { $in: [...ids] } }).project<{ _id: string }>({ _id: 1 });
    return (await found.toArray()).map(({ _id }) => _id);
  },
  async countsOf(userIds, before) {
    const older = { $sum: { $cond: [{ $lt: ['$created_at', before] }, 1, 0] } };
    const rows = await documents
      .aggregate<{ _id: string; older: number; total: number }>([
        { $match: { user_id: { $in: [...userIds] }, refusal: null } },
        { $group: { _id: '$user_id', older, total: { $sum: 1 } } },
      ])
      .toArray();
    return rows.map(({ _id, ...counts }) => ({ userId: _id, ...counts }));
  },
  async reopen(ids) {
    const untold = { registered_at: null, refusal: null, register_attempts: 0 };
    await documents.updateMany({ _id: { $in: [...ids] } }, { $set: untold });
  },
});
