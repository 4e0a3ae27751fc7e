import type { SqlDatabase } from '../../../../../platform/sql/database.ts';
import type { EntryFilter } from '../../filter.ts';
import type { DerivedRequest, EntryList, PageRequest, Total } from '../../lists.ts';
import type { Detail, EntryOf } from '../../records.ts';
import { isSearched } from '../../search.ts';
import type { StateStore } from '../../store.ts';
import { grouped, Parameters } from '../rows/groups.postgres.ts';
import { type EntryRow, readingOf } from '../rows/rows.postgres.ts';
import { childrenBy, entriesIn, listOf, seedsOf } from './filters.postgres.ts';
import { countSql, type Listing, listSql } from './listings.postgres.ts';
import { searchPage, searchTotal } from './search-walk.postgres.ts';

const LISTS = { bookId: 'book', conversationId: 'conversation' } as const;

type Found<Row> = Row & { for_parent: string };

async function page<D extends Detail>(
  database: SqlDatabase,
  userId: string,
  filter: EntryFilter,
  request: PageRequest,
  detail: D | undefined,
): Promise<EntryList<EntryOf[D]>> {
  const { columns, from } = readingOf(detail);
  if (isSearched(filter)) return searchPage(database, userId, filter, request, { columns, from });
  const { createdAfter, createdBefore } = filter;
  const parameters = new Parameters();
  const { listing, seeds } = listOf(userId, filter, parameters);
  const of = { seeds, columns, userId: parameters.add(userId) };
  const stretch = { ...request, createdAfter, createdBefore };
  const text = listSql(listing, of, stretch, parameters);
  const entries = (await database.query<EntryRow>(text, parameters.values)).map(from);
  return { entries, resume: null };
}

async function countUpTo(
  database: SqlDatabase,
  userId: string,
  filter: EntryFilter,
  limit: number,
): Promise<Total> {
  if (isSearched(filter)) return searchTotal(database, userId, filter, limit);
  const { createdAfter, createdBefore } = filter;
  const parameters = new Parameters();
  const { listing, seeds } = listOf(userId, filter, parameters);
  const text = countSql(listing, seeds, { limit: limit + 1, createdAfter, createdBefore }, parameters);
  const [row] = await database.query<{ total: number }>(text, parameters.values);
  const counted = row?.total ?? 0;
  return { count: Math.min(counted, limit), exact: counted <= limit };
}

/** The newest of each list, newest first. */
async function newest<Row extends object>(
  database: SqlDatabase,
  { listing, seeds, columns }: { listing: Listing; seeds: readonly string[]; columns: string },
  { userId, limit, after }: Pick<DerivedRequest, 'limit' | 'after'> & { userId: string },
  parameters: Parameters,
): Promise<Found<Row>[]> {
  const of = { seeds: seedsOf(seeds, parameters), columns, userId: parameters.add(userId) };
  const text = listSql(listing, of, { limit, after, direction: 'DESC' }, parameters);
  return database.query<Found<Row>>(text, parameters.values);
}

type ListStore = Pick<StateStore, 'page' | 'countUpTo' | 'derived' | 'derivedIds' | 'inPlaces'>;

/** Lists of entries. */
export const createLists = (database: SqlDatabase): ListStore => ({
  page: (userId, filter, request, detail) => page(database, userId, filter, request, detail),
  countUpTo: (userId, filter, limit) => countUpTo(database, userId, filter, limit),
  async derived(userId, parentIds, { processorIds, ...request }, detail) {
    const { columns, from } = readingOf(detail);
    const parameters = new Parameters();
    const listing = childrenBy(userId, {}, parameters, processorIds);
    const of = { listing, seeds: parentIds, columns };
    return grouped(await newest<EntryRow>(database, of, { userId, ...request }, parameters), from);
  },
  async derivedIds(userId, parentIds, limit) {
    const parameters = new Parameters();
    const of = { listing: childrenBy(userId, {}, parameters), seeds: parentIds, columns: 'e.id' };
    const rows = await newest<{ id: string }>(database, of, { userId, limit }, parameters);
    return grouped(rows, ({ id }) => id);
  },
  async inPlaces(userId, placeIds, { place, processorIds, ...request }, detail) {
    const { columns, from } = readingOf(detail);
    const parameters = new Parameters();
    const listing = entriesIn(userId, LISTS[place], parameters, processorIds);
    const of = { listing, seeds: placeIds, columns };
    return grouped(await newest<EntryRow>(database, of, { userId, ...request }, parameters), from);
  },
});
