import {
  type LineageEdge,
  type LineageEdges,
  type LineageStore,
  type LineageWalk,
  type ListedDetail,
  MAX_LOOKED_THROUGH,
  MAX_SOURCES,
} from '../lineage.ts';
import type { EntryOf } from '../records.ts';
import { BLOB_INDEX, type StateCollections } from './documents/collections.mongo.ts';
import type { ReadEntryDocument } from './documents/entry-documents.mongo.ts';
import { readingOf } from './documents/readings.mongo.ts';

/** The position of a node. */
interface Place {
  readonly _id: string;
  readonly created_at: Date;
}

interface Step {
  readonly places: readonly Place[];
  /** Whether sources were left out. */
  readonly cut: boolean;
}

const oldestFirst = (a: Place, b: Place): number =>
  a.created_at.getTime() - b.created_at.getTime() || (a._id < b._id ? -1 : 1);

/** The sources of these entries. */
async function parentsOf(
  { entries }: StateCollections,
  userId: string,
  ids: readonly string[],
): Promise<Step> {
  const own = { $match: { user_id: userId } };
  const found = await entries
    .aggregate<{ looked: number; parents: Place[] }>([
      { $match: { _id: { $in: [...ids] }, user_id: userId } },
      { $project: { source_ids: 1 } },
      { $unwind: '$source_ids' },
      { $limit: MAX_SOURCES + 1 },
      { $group: { _id: '$source_ids', looked: { $sum: 1 } } },
      {
        $lookup: {
          from: BLOB_INDEX,
          localField: '_id',
          foreignField: '_id',
          pipeline: [own, { $project: { created_at: 1 } }],
          as: 'parents',
        },
      },
      { $project: { _id: 0, looked: 1, parents: 1 } },
    ])
    .toArray();
  const looked = found.reduce((total, each) => total + each.looked, 0);
  return { places: found.flatMap(({ parents }) => parents), cut: looked > MAX_SOURCES };
}

/** The entries derived from these; from a single one, the oldest. */
async function childrenOf(
  { entries }: StateCollections,
  userId: string,
  ids: readonly string[],
): Promise<Step> {
  const [only] = ids.length === 1 ? ids : [];
  const found = entries
    .find<Place>(
      { source_ids: only ?? { $in: [...ids] }, user_id: userId },
      { projection: { created_at: 1 } },
    )
    .limit(MAX_SOURCES + 1);
  // No index has the children of several entries in order.
  const places = await (only === undefined ? found : found.sort({ created_at: 1, _id: 1 })).toArray();
  return { places, cut: places.length > MAX_SOURCES };
}

/** One direction of a walk, step by step. */
class Walk {
  readonly #step: (ids: readonly string[]) => Promise<Step>;
  readonly #met = new Set<string>();
  #last: string[];
  cut = false;

  constructor(start: string, step: (ids: readonly string[]) => Promise<Step>) {
    this.#step = step;
    this.#last = [start];
    this.#met.add(start);
  }

  /** The first ids of the next step, at most `limit`, the oldest first. */
  async next(limit: number): Promise<readonly Place[]> {
    if (this.#last.length === 0) return [];
    const { places, cut } = await this.#step(this.#last);
    this.cut ||= cut;
    const met = places
      .filter(({ _id }) => !this.#met.has(_id))
      .toSorted(oldestFirst)
      .slice(0, limit);
    for (const { _id } of met) this.#met.add(_id);
    this.#last = met.map(({ _id }) => _id);
    return met;
  }
}

/** The shortest distances of the nearest nodes. */
async function distances(
  collections: StateCollections,
  userId: string,
  id: string,
  depth: number,
  limit: number,
) {
  const up = new Walk(id, (ids) => parentsOf(collections, userId, ids));
  const down = new Walk(id, (ids) => childrenOf(collections, userId, ids));
  const found = new Map([[id, 0]]);
  for (let step = 1; step <= depth && found.size < limit; step += 1) {
    const [above, below] = await Promise.all([up.next(limit), down.next(limit)]);
    if (above.length + below.length === 0) break;
    for (const { _id } of above) if (!found.has(_id)) found.set(_id, -step);
    for (const { _id } of below) if (!found.has(_id)) found.set(_id, step);
  }
  return { nearest: new Map([...found].slice(0, limit)), cut: up.cut || down.cut };
}

/** Walks in steps of one or two queries: in one aggregation, all sources would have to fit into one document. */
async function lineage<D extends ListedDetail>(
  collections: StateCollections,
  userId: string,
  id: string,
  depth: number,
  limit: number,
  detail: D,
): Promise<LineageWalk<EntryOf[D]>> {
  const { nearest, cut } = await distances(collections, userId, id, depth, limit);
  const { projection, from } = readingOf(detail);
  const found = await collections.entries
    .find<ReadEntryDocument>({ _id: { $in: [...nearest.keys()] }, user_id: userId }, { projection })
    .toArray();
  const entries = new Map(found.map((document) => [document._id, document]));
  const nodes = [...nearest].flatMap(([each, distance]) => {
    const document = entries.get(each);
    return document ? [{ entry: from(document), distance }] : [];
  });
  // Without the entry itself there is no lineage.
  return entries.has(id) ? { nodes, cut } : { nodes: [], cut: false };
}

/** Entries per query for edges; the server holds the sources of each in memory. */
const ENTRIES_AT_ONCE = 100;

async function edgesAmong(
  { entries }: StateCollections,
  userId: string,
  ids: readonly string[],
  limit: number,
): Promise<LineageEdges> {
  const edges: LineageEdge[] = [];
  let looked = 0;
  for (let start = 0; start < ids.length; start += ENTRIES_AT_ONCE) {
    if (edges.length > limit || looked > MAX_LOOKED_THROUGH)
      return { edges: edges.slice(0, limit), cut: true };
    const children = ids.slice(start, start + ENTRIES_AT_ONCE);
    const found = await entries
      .aggregate<{ _id: string; looked: number; parents: string[] }>([
        { $match: { _id: { $in: children }, user_id: userId } },
        {
          $project: {
            looked: { $size: '$source_ids' },
            parents: { $setIntersection: ['$source_ids', { $literal: ids }] },
          },
        },
      ])
      .toArray();
    const of = new Map(found.map((child) => [child._id, child]));
    for (const childId of children)
      for (const parentId of of.get(childId)?.parents ?? []) edges.push({ parentId, childId });
    looked += found.reduce((total, child) => total + child.looked, 0);
  }
  return { edges: edges.slice(0, limit), cut: edges.length > limit };
}

/** Lineages. */
export const createLineage = (collections: StateCollections): LineageStore => ({
  lineage: <D extends ListedDetail = 'listed'>(
    userId: string,
    id: string,
    depth: number,
    limit: number,
    detail?: D,
  ) => lineage<D>(collections, userId, id, depth, limit, detail ?? ('listed' as D)),
  edgesAmong: (userId, ids, limit) => edgesAmong(collections, userId, ids, limit),
});
