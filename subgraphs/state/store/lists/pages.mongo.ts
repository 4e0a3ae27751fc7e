import type { Document, Filter, Sort } from 'mongodb';
import { behind } from '../../../../platform/mongo/behind.ts';
import type { StateCollections } from '../collections.mongo.ts';
import { type EntryDocument, entryFrom, type ReadEntryDocument } from '../documents.mongo.ts';
import type { EntryFilter, EntryList, PageKey, PageRequest, StateStore } from '../store.ts';
import { type Condition, conditionsOf, type Total } from './conditions.ts';
import { FIELDS } from './indexes.mongo.ts';

const WITHOUT_OUTBOX = { outbox: 0, outbox_since: 0 };

/** Entries that are looked at for one page by three or more conditions. */
const SCANNED = 10_000;
/** How far entries of a pair of conditions are counted, to find the pair with the fewest. */
const COMPARED = 1_000;

/** Conditions of a filter that an index holds, on a user's entries. */
export function whereOf(userId: string, filter: EntryFilter): Filter<EntryDocument> {
  const { createdAfter, createdBefore } = filter;
  const created = {
    ...(createdAfter ? { $gte: createdAfter } : {}),
    ...(createdBefore ? { $lt: createdBefore } : {}),
  };
  return {
    user_id: userId,
    ...Object.fromEntries(conditionsOf(filter).map((condition) => [FIELDS[condition], filter[condition]])),
    ...(createdAfter || createdBefore ? { created_at: created } : {}),
  };
}

/** A page's query. */
export function queryOf(
  userId: string,
  filter: EntryFilter,
  { after, direction }: Omit<PageRequest, 'limit'>,
): { where: Filter<EntryDocument>; sort: Record<string, 1 | -1> } {
  const order = direction === 'ASC' ? 1 : -1;
  const where = whereOf(userId, filter);
  return {
    where: after ? { $and: [where, behind(after, direction)] } : where,
    sort: { created_at: order, _id: order },
  };
}

/** The filter by these two conditions alone, and time. */
const narrowed = (filter: EntryFilter, pair: readonly Condition[]): EntryFilter =>
  Object.fromEntries(
    Object.entries(filter).filter(
      ([name]) => pair.includes(name as Condition) || name === 'createdAfter' || name === 'createdBefore',
    ),
  );

/** The pair of a filter's conditions that the fewest entries meet. */
async function fewest(
  { entries }: StateCollections,
  userId: string,
  filter: EntryFilter,
): Promise<EntryFilter> {
  const conditions = conditionsOf(filter);
  const pairs = conditions.flatMap((first, place) =>
    conditions.slice(place + 1).map((second) => narrowed(filter, [first, second])),
  );
  const counted = await Promise.all(
    pairs.map(async (pair) => ({
      pair,
      count: await entries.countDocuments(whereOf(userId, pair), { limit: COMPARED }),
    })),
  );
  return counted.toSorted((a, b) => a.count - b.count)[0]?.pair ?? filter;
}

/** Entries up to a place, itself included; bounds the walk of the index like {@link behind}. */
function upTo({ createdAt, id }: PageKey, direction: 'ASC' | 'DESC'): Document {
  const [before, atMost] = direction === 'ASC' ? ['$lt', '$lte'] : ['$gt', '$gte'];
  const bound = direction === 'ASC' ? { $lt: new Date(createdAt.getTime() + 1) } : { $gte: createdAt };
  return {
    created_at: bound,
    $or: [{ created_at: { [before as string]: createdAt } }, { _id: { [atMost as string]: id } }],
  };
}

async function find({ entries }: StateCollections, where: Filter<EntryDocument>, sort: Sort, limit: number) {
  const found = entries
    .find<ReadEntryDocument>(where, { projection: WITHOUT_OUTBOX })
    .sort(sort)
    .limit(limit);
  return (await found.toArray()).map(entryFrom);
}

/** Where the stretch ends that is looked through for a page: no index holds entries by so many conditions. */
async function horizon(
  collections: StateCollections,
  userId: string,
  filter: EntryFilter,
  request: Omit<PageRequest, 'limit'>,
): Promise<PageKey | null> {
  const { where, sort } = queryOf(userId, await fewest(collections, userId, filter), request);
  const last = collections.entries
    .find(where)
    .sort(sort)
    .skip(SCANNED - 1)
    .limit(1);
  const [found] = await last.project<{ _id: string; created_at: Date }>({ created_at: 1 }).toArray();
  return found ? { createdAt: found.created_at, id: found._id } : null;
}

async function page(
  collections: StateCollections,
  userId: string,
  filter: EntryFilter,
  request: PageRequest,
): Promise<EntryList> {
  const { where, sort } = queryOf(userId, filter, request);
  if (conditionsOf(filter).length <= 2)
    return { entries: await find(collections, where, sort, request.limit), resume: null };
  const end = await horizon(collections, userId, filter, request);
  const within = end ? { $and: [where, upTo(end, request.direction)] } : where;
  const found = await find(collections, within, sort, request.limit);
  return { entries: found, resume: found.length < request.limit ? end : null };
}

async function countUpTo(
  collections: StateCollections,
  userId: string,
  filter: EntryFilter,
  limit: number,
): Promise<Total> {
  const where = whereOf(userId, filter);
  const direction = 'DESC';
  const whole = conditionsOf(filter).length <= 2;
  const end = whole ? null : await horizon(collections, userId, filter, { direction });
  const within = end ? { $and: [where, upTo(end, direction)] } : where;
  const counted = await collections.entries.countDocuments(within, { limit: limit + 1 });
  return { count: Math.min(counted, limit), exact: counted <= limit && end === null };
}

type ListStore = Pick<StateStore, 'page' | 'countUpTo'>;

/** Lists of entries. */
export const createLists = (collections: StateCollections): ListStore => ({
  page: (userId, filter, request) => page(collections, userId, filter, request),
  countUpTo: (userId, filter, limit) => countUpTo(collections, userId, filter, limit),
});
