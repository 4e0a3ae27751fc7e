import type { Document } from 'mongodb';
import type { EntryFilter } from '../../filter.ts';
import { conditionsOf } from '../../filter.ts';
import type { EntryList, PageKey, PageRequest, Total } from '../../lists.ts';
import type { Detail, EntryOf } from '../../records.ts';
import { COMPARED, fewestOf, SCANNED } from '../../search.ts';
import type { StateStore } from '../../store.ts';
import type { StateCollections } from '../documents/collections.mongo.ts';
import type { ReadEntryDocument } from '../documents/entry-documents.mongo.ts';
import { readingOf } from '../documents/readings.mongo.ts';
import { queryOf, type StretchQuery, upTo, whereOf } from './queries.mongo.ts';

const TIMES: ReadonlySet<string> = new Set(['createdAfter', 'createdBefore']);

/** The filter with only these members, and time. */
const narrowed = (filter: EntryFilter, members: readonly string[]): EntryFilter =>
  Object.fromEntries(Object.entries(filter).filter(([name]) => members.includes(name) || TIMES.has(name)));

/**
 * Lists that an index holds and that contain every match of a filter: by two of its conditions, by `unfiled`, by one
 * word. A single list is the result.
 */
export function listsOf(filter: EntryFilter): EntryFilter[] {
  const conditions = conditionsOf(filter);
  const { words = [], unfiled } = filter;
  const pairs = conditions.flatMap((first, place) =>
    conditions.slice(place + 1).map((second) => narrowed(filter, [first, second])),
  );
  const lists = [
    ...words.map((word) => ({ ...narrowed(filter, []), words: [word] })),
    ...(unfiled ? [narrowed(filter, ['unfiled'])] : []),
    ...(pairs.length === 0 && conditions.length > 0 ? [narrowed(filter, conditions)] : pairs),
  ];
  return lists.length > 0 ? lists : [filter];
}

/** The shortest list. */
async function fewest({ entries }: StateCollections, userId: string, filter: EntryFilter) {
  return fewestOf(listsOf(filter), (list) =>
    entries.countDocuments(whereOf(userId, list), { limit: COMPARED }),
  );
}

/** A list to walk, and the last position to test; null when the list ends before. */
interface Walk {
  readonly query: StretchQuery;
  readonly end: PageKey | null;
}

async function walkOf(
  collections: StateCollections,
  userId: string,
  filter: EntryFilter,
  request: Omit<PageRequest, 'limit'>,
): Promise<Walk | null> {
  const list = await fewest(collections, userId, filter);
  if (!list) return null;
  const query = queryOf(userId, list, request);
  const { where, sort } = query;
  const last = collections.entries
    .find(where)
    .sort(sort)
    .skip(SCANNED - 1)
    .limit(1);
  const [found] = await last.project<{ _id: string; created_at: Date }>({ created_at: 1 }).toArray();
  if (!found) return { query, end: null };
  const end = { createdAt: found.created_at, id: found._id };
  return { query: { where: { $and: [where, upTo(end, request.direction)] }, sort }, end };
}

/** The list in its order, then its matches. The limit in between makes the server use the list. */
const kept = ({ query }: Walk, userId: string, filter: EntryFilter, limit: number): Document[] => [
  { $match: query.where },
  { $sort: query.sort },
  { $limit: SCANNED },
  { $match: whereOf(userId, filter) },
  { $limit: limit },
];

async function page<D extends Detail>(
  collections: StateCollections,
  userId: string,
  filter: EntryFilter,
  request: PageRequest,
  detail: D | undefined,
): Promise<EntryList<EntryOf[D]>> {
  const { entries } = collections;
  const { projection, from } = readingOf(detail);
  const { limit } = request;
  if (listsOf(filter).length === 1) {
    const { where, sort } = queryOf(userId, filter, request);
    const read = entries.find<ReadEntryDocument>(where, { projection }).sort(sort).limit(limit);
    return { entries: (await read.toArray()).map(from), resume: null };
  }
  const walk = await walkOf(collections, userId, filter, request);
  if (!walk) return { entries: [], resume: null };
  const pipeline = [...kept(walk, userId, filter, limit), { $project: projection }];
  const found = (await entries.aggregate<ReadEntryDocument>(pipeline).toArray()).map(from);
  return { entries: found, resume: found.length < limit ? walk.end : null };
}

async function countUpTo(
  collections: StateCollections,
  userId: string,
  filter: EntryFilter,
  limit: number,
): Promise<Total> {
  const { entries } = collections;
  if (listsOf(filter).length === 1) {
    const counted = await entries.countDocuments(whereOf(userId, filter), { limit: limit + 1 });
    return { count: Math.min(counted, limit), exact: counted <= limit };
  }
  const walk = await walkOf(collections, userId, filter, { direction: 'DESC' });
  if (!walk) return { count: 0, exact: true };
  const pipeline = [...kept(walk, userId, filter, limit + 1), { $count: 'total' }];
  const [{ total } = { total: 0 }] = await entries.aggregate<{ total: number }>(pipeline).toArray();
  return { count: Math.min(total, limit), exact: total <= limit && walk.end === null };
}

type ListStore = Pick<StateStore, 'page' | 'countUpTo'>;

/** Lists of entries. */
export const createLists = (collections: StateCollections): ListStore => ({
  page: (userId, filter, request, detail) => page(collections, userId, filter, request, detail),
  countUpTo: (userId, filter, limit) => countUpTo(collections, userId, filter, limit),
});
