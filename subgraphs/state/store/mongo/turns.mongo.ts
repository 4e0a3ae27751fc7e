import type { IndexDescription } from 'mongodb';
import type { HeldEntry, TurnStore } from '../turns.ts';
import type { StateCollections } from './documents/collections.mongo.ts';
import { type EntryDocument, runFrom } from './documents/entry-documents.mongo.ts';

/** Small: an entry leaves them when its runs end, or are handed out. */
export const TURN_INDEXES: readonly IndexDescription[] = [
  { name: 'outstanding', key: { user_id: 1 }, partialFilterExpression: { 'runs.turn': 'taken' } },
  {
    name: 'held',
    key: { user_id: 1, created_at: 1, _id: 1 },
    partialFilterExpression: { 'runs.turn': 'held' },
  },
];

const heldFrom = (
  { _id, runs }: Pick<EntryDocument, '_id' | 'runs'>,
  except: readonly string[],
): HeldEntry => ({
  id: _id,
  processorIds: runs
    .map(runFrom)
    .flatMap(({ held, processorId }) => (held && !except.includes(processorId) ? [processorId] : [])),
});

export const createTurnStore = ({ entries }: StateCollections): TurnStore => ({
  async outstandingRuns(userId) {
    const pipeline = [
      { $match: { user_id: userId, 'runs.turn': 'taken' } },
      { $project: { runs: 1 } },
      { $unwind: '$runs' },
      { $match: { 'runs.turn': 'taken' } },
      { $group: { _id: '$runs.processor_id', runs: { $sum: 1 } } },
    ];
    const rows = entries.aggregate<{ _id: string; runs: number }>(pipeline, { hint: 'outstanding' });
    return new Map((await rows.toArray()).map(({ _id, runs }) => [_id, runs]));
  },
  async heldEntries(userId, { except, limit }) {
    const held = { $elemMatch: { turn: 'held', processor_id: { $nin: [...except] } } } as const;
    const found = entries
      .find({ user_id: userId, 'runs.turn': 'held', runs: held })
      .project<Pick<EntryDocument, '_id' | 'runs'>>({ runs: 1 })
      .sort({ created_at: 1, _id: 1 })
      .limit(limit)
      .hint('held');
    return (await found.toArray()).map((document) => heldFrom(document, except));
  },
  async heldUsers({ after, limit }) {
    const pipeline = [
      { $match: { user_id: { $gt: after }, 'runs.turn': 'held' } },
      { $group: { _id: '$user_id' } },
      { $sort: { _id: 1 } },
      { $limit: limit },
    ];
    const rows = await entries.aggregate<{ _id: string }>(pipeline, { hint: 'held' }).toArray();
    return rows.map(({ _id }) => _id);
  },
});
