import type { Parameters } from '../groups.postgres.ts';
import type { EntryFilter } from '../store.ts';
import { ENTRY_LISTS, type EntryList, keyOf, listBy, presentIn } from './keys.postgres.ts';
import type { Listing } from './listings.postgres.ts';

/** A condition of the filter with its column. */
type Member = readonly [
  keyof EntryFilter & ('type' | 'bookId' | 'conversationId' | 'state' | 'processorId' | 'schemaId'),
  string,
];

/** A list's members that part it into few stretches, in the index's order. */
const ENTRY_FACETS = [
  ['state', 'state'],
  ['processorId', 'processor_id'],
  ['schemaId', 'schema_id'],
] as const;
/** Members that there may be very many of, each first in an index of its own. */
const ENTRY_PLACES = [
  ['type', 'type'],
  ['bookId', 'book_id'],
  ['conversationId', 'conversation_id'],
] as const;

/** Where a list of entries stands. `values`: those of its members, as expressions. */
function entryKey(list: EntryList, user: string, values: readonly string[]) {
  const columns = ENTRY_LISTS[list];
  return {
    key: keyOf(list, ['i.user_id', ...columns.map((column) => `i.${column}`)]),
    keyOf: () => keyOf(list, [user, ...values]),
    where: presentIn(columns).map((column) => `i.${column} IS NOT NULL`),
  };
}

/** A user's entries by what `filter` names, but for its parent. `user`: the placeholder of the user's id. */
function entriesBy(user: string, filter: EntryFilter, parameters: Parameters): Listing {
  const equals = (members: readonly Member[], alias = 'i') =>
    members.flatMap(([member, column]) => {
      const value = filter[member];
      return value === undefined ? [] : [`${alias}.${column} = ${parameters.add(value)}`];
    });
  const given = ENTRY_FACETS.map(([member]) => filter[member] !== undefined);
  const places = ENTRY_PLACES.filter(([member]) => filter[member] !== undefined);
  const columns = places.map(([, column]) => column);
  const entries = { from: 'blob_index i', id: 'i.id', time: 'i.created_at' } as const;
  if (columns.length === 0 && !given.includes(true))
    return { ...entries, ...entryKey('all', user, []), facets: [], keep: () => [] };
  // The first facets that are given need no looking up.
  const fixed = given.includes(false) ? given.indexOf(false) : ENTRY_FACETS.length;
  const key = entryKey(
    listBy(columns),
    user,
    places.map(([member]) => parameters.add(filter[member] ?? null)),
  );
  const where = [...key.where, ...equals(ENTRY_FACETS.slice(0, fixed))];
  const kept = equals(ENTRY_FACETS.slice(fixed), 'p');
  return {
    ...entries,
    ...key,
    where,
    facets: ENTRY_FACETS.slice(fixed).map(([, column]) => column),
    keep: () => kept,
  };
}

/** Members of an entry in the order of `child_facets`. */
const CHILD_FACETS = [
  ['state', 'state'],
  ['processorId', 'processor_id'],
  ['schemaId', 'schema_id'],
  ['type', 'type'],
  ['bookId', 'book_id'],
  ['conversationId', 'conversation_id'],
] as const;

/** What was made of each seed, by what `filter` names besides its parent. */
export function childrenBy(
  userId: string,
  filter: Omit<EntryFilter, 'parentId'>,
  parameters: Parameters,
  processorIds?: readonly string[],
): Listing {
  const user = parameters.add(userId);
  const conditions = CHILD_FACETS.flatMap(([member, column], place) => {
    const value = filter[member];
    return value === undefined ? [] : [{ place, column, test: `= ${parameters.add(value)}` }];
  });
  if (processorIds) {
    const test = `= ANY(${parameters.add([...processorIds])})`;
    conditions.push({ place: 1, column: 'processor_id', test });
  }
  const children = {
    from: 'blob_sources i',
    id: 'i.child_id',
    time: 'i.child_created_at',
  } as const;
  if (conditions.length === 0)
    return {
      ...children,
      key: 'i.parent_id',
      keyOf: (seed) => seed,
      where: [`i.user_id = ${user}`],
      facets: [],
      keep: () => [],
    };
  return {
    ...children,
    key: keyOf('children', ['i.user_id', 'i.parent_id']),
    keyOf: (seed) => keyOf('children', [user, seed]),
    where: [],
    facets: ['child_facets'],
    keep: (part) => conditions.map(({ place, test }) => `${part}.child_facets::jsonb->>${place} ${test}`),
    unknown: conditions.map(({ column, test }) => `e.${column} ${test}`),
  };
}

/** Entries of each seed, a book or a conversation. */
export function entriesIn(
  userId: string,
  list: 'book' | 'conversation',
  parameters: Parameters,
  processorIds?: readonly string[],
): Listing {
  const user = parameters.add(userId);
  const among = processorIds ? `= ANY(${parameters.add([...processorIds])})` : '';
  return {
    from: 'blob_index i',
    id: 'i.id',
    time: 'i.created_at',
    ...entryKey(list, user, []),
    keyOf: (seed) => keyOf(list, [user, seed]),
    facets: ENTRY_FACETS.map(([, facet]) => facet),
    keep: (part) => (processorIds ? [`${part}.processor_id ${among}`] : []),
  };
}

/** The one list that a page is of, with its seed. */
export function listOf(userId: string, filter: EntryFilter, parameters: Parameters) {
  const { parentId, ...others } = filter;
  return parentId === undefined
    ? { listing: entriesBy(parameters.add(userId), filter, parameters), seeds: "SELECT ''::text" }
    : {
        listing: childrenBy(userId, others, parameters),
        seeds: `SELECT ${parameters.add(parentId)}::text`,
      };
}

/** Seeds from a list of ids. */
export const seedsOf = (ids: readonly string[], parameters: Parameters): string =>
  `SELECT DISTINCT unnest(${parameters.add([...ids])}::text[])`;
