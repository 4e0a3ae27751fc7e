import type { IndexDescription } from 'mongodb';
import { type HeldEntry, type TurnStore, turnOf } from '../../turns.ts';
import type { StateCollections } from '../documents/collections.mongo.ts';
import { type EntryDocument, runFrom } from '../documents/entry-documents.mongo.ts';
import { onceBuilt } from './once-built.mongo.ts';

/**
 * Small: an entry leaves them when its runs end, or are handed out. In the order in which they are built: once runs can be
 * counted, what is held can be found.
 */
export const TURN_INDEXES: readonly IndexDescription[] = [
  {
    name: 'held',
    key: { user_id: 1, created_at: 1, _id: 1 },
    partialFilterExpression: { 'runs.turn': 'held' },
  },
  { name: 'outstanding', key: { user_id: 1 }, partialFilterExpression: { 'runs.turn': 'taken' } },
];

/** With a mark alone, a run may have been ended by a process of the release before, which does not know it. */
const HELD = { turn: 'held', state: 'PENDING' } as const;

const heldFrom = (
  { _id, runs }: Pick<EntryDocument, '_id' | 'runs'>,
  except: readonly string[],
): HeldEntry => ({
  id: _id,
  processorIds: runs
    .map(runFrom)
    .flatMap((run) => (turnOf(run) === 'held' && !except.includes(run.processorId) ? [run.processorId] : [])),
});

export const createTurnStore = ({ entries }: StateCollections): TurnStore => ({
  async outstandingRuns(userId) {
    const pipeline = [
      { $match: { user_id: userId, 'runs.turn': 'taken' } },
      { $project: { runs: 1 } },
      { $unwind: '$runs' },
      { $match: { 'runs.turn': 'taken', 'runs.state': { $in: ['PENDING', 'PROCESSING'] } } },
      { $group: { _id: '$runs.processor_id', runs: { $sum: 1 } } },
    ];
    const rows = entries.aggregate<{ _id: string; runs: number }>(pipeline, { hint: 'outstanding' });
    const counted = await onceBuilt(rows.toArray(), null);
    return counted && new Map(counted.map(({ _id, runs }) => [_id, runs]));
  },
  async heldEntries(userId, { except, limit }) {
    const held = { $elemMatch: { ...HELD, processor_id: { $nin: [...except] } } };
    const found = entries
      .find({ user_id: userId, 'runs.turn': 'held', runs: held })
      .project<Pick<EntryDocument, '_id' | 'runs'>>({ runs: 1 })
      .sort({ created_at: 1, _id: 1 })
      .limit(limit)
      .hint('held');
    return (await found.toArray()).map((document) => heldFrom(document, except));
  },
  async heldUsers({ after, limit }) {
    const users: string[] = [];
    // One look at the index for each user, however many runs they have.
    while (users.length < limit) {
      const found = entries.findOne(
        { user_id: { $gt: users.at(-1) ?? after }, 'runs.turn': 'held', runs: { $elemMatch: HELD } },
        { sort: { user_id: 1, created_at: 1, _id: 1 }, projection: { user_id: 1 }, hint: 'held' },
      );
      const next = await onceBuilt(found, null);
      if (!next) break;
      users.push(next.user_id);
    }
    return users;
  },
});
