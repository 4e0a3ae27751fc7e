import type { Document } from 'mongodb';
import { behind } from '../../../../../platform/mongo/behind.ts';
import type { PageKey } from '../../lists.ts';
import { BLOB_INDEX, type StateCollections } from '../documents/collections.mongo.ts';

interface Among {
  readonly processorIds?: readonly string[] | undefined;
}

/** One child of one parent. */
interface Pair<Child> {
  _id: string;
  child: Child;
}

/**
 * For each id, the results of `pipeline` on the entries with that id in `foreignField`, in one aggregation. It starts
 * from the ids, as there may be no documents with them.
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

/** The newest of a user's entries, in the order of the index, so that no more are read than requested. */
export const newestOf = (userId: string, request: Among & { limit: number; after?: PageKey }): Document[] => [
  { $match: { ...among(userId, request), ...(request.after ? behind(request.after, 'DESC') : {}) } },
  { $sort: { created_at: -1, _id: -1 } },
  { $limit: request.limit },
];

/** The number of entries. */
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
