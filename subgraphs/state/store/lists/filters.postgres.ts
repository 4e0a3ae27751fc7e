import type { Parameters } from '../groups.postgres.ts';
import type { EntryFilter } from '../store.ts';
import { and, type Listing } from './listings.postgres.ts';

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

/** A user's entries by what `filter` names, but for its parent. `user`: the placeholder of the user's id. */
function entriesBy(user: string, filter: EntryFilter, parameters: Parameters): Listing {
  const equals = (members: readonly Member[], alias = 'i') =>
    members.flatMap(([member, column]) => {
      const value = filter[member];
      return value === undefined ? [] : [`${alias}.${column} = ${parameters.add(value)}`];
    });
  const given = ENTRY_FACETS.map(([member]) => filter[member] !== undefined);
  // The first facets that are given need no looking up; without any, and without a place, entries stand by time alone.
  const fixed = given.indexOf(false) === -1 ? ENTRY_FACETS.length : given.indexOf(false);
  const places = equals(ENTRY_PLACES);
  const within = [`i.user_id = ${user}`, ...places, ...equals(ENTRY_FACETS.slice(0, fixed))];
  const facets = places.length === 0 && !given.includes(true) ? [] : ENTRY_FACETS.slice(fixed);
  const kept = equals(ENTRY_FACETS.slice(fixed), 'p');
  return {
    from: 'blob_index i',
    id: 'i.id',
    time: 'i.created_at',
    within: () => and(within),
    facets: facets.map(([, column]) => column),
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
    within: (seed: string) => `i.user_id = ${user} AND i.parent_id = ${seed}`,
  } as const;
  if (conditions.length === 0) return { ...children, facets: [], keep: () => [] };
  return {
    ...children,
    facets: ['child_facets'],
    keep: (part) => conditions.map(({ place, test }) => `${part}.child_facets::jsonb->>${place} ${test}`),
    unknown: conditions.map(({ column, test }) => `e.${column} ${test}`),
  };
}

/** Entries of each seed, a book or a conversation. */
export function entriesIn(
  userId: string,
  column: 'book_id' | 'conversation_id',
  parameters: Parameters,
  processorIds?: readonly string[],
): Listing {
  const user = parameters.add(userId);
  const among = processorIds ? `= ANY(${parameters.add([...processorIds])})` : '';
  return {
    from: 'blob_index i',
    id: 'i.id',
    time: 'i.created_at',
    within: (seed) => `i.user_id = ${user} AND i.${column} = ${seed}`,
    facets: ENTRY_FACETS.map(([, facet]) => facet),
    keep: (part) => (processorIds ? [`${part}.processor_id ${among}`] : []),
  };
}

/** The one list that a page is of, with its seed and its user's placeholder. */
export function listOf(userId: string, filter: EntryFilter, parameters: Parameters) {
  const { parentId, ...others } = filter;
  if (parentId === undefined) {
    const user = parameters.add(userId);
    return { listing: entriesBy(user, filter, parameters), seeds: "SELECT ''::text", userId: user };
  }
  return {
    listing: childrenBy(userId, others, parameters),
    seeds: `SELECT ${parameters.add(parentId)}::text`,
    userId: parameters.add(userId),
  };
}

/** Seeds from a list of ids. */
export const seedsOf = (ids: readonly string[], parameters: Parameters): string =>
  `SELECT DISTINCT unnest(${parameters.add([...ids])}::text[])`;
