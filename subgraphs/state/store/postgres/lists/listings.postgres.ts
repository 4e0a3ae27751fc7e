import type { PageKey } from '../../lists.ts';
import type { Parameters } from '../rows/groups.postgres.ts';

/**
 * A list for each seed (a parent or a book; a page has one seed), and its index: equality on the first columns, then
 * `facets`, then time and id. For each combination of facets the index holds a stretch in the list's order. There are few
 * combinations, so they are enumerated by skipping from one to the next, and the stretches that pass `keep` are merged.
 * No more than a page of each stretch is read, whatever the filter.
 */
export interface Listing {
  /** The table, with the alias `i`. */
  readonly from: 'blob_index i' | 'blob_sources i' | 'blob_words i';
  /** The column with the entry's id. */
  readonly id: string;
  /** The column with the entry's creation time. */
  readonly time: string;
  /** The first column of the index, and its value for a seed. */
  readonly key: string;
  /** An SQL expression; `seed` is one, too. */
  readonly keyOf: (seed: string) => string;
  /** Further conditions of the index. */
  readonly where: readonly string[];
  /** The index columns between the key and time and id. */
  readonly facets: readonly string[];
  /** Conditions on a combination of facets. `part`: its alias. */
  readonly keep: (part: string) => readonly string[];
  /** Conditions on the child (alias `e`) for edges that do not have its facets yet. */
  readonly unknown?: readonly string[];
}

/** The part of each list to read. */
export interface Stretch {
  readonly direction: 'ASC' | 'DESC';
  /** Maximum number of entries per list. */
  readonly limit: number;
  /** Only entries behind this position. */
  readonly after?: PageKey | undefined;
  /** Created at this time or later. */
  readonly createdAfter?: Date | undefined;
  /** Created before this time. */
  readonly createdBefore?: Date | undefined;
}

const and = (conditions: readonly string[]): string =>
  conditions.length > 0 ? conditions.join(' AND ') : 'true';

/**
 * The bounds of a stretch in the order of the index. Of the cursor and the filter's times, the narrower one counts.
 */
function endsOf({ after, createdAfter, createdBefore, direction }: Stretch) {
  const first: Partial<PageKey> = createdAfter ? { createdAt: createdAfter } : {};
  const last: Partial<PageKey> = createdBefore ? { createdAt: createdBefore } : {};
  if (!after) return { first, last };
  if (direction === 'ASC')
    return { first: createdAfter && after.createdAt < createdAfter ? first : after, last };
  return { first, last: createdBefore && createdBefore <= after.createdAt ? last : after };
}

/** The conditions that bound a stretch. Always both ends, so that the server expects few rows and scans the index. */
function boundsOf({ id, time }: Listing, stretch: Stretch, parameters: Parameters): string[] {
  const { first, last } = endsOf(stretch);
  const place = ({ createdAt, id: at }: PageKey) => `(${parameters.add(createdAt)}, ${parameters.add(at)})`;
  const timeOf = ({ createdAt }: Partial<PageKey>, none: string) =>
    createdAt ? parameters.add(createdAt) : none;
  return [
    isPlace(first) ? `(${time}, ${id}) > ${place(first)}` : `${time} >= ${timeOf(first, "'-infinity'")}`,
    isPlace(last) ? `(${time}, ${id}) < ${place(last)}` : `${time} < ${timeOf(last, "'infinity'")}`,
  ];
}

const isPlace = (end: Partial<PageKey>): end is PageKey => end.id !== undefined;

/**
 * The index range of a list. The redundant conditions make a server without statistics expect so few rows that it does not
 * sort.
 */
function within({ key, keyOf, where }: Listing, seed: string): string {
  const value = keyOf(seed);
  return and([`${key} = ${value}`, `${key} >= ${value}`, `${key} <= ${value}`, ...where]);
}

