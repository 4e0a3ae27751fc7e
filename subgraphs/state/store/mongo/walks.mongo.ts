import type { Collection } from 'mongodb';
import { isDuplicateKey } from '../../../../platform/mongo/duplicate-key.ts';
import type { EntryPlace } from '../scans.ts';
import type { BatchPlace, IndexWalk, WalkStore } from '../walks.ts';
import type { EntryPlaceDocument, WalkDocument } from './documents/progress-documents.mongo.ts';

const placeFrom = ({ user_id, id }: EntryPlaceDocument): EntryPlace => ({ userId: user_id, id });
const placeOf = ({ userId, id }: EntryPlace): EntryPlaceDocument => ({ user_id: userId, id });

type BatchDocument = WalkDocument['batch'][number];
const withGeneration = (generation: number | undefined) => (generation === undefined ? {} : { generation });
const batchPlaceFrom = ({ generation, ...place }: BatchDocument): BatchPlace => ({
  ...placeFrom(place),
  ...withGeneration(generation),
});
const batchPlaceOf = ({ generation, ...place }: BatchPlace): BatchDocument => ({
  ...placeOf(place),
  ...withGeneration(generation),
});

const walkFrom = (document: WalkDocument): IndexWalk => ({
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
  batch: document.batch.map(batchPlaceFrom),
  details: document.details ?? null,
  notes: document.notes == null ? null : JSON.parse(document.notes),
  lease: document.lease,
});

const progressOf = (walk: Omit<IndexWalk, 'lease'>) => ({
  finished_at: walk.finishedAt,
  scanned: walk.scanned,
  planned: walk.planned,
  finished_runs: walk.finishedRuns,
  obstacle: walk.obstacle,
  after: walk.after && placeOf(walk.after),
  batch: walk.batch.map(batchPlaceOf),
  details: walk.details,
  notes: walk.notes === null ? null : JSON.stringify(walk.notes),
});

/** Sets these members and the due time; null: never due. */
const due = (dueAt: Date | null, members: object) =>
  dueAt ? { $set: { ...members, due_at: dueAt } } : { $set: members, $unset: { due_at: true as const } };

/** Walks of one kind; each kind has its own collection. */
export function createWalks(walks: Collection<WalkDocument>): WalkStore {
  const find = async (processorId: string): Promise<IndexWalk | null> => {
    const found = await walks.findOne({ _id: processorId });
    return found && walkFrom(found);
  };
  return {
    async beginWalk(walk, dueAt, { anew = false } = {}) {
      const { processorId, since, requestedBy, startedAt } = walk;
      const begun = { since, requested_by: requestedBy, started_at: startedAt };
      const replaced = anew ? {} : { $or: [{ finished_at: { $ne: null } }, { since: { $ne: since } }] };
      try {
        await walks.updateOne(
          { _id: processorId, ...replaced },
          { ...due(dueAt, { ...begun, ...progressOf(walk) }), $inc: { lease: 1 } },
          { upsert: true },
        );
      } catch (error) {
        // A walk with the same `since` is running.
        if (!isDuplicateKey(error)) throw error;
      }
      return (await find(processorId)) ?? { ...walk, lease: 1 };
    },
    walk: find,
    async claimWalk(processorId, now, until) {
      const claimed = await walks.findOneAndUpdate(
        { _id: processorId, due_at: { $lte: now } },
        { $set: { due_at: until }, $inc: { lease: 1 } },
        { returnDocument: 'after' },
      );
      return claimed && walkFrom(claimed);
    },
    async saveWalk(walk, dueAt) {
      const { matchedCount } = await walks.updateOne(
        { _id: walk.processorId, lease: walk.lease },
        due(dueAt, progressOf(walk)),
      );
      return matchedCount === 1;
    },
    async cancelWalk(processorId, at) {
      const ended = { finished_at: at, batch: [], obstacle: null, 'details.cancelled': true };
      const { matchedCount } = await walks.updateOne(
        { _id: processorId, finished_at: null },
        { $set: ended, $unset: { due_at: true }, $inc: { lease: 1 } },
      );
      return matchedCount === 1;
    },
    async forgetWalks(userId) {
      await walks.deleteMany({ 'details.userId': userId });
    },
    async dueWalks(now, limit) {
      const found = walks.find({ due_at: { $lte: now } }).sort({ due_at: 1 });
      return (await found.limit(limit).project<{ _id: string }>({ _id: 1 }).toArray()).map(({ _id }) => _id);
    },
  };
}
