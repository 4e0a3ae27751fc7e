import type { DeletionStore } from '../deletions.ts';
import type { OutboxEvent, Tombstone } from '../records.ts';
import type { StateCollections } from './documents/collections.mongo.ts';
import { type TombstoneDocument, tombstoneFrom } from './documents/entry-documents.mongo.ts';
import {
  COUNTED,
  type CountedDocument,
  countedFrom,
  TOMBSTONE_MARK,
} from './documents/summary-documents.mongo.ts';
import type { Counter } from './summary/counter.mongo.ts';

const WITHOUT_OUTBOX = { outbox: 0, outbox_since: 0 };

/** The document in place of an entry: an expression, which keeps the events that wait in it. */
const tombstoneInPlace = (id: string, tombstone: Tombstone, event: OutboxEvent) => ({
  _id: id,
  version: tombstone.version,
  processor_id: { $literal: tombstone.processorId },
  deleted_user_id: { $literal: tombstone.userId },
  ...(tombstone.schema === undefined ? {} : { deleted_schema: { $literal: tombstone.schema } }),
  deletion_cascades: { $literal: tombstone.cascade },
  deleted_at: tombstone.deletedAt,
  ...(tombstone.dueAt ? { deletion_due_at: tombstone.dueAt } : {}),
  outbox: { $concatArrays: ['$outbox', [{ $literal: event }]] },
  outbox_since: { $ifNull: ['$outbox_since', tombstone.deletedAt] },
  counted: TOMBSTONE_MARK,
});

/** Makes deletions of these blobs due again. `idsByUser`: a blob counts for its owner alone. */
async function openDeletions(
  { tombstones }: StateCollections,
  idsByUser: ReadonlyMap<string, readonly string[]>,
  dueAt: Date,
): Promise<void> {
  const named = { _id: { $in: [...idsByUser.values()].flat() }, deleted_user_id: { $exists: true } };
  const found = tombstones.find(named).project<{ _id: string; deleted_user_id: string }>({
    deleted_user_id: 1,
  });
  const own = (await found.toArray()).filter(({ _id, deleted_user_id }) =>
    idsByUser.get(deleted_user_id)?.includes(_id),
  );
  // There is rarely one, and a read is cheaper than a write that changes nothing.
  if (own.length === 0) return;
  const later = { $dateAdd: { startDate: '$deletion_due_at', unit: 'millisecond', amount: 1 } };
  await tombstones.updateMany({ _id: { $in: own.map(({ _id }) => _id) } }, [
    { $set: { deletion_due_at: { $max: [dueAt, later] } } },
  ]);
}

/**
 * Deletions. A tombstone takes the entry's document, so that a concurrent insert of the same id finds it. It has no
 * `user_id`, so that no read of a user finds it.
 */
export function createDeletions(collections: StateCollections, counter: Counter): DeletionStore {
  const { userBlobs, entries, tombstones } = collections;
  const find = (where: object) =>
    tombstones.find<Omit<TombstoneDocument, 'outbox'>>(where, { projection: WITHOUT_OUTBOX }).toArray();
  return {
    async bury({ id, version }, tombstone, event) {
      const where = { _id: id, version, user_id: { $exists: true } };
      const replacing = [{ $replaceWith: tombstoneInPlace(id, tombstone, event) }];
      const before = await entries.findOneAndUpdate(where, replacing, { projection: COUNTED });
      if (!before) return false;
      const { facets } = countedFrom(before as CountedDocument);
      if (facets) await counter.counted(tombstone.userId, id, facets);
      return true;
    },
    async tombstone(id) {
      const [found] = await find({ _id: id, deleted_user_id: { $exists: true } });
      return found ? tombstoneFrom(found) : null;
    },
    async tombstones(userId, ids) {
      return (await find({ _id: { $in: [...ids] }, deleted_user_id: userId })).map(tombstoneFrom);
    },
    openDeletions: (idsByUser, dueAt) => openDeletions(collections, idsByUser, dueAt),
    async dueDeletions(now, limit) {
      const due = tombstones.find({ deletion_due_at: { $lte: now } }).sort({ deletion_due_at: 1 });
      return (await due.limit(limit).project<{ _id: string }>({ _id: 1 }).toArray()).map(({ _id }) => _id);
    },
    async settleDeletion({ id, dueAt: read }, dueAt) {
      if (!read) return;
      const next = dueAt
        ? { $set: { deletion_due_at: dueAt } }
        : { $unset: { deletion_due_at: true as const } };
      await tombstones.updateOne({ _id: id, deletion_due_at: read }, next);
    },
    async eraseUserBlobs(userId, ids) {
      await userBlobs.deleteMany({ _id: { $in: [...ids] }, user_id: userId });
    },
  };
}
