import type { Document } from 'mongodb';
import { BLOB_INDEX, type StateCollections } from './collections.mongo.ts';
import { entryFrom, type ReadEntryDocument } from './documents.mongo.ts';
import type { LineageNode } from './store.ts';

/** An id that no entry has. A list without ids would join as null, and the index answers null with every entry that has no sources. */
const NOTHING = '';

/** A step's entries, as nodes that are `distance` away. */
const nodesAt = (found: string, distance: number): Document => ({
  $map: {
    input: found,
    in: {
      id: '$$this._id',
      created_at: '$$this.created_at',
      distance: { $literal: distance },
      steps: { $literal: Math.abs(distance) },
    },
  },
});

/**
 * One step up and one down from the ids in `up` and `down`. Of those found, twice `limit` are enough: fewer than
 * `limit` can have been met before, or nothing from this step on is asked for.
 */
function step(userId: string, number: number, limit: number): Document[] {
  const nearest = [
    { $match: { user_id: userId } },
    { $sort: { created_at: 1, _id: 1 } },
    { $limit: 2 * limit },
    { $project: { source_ids: 1, created_at: 1 } },
  ];
  const join = (localField: string, foreignField: string, as: string): Document => ({
    $lookup: { from: BLOB_INDEX, localField, foreignField, pipeline: nearest, as },
  });
  const sourcesAbove = {
    $reduce: {
      input: '$above',
      initialValue: [NOTHING],
      in: { $setUnion: ['$$value', '$$this.source_ids'] },
    },
  };
  return [
    join('up', '_id', 'above'),
    join('down', 'source_ids', 'below'),
    {
      $set: {
        nodes: { $concatArrays: ['$nodes', nodesAt('$above', -number), nodesAt('$below', number)] },
        up: sourcesAbove,
        down: { $concatArrays: [[NOTHING], { $map: { input: '$below', in: '$$this._id' } }] },
      },
    },
  ];
}

/** The nearest `limit` of the nodes, each once and at its shortest distance, with their entries. */
const gather = (limit: number): Document[] => [
  { $unwind: '$nodes' },
  { $replaceWith: '$nodes' },
  // They come nearest first.
  {
    $group: {
      _id: '$id',
      distance: { $first: '$distance' },
      steps: { $first: '$steps' },
      created_at: { $first: '$created_at' },
    },
  },
  { $sort: { steps: 1, distance: 1, created_at: 1, _id: 1 } },
  { $limit: limit },
  {
    $lookup: {
      from: BLOB_INDEX,
      localField: '_id',
      foreignField: '_id',
      pipeline: [{ $unset: ['outbox', 'outbox_since'] }],
      as: 'entry',
    },
  },
  { $unwind: '$entry' },
];

/**
 * Walks step by step, in one aggregation. Not by `$graphLookup`: it has no limit, so that the lineage of a blob
 * with very many descendants would fail on its memory instead of being cut.
 */
export async function lineage(
  { entries }: StateCollections,
  userId: string,
  id: string,
  depth: number,
  limit: number,
): Promise<LineageNode[]> {
  const self = { id: '$_id', created_at: '$created_at', distance: { $literal: 0 }, steps: { $literal: 0 } };
  const found = entries.aggregate<{ distance: number; entry: ReadEntryDocument }>([
    { $match: { _id: id, user_id: userId } },
    { $project: { nodes: [self], up: { $concatArrays: [[NOTHING], '$source_ids'] }, down: ['$_id'] } },
    ...Array.from({ length: depth }, (_, index) => step(userId, index + 1, limit)).flat(),
    ...gather(limit),
  ]);
  return (await found.toArray()).map(({ distance, entry }) => ({ entry: entryFrom(entry), distance }));
}