/** The seeds, and the combinations of facets in the list of each. */
export function partsOf(listing: Listing, seeds: string): string {
  const { from, facets } = listing;
  if (facets.length === 0) return `WITH seeds(seed) AS (${seeds}), parts AS (SELECT seed FROM seeds)`;
  const columns = facets.join(', ');
  const next = (seed: string, condition: string) => `SELECT ${columns} FROM ${from}
    WHERE ${within(listing, seed)} AND ${condition} ORDER BY ${columns} LIMIT 1`;
  const behind = `(${columns}) > (${facets.map((facet) => `last.${facet}`).join(', ')})`;
  return `WITH RECURSIVE seeds(seed) AS (${seeds}), parts AS (
    SELECT seeds.seed, first.* FROM seeds
    CROSS JOIN LATERAL (${next('seeds.seed', `i.${facets[0]} IS NOT NULL`)}) first
    UNION ALL
    SELECT last.seed, next.* FROM parts last CROSS JOIN LATERAL (${next('last.seed', behind)}) next
  )`;
}

/** Selects `columns` of the stretches of all parts; follows {@link partsOf}. */
export function stretches(
  listing: Listing,
  columns: string,
  stretch: Stretch,
  parameters: Parameters,
): string {
  const { from, id, time, facets, keep, unknown } = listing;
  const { direction } = stretch;
  const limit = parameters.add(stretch.limit);
  const bounds = boundsOf(listing, stretch, parameters);
  const ordered = `ORDER BY ${time} ${direction}, ${id} ${direction} LIMIT ${limit}`;
  const same = facets.map((facet) => `i.${facet} = p.${facet}`);
  const known = `SELECT p.seed, l.* FROM parts p CROSS JOIN LATERAL (
      SELECT ${columns} FROM ${from} WHERE ${and([within(listing, 'p.seed'), ...same, ...bounds])} ${ordered}
    ) l WHERE ${and(keep('p'))}`;
  if (!unknown) return known;
  // Each child is looked up by id: as a join, the server might begin with the children.
  return `${known} UNION ALL SELECT s.seed, l.* FROM seeds s CROSS JOIN LATERAL (
      SELECT ${columns} FROM ${from}
      CROSS JOIN LATERAL (SELECT FROM blob_index e WHERE ${and([`e.id = ${id}`, ...unknown])} OFFSET 0) child
      WHERE ${and([within(listing, 's.seed'), `i.${facets[0]} IS NULL`, ...bounds])} ${ordered}
    ) l`;
}

/**
 * Selects `columns` (alias `e`) of the entries of each list, in its order; `for_parent` is the seed. Each entry is looked
 * up by id: as a join, the server might read the whole table for many lists.
 */
export function listSql(
  listing: Listing,
  { seeds, columns, userId }: { seeds: string; columns: string; userId: string },
  stretch: Stretch,
  parameters: Parameters,
): string {
  const { direction } = stretch;
  const found = stretches(
    listing,
    `${listing.id} AS found_id, ${listing.time} AS found_at`,
    stretch,
    parameters,
  );
  const order = `found_at ${direction}, found_id ${direction}`;
  return `${partsOf(listing, seeds)}
    SELECT f.seed AS for_parent, entry.* FROM (
      SELECT seed, found_id, found_at, row_number() OVER (PARTITION BY seed ORDER BY ${order}) AS place
      FROM (${found}) found
    ) f
    CROSS JOIN LATERAL (
      SELECT ${columns} FROM blob_index e WHERE e.id = f.found_id AND e.user_id = ${userId} OFFSET 0
    ) entry
    WHERE f.place <= ${parameters.add(stretch.limit)} ORDER BY f.seed, f.place`;
}

/** Counts the entries of each list, up to `limit`. */
export function countSql(
  listing: Listing,
  seeds: string,
  { limit, ...bounds }: Omit<Stretch, 'direction'>,
  parameters: Parameters,
): string {
  const stretch: Stretch = { ...bounds, limit, direction: 'DESC' };
  const found = stretches(listing, `${listing.id} AS found_id`, stretch, parameters);
  return `${partsOf(listing, seeds)}
    SELECT seed AS id, least(count(*), ${parameters.add(limit)}) AS total FROM (${found}) found GROUP BY seed`;
}
