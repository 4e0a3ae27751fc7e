import type { Collection } from 'mongodb';
import type { BlobInventory, RegistrationState } from '../../../platform/processing/inventory.ts';
import type { ExpandedTextDocument } from './documents.mongo.ts';

type ItemDocument = Pick<
  ExpandedTextDocument,
  '_id' | 'user_id' | 'parent_blob_id' | 'created_at' | 'registered_at' | 'quarantined'
>;

const ITEM = { user_id: 1, parent_blob_id: 1, created_at: 1, registered_at: 1, quarantined: 1 } as const;

function registrationOf({ registered_at, quarantined }: ItemDocument): RegistrationState {
  if (registered_at !== null) return 'registered';
  return quarantined === null ? 'waiting' : 'refused';
}

/** What the expansions tell the index of themselves. */
export const createInventory = (texts: Collection<ExpandedTextDocument>): BlobInventory => ({
  async inventory({ before, after, limit }) {
    const where = { ...(after === undefined ? {} : { _id: { $gt: after } }), created_at: { $lt: before } };
    const found = texts.find<ItemDocument>(where, { projection: ITEM }).sort({ _id: 1 }).limit(limit);
    return (await found.toArray()).map((document) => ({
      id: document._id,
      userId: document.user_id,
      sourceIds: [document.parent_blob_id],
      createdAt: document.created_at,
      registration: registrationOf(document),
    }));
  },
  async existing(ids) {
    const found = texts.find({ _id: { $in: [...ids] } }).project<{ _id: string }>({ _id: 1 });
    return (await found.toArray()).map(({ _id }) => _id);
  },
  async countsOf(userIds, before) {
    const older = { $sum: { $cond: [{ $lt: ['$created_at', before] }, 1, 0] } };
    const rows = await texts
      .aggregate<{ _id: string; older: number; total: number }>([
        { $match: { user_id: { $in: [...userIds] }, quarantined: null } },
        { $group: { _id: '$user_id', older, total: { $sum: 1 } } },
      ])
      .toArray();
    return rows.map(({ _id, ...counts }) => ({ userId: _id, ...counts }));
  },
  async reopen(ids) {
    const untold = { registered_at: null, quarantined: null };
    await texts.updateMany({ _id: { $in: [...ids] } }, { $set: untold });
  },
});
