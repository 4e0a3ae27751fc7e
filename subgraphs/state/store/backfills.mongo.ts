import type { Collection } from 'mongodb';
import { isDuplicateKey } from '../../../platform/mongo/client.ts';
import type { Backfill, BackfillStore } from './backfills.ts';
import type { BackfillDocument, EntryPlaceDocument } from './documents.mongo.ts';
import type { EntryPlace } from './scans.ts';

const placeFrom = ({ user_id, id }: EntryPlaceDocument): EntryPlace => ({ userId: user_id, id });
const placeOf = ({ userId, id }: EntryPlace): EntryPlaceDocument => ({ user_id: userId, id });

const backfillFrom = (document: BackfillDocument): Backfill => ({
  processorId: document._id,
  since: document.since,
  requestedBy: document.requested_by,
  startedAt: document.started_at,
  finishedAt: document.finished_at,
  scanned: document.scanned,
  planned: document.planned,
  finishedRuns: document.finished_runs,
  obstacle: document.obstacle,
  after: document.after && placeFrom(document.after),
  batch: document.batch.map(placeFrom),
  lease: document.lease,
});

const progressOf = (backfill: Omit<Backfill, 'lease'>) => ({
  finished_at: backfill.finishedAt,
  scanned: backfill.scanned,
  planned: backfill.planned,
  finished_runs: backfill.finishedRuns,
  obstacle: backfill.obstacle,
  after: backfill.after && placeOf(backfill.after),
  batch: backfill.batch.map(placeOf),
});

/** Sets these members, and when it is due; never with null. */
const due = (dueAt: Date | null, members: object) =>
  dueAt ? { $set: { ...members, due_at: dueAt } } : { $set: members, $unset: { due_at: true as const } };

/** Walks of one kind, each kind in a collection of its own. */
export function createBackfills(backfills: Collection<BackfillDocument>): BackfillStore {
  const find = async (processorId: string): Promise<Backfill | null> => {
    const found = await backfills.findOne({ _id: processorId });
    return found && backfillFrom(found);
  };
  return {
    async beginBackfill(backfill, dueAt, { anew = false } = {}) {
      const { processorId, since, requestedBy, startedAt } = backfill;
      const begun = { since, requested_by: requestedBy, started_at: startedAt };
      const replaced = anew ? {} : { $or: [{ finished_at: { $ne: null } }, { since: { $ne: since } }] };
      try {
        await backfills.updateOne(
          { _id: processorId, ...replaced },
          { ...due(dueAt, { ...begun, ...progressOf(backfill) }), $inc: { lease: 1 } },
          { upsert: true },
        );
      } catch (error) {
        // It is there, and under way with the same `since`.
        if (!isDuplicateKey(error)) throw error;
      }
      return (await find(processorId)) ?? { ...backfill, lease: 1 };
    },
    backfill: find,
    async claimBackfill(processorId, now, until) {
      const claimed = await backfills.findOneAndUpdate(
        { _id: processorId, due_at: { $lte: now } },
        { $set: { due_at: until }, $inc: { lease: 1 } },
        { returnDocument: 'after' },
      );
      return claimed && backfillFrom(claimed);
    },
    async saveBackfill(backfill, dueAt) {
      const { matchedCount } = await backfills.updateOne(
        { _id: backfill.processorId, lease: backfill.lease },
        due(dueAt, progressOf(backfill)),
      );
      return matchedCount === 1;
    },
    async dueBackfills(now, limit) {
      const found = backfills.find({ due_at: { $lte: now } }).sort({ due_at: 1 });
      return (await found.limit(limit).project<{ _id: string }>({ _id: 1 }).toArray()).map(({ _id }) => _id);
    },
  };
}
