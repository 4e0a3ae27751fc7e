import type { Counter } from '../summary/counting/counter.mongo.ts';
import {
  COUNTED,
  type CountedDocument,
  countedFrom,
  TOMBSTONE_MARK,
} from '../summary/counting/stored.mongo.ts';
import type { StateCollections } from './collections.mongo.ts';
import type { DeletionStore } from './deletions.ts';
import { type TombstoneDocument, tombstoneFrom } from './documents.mongo.ts';

const WITHOUT_OUTBOX = { outbox: 0, outbox_since: 0 };

/**
 * Deletions. A tombstone stays in the entry's document, so that whoever inserts the same id meets it, however close
 * the two come. It has no `user_id`, so that no read of a user's finds it.
 */
export function createDeletions(
  { userBlobs, entries, tombstones }: StateCollections,
  counter: Counter,
): DeletionStore {
  const find = (where: object) =>
    tombstones.find<Omit<TombstoneDocument, 'outbox'>>(where, { projection: WITHOUT_OUTBOX }).toArray();
  return {
    async bury({ id, version }, { userId, processorId, schema, cascade, deletedAt, dueAt, ...next }, event) {
      const tombstone = {
        _id: id,
        version: next.version,
        processor_id: { $literal: processorId },
        deleted_user_id: { $literal: userId },
        ...(schema === undefined ? {} : { deleted_schema: { $literal: schema } }),
        deletion_cascades: { $literal: cascade },
        deleted_at: deletedAt,
        ...(dueAt ? { deletion_due_at: dueAt } : {}),
        outbox: { $concatArrays: ['$outbox', [{ $literal: event }]] },
        outbox_since: { $ifNull: ['$outbox_since', deletedAt] },
        counted: TOMBSTONE_MARK,
      };
      const where = { _id: id, version, user_id: { $exists: true } };
      const before = await entries.findOneAndUpdate(where, [{ $replaceWith: tombstone }], {
        projection: COUNTED,
      });
      if (!before) return false;
      const { facets } = countedFrom(before as CountedDocument);
      if (facets) await counter.counted(userId, id, facets);
      return true;
    },
    async tombstone(id) {
      const [found] = await find({ _id: id, deleted_user_id: { $exists: true } });
      return found ? tombstoneFrom(found) : null;
    },
    async tombstones(userId, ids) {
      return (await find({ _id: { $in: [...ids] }, deleted_user_id: userId })).map(tombstoneFrom);
    },
    async openDeletions(idsByUser, dueAt) {
      const named = { _id: { $in: [...idsByUser.values()].flat() }, deleted_user_id: { $exists: true } };
      const found = tombstones.find(named).project<{ _id: string; deleted_user_id: string }>({
        deleted_user_id: 1,
      });
      const own = (await found.toArray()).filter(({ _id, deleted_user_id }) =>
        idsByUser.get(deleted_user_id)?.includes(_id),
      );
      // As a rule there is none, and a read costs less than a write of nothing.
      if (own.length === 0) return;
      const later = { $dateAdd: { startDate: '$deletion_due_at', unit: 'millisecond', amount: 1 } };
      await tombstones.updateMany({ _id: { $in: own.map(({ _id }) => _id) } }, [
        { $set: { deletion_due_at: { $max: [dueAt, later] } } },
      ]);
    },
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
