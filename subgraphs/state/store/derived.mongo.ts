import type { Document } from 'mongodb';
import { behind } from '../../../platform/mongo/behind.ts';
import { BLOB_INDEX, type StateCollections } from './collections.mongo.ts';
import type { PageKey } from './store.ts';

/** One child of one parent. */
interface Pair<Child> {
  _id: string;
  child: Child;
}

/**
 * What `pipeline` makes of the entries that have a parent among their sources, for each parent: one aggregation,
 * whatever their number, which starts from the ids themselves, since a parent may have no entry here.
 */
export async function ofEachParent<Child extends object>(
  { database }: StateCollections,
  parentIds: readonly string[],
  pipeline: Document[],
): Promise<Pair<Child>[]> {
  const parents = [...new Set(parentIds)].map((id) => ({ _id: { $literal: id } }));
  return database
    .aggregate<Pair<Child>>([
      { $documents: parents },
      {
        $lookup: { from: BLOB_INDEX, localField: '_id', foreignField: 'source_ids', pipeline, as: 'child' },
      },
      { $unwind: '$child' },
    ])
    .toArray();
}

/** For each parent its newest children: the index holds them in this order, so that no more are read than asked for. */
export const newestOf = (
  userId: string,
  request: { limit: number; after?: PageKey; processorId?: string },
): Document[] => [
  {
    $match: {
      user_id: userId,
      ...(request.processorId === undefined ? {} : { processor_id: request.processorId }),
      ...(request.after ? behind(request.after, 'DESC') : {}),
    },
  },
  { $sort: { created_at: -1, _id: -1 } },
  { $limit: request.limit },
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
