import type { Document } from 'mongodb';
import { behind } from '../../../platform/mongo/behind.ts';
import { BLOB_INDEX, type StateCollections } from './collections.mongo.ts';
import type { PageKey } from './store.ts';

interface Among {
  readonly processorIds?: readonly string[] | undefined;
}

/** One child of one parent. */
interface Pair<Child> {
  _id: string;
  child: Child;
}

/**
 * Results of `pipeline` on the entries that have an id in `foreignField`, for each id: one aggregation, whatever
 * their number, which starts from the ids themselves, since no document may bear them.
 */
export async function ofEach<Child extends object>(
  { database }: StateCollections,
  ids: readonly string[],
  foreignField: 'source_ids' | 'book_id' | 'conversation_id',
  pipeline: Document[],
): Promise<Pair<Child>[]> {
  const each = [...new Set(ids)].map((id) => ({ _id: { $literal: id } }));
  return database
    .aggregate<Pair<Child>>([
      { $documents: each },
      { $lookup: { from: BLOB_INDEX, localField: '_id', foreignField, pipeline, as: 'child' } },
      { $unwind: '$child' },
    ])
    .toArray();
}

const among = (userId: string, { processorIds }: Among): Document => ({
  user_id: userId,
  ...(processorIds ? { processor_id: { $in: [...processorIds] } } : {}),
});

/** The newest of a user's entries: the index holds them in this order, so that no more are read than asked for. */
export const newestOf = (userId: string, request: Among & { limit: number; after?: PageKey }): Document[] => [
  { $match: { ...among(userId, request), ...(request.after ? behind(request.after, 'DESC') : {}) } },
  { $sort: { created_at: -1, _id: -1 } },
  { $limit: request.limit },
];

/** How many there are. */
export const totalOf = (userId: string, only: Among): Document[] => [
  { $match: among(userId, only) },
  { $group: { _id: null, total: { $sum: 1 } } },
];

/** The children by parent. */
export function byParent<Child, T>(
  pairs: readonly Pair<Child>[],
  value: (child: Child) => T,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const { _id, child } of pairs) {
    const group = groups.get(_id);
    if (group) group.push(value(child));
    else groups.set(_id, [value(child)]);
  }
  return groups;
}
