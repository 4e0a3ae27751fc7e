import type { SqlValue } from '../../../../../platform/sql/database.ts';
import type { EntryFilter } from '../../filter.ts';
import type { Parameters } from '../rows/groups.postgres.ts';
import { ENTRY_LISTS, keyOf, type ListName, listBy, presentIn } from './keys.postgres.ts';
import type { Listing } from './listings.postgres.ts';
import { UNFILED, UNFILED_LISTS } from './search-schema.postgres.ts';

/** A condition of the filter with its column. */
type Member = readonly [
  keyof EntryFilter & ('type' | 'bookId' | 'conversationId' | 'state' | 'processorId' | 'schemaId'),
  string,
];

/** Members with few values, which divide a list into few stretches, in the order of the index. */
const ENTRY_FACETS = [
  ['state', 'state'],
  ['processorId', 'processor_id'],
  ['schemaId', 'schema_id'],
] as const;
/** Members with any number of values; each begins an index of its own. */
const ENTRY_PLACES = [
  ['type', 'type'],
  ['bookId', 'book_id'],
  ['conversationId', 'conversation_id'],
] as const;

/** The index key of a list of entries. `values`: of its members, as SQL expressions. */
function entryKey(list: ListName, user: string, values: readonly string[]) {
  const columns = ENTRY_LISTS[list];
  return {
    key: keyOf(list, ['i.user_id', ...columns.map((column) => `i.${column}`)]),
    keyOf: () => keyOf(list, [user, ...values]),
    where: presentIn(columns).map((column) => `i.${column} IS NOT NULL`),
  };
}

/** The index key of a list of unfiled entries. */
function unfiledKey(user: string, type: string | undefined, parameters: Parameters) {
  const list = type === undefined ? 'unfiled' : 'type_unfiled';
  const values = type === undefined ? [] : [parameters.add(type)];
  return {
    key: keyOf(list, ['i.user_id', ...UNFILED_LISTS[list].map((column) => `i.${column}`)]),
    keyOf: () => keyOf(list, [user, ...values]),
    where: UNFILED.map((condition) => `i.${condition}`),
  };
}

/** A user's entries by all conditions of `filter` except the parent. `user`: the placeholder of the user's id. */
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
  if (columns.length === 0 && !given.includes(true) && !filter.unfiled)
    return { ...entries, ...entryKey('all', user, []), facets: [], keep: () => [] };
  // Leading facets with a given value need not be enumerated.
  const fixed = given.includes(false) ? given.indexOf(false) : ENTRY_FACETS.length;
  const key = filter.unfiled
    ? unfiledKey(user, filter.type, parameters)
    : entryKey(
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

/** The members of an entry in the order of `child_facets`. */
const CHILD_FACETS = [
  ['state', 'state'],
  ['processorId', 'processor_id'],
  ['schemaId', 'schema_id'],
  ['type', 'type'],
  ['bookId', 'book_id'],
  ['conversationId', 'conversation_id'],
] as const;

type ChildFilter = Omit<EntryFilter, 'parentId'>;

/** Conditions on derived entries: a place in `child_facets`, the column of the same, and what it must be. */
function childConditions(filter: ChildFilter, parameters: Parameters, processorIds?: readonly string[]) {
  const conditions = CHILD_FACETS.flatMap(([member, column], place) => {
    const value = filter[member];
    return value === undefined ? [] : [{ place, column, test: `= ${parameters.add(value)}` }];
  });
  if (filter.unfiled)
    conditions.push(
      { place: 4, column: 'book_id', test: 'IS NULL' },
      { place: 5, column: 'conversation_id', test: 'IS NULL' },
    );
  if (processorIds) {
    const test = `= ANY(${parameters.add([...processorIds])})`;
    conditions.push({ place: 1, column: 'processor_id', test });
  }
  return conditions;
}

/** The entries derived from each seed, by all conditions of `filter` except the parent. */
export function childrenBy(
  userId: string,
  filter: ChildFilter,
  parameters: Parameters,
  processorIds?: readonly string[],
): Listing {
  const user = parameters.add(userId);
  const conditions = childConditions(filter, parameters, processorIds);
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

/** The entries of each seed, a book or a conversation. */
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

/** The list of a page, with its seed. */
export function listOf(userId: string, filter: EntryFilter, parameters: Parameters) {
  const { parentId, ...others } = filter;
  return parentId === undefined
    ? { listing: entriesBy(parameters.add(userId), filter, parameters), seeds: "SELECT ''::text" }
    : {
        listing: childrenBy(userId, others, parameters),
        seeds: `SELECT ${parameters.add(parentId)}::text`,
      };
}

/** All conditions of a filter, on the alias `e`. */
export function conditions(userId: string, filter: EntryFilter, parameters: Parameters): string {
  const column = (name: string, operator: string, value: SqlValue | undefined) =>
    value === undefined ? [] : [`e.${name} ${operator} ${parameters.add(value)}`];
  const { parentId, words, createdAfter, createdBefore } = filter;
  return [
    ...column('user_id', '=', userId),
    ...[...ENTRY_PLACES, ...ENTRY_FACETS].flatMap(([member, name]) => column(name, '=', filter[member])),
    ...(filter.unfiled ? UNFILED.map((condition) => `e.${condition}`) : []),
    ...(parentId === undefined ? [] : [`${parameters.add(parentId)} = ANY(e.source_ids)`]),
    ...(words === undefined ? [] : [`e.words @> ${parameters.add([...words])}::text[]`]),
    ...column('created_at', '>=', createdAfter),
    ...column('created_at', '<', createdBefore),
  ].join(' AND ');
}

/** Seeds from a list of ids. */
export const seedsOf = (ids: readonly string[], parameters: Parameters): string =>
  `SELECT DISTINCT unnest(${parameters.add([...ids])}::text[])`;
