import type { Parameters } from '../groups.postgres.ts';
import type { PageKey } from '../store.ts';

/**
 * Lists that are read alike, one for each seed (a parent, a book; of a page there is one), and the index that serves
 * them: equality on its first columns, then `facets`, then time and id. For each combination of facets the index
 * holds a stretch in the list's order. There are few combinations, so they are looked up by skipping from one to the
 * next, and the stretches of those that `keep` lets through are merged: whatever is filtered by, no more entries are
 * read than a page of each stretch.
 */
export interface Listing {
  /** The table, by the alias `i`. */
  readonly from: 'blob_index i' | 'blob_sources i';
  readonly id: string;
  readonly time: string;
  /** The index's first column, and its value for a seed. */
  readonly key: string;
  readonly keyOf: (seed: string) => string;
  /** What else the index needs. */
  readonly where: readonly string[];
  /** Columns that follow in the index, before time and id; none where these follow at once. */
  readonly facets: readonly string[];
  /** Conditions on a combination of facets. `part`: the alias that it has. */
  readonly keep: (part: string) => readonly string[];
  /** Edges that do not know their child's facets yet: conditions on the child, by the alias `e`. */
  readonly unknown?: readonly string[];
}

/** A stretch of each list. */
export interface Stretch {
  readonly direction: 'ASC' | 'DESC';
  readonly limit: number;
  readonly after?: PageKey | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
}

const and = (conditions: readonly string[]): string =>
  conditions.length > 0 ? conditions.join(' AND ') : 'true';

/**
 * The ends of a stretch, in the index's order, of which the narrowest counts: behind the page before, if that has an id,
 * else from a time on; up to a time, or the page before.
 */
function endsOf({ after, createdAfter, createdBefore, direction }: Stretch) {
  const first: Partial<PageKey> = createdAfter ? { createdAt: createdAfter } : {};
  const last: Partial<PageKey> = createdBefore ? { createdAt: createdBefore } : {};
  if (!after) return { first, last };
  if (direction === 'ASC')
    return { first: createdAfter && after.createdAt < createdAfter ? first : after, last };
  return { first, last: createdBefore && createdBefore <= after.createdAt ? last : after };
}

/** What bounds a stretch: always both ends, for a server to expect little of it and walk the index. */
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
 * A list's range of its index. The same three times: a server without statistics then expects so little that it does
 * not think of sorting it.
 */
function within({ key, keyOf, where }: Listing, seed: string): string {
  const value = keyOf(seed);
  return and([`${key} = ${value}`, `${key} >= ${value}`, `${key} <= ${value}`, ...where]);
}

/** The seeds, and for each the combinations of facets that its list has. */
function partsOf(listing: Listing, seeds: string): string {
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

/** A common table expression's start, and the parts' stretches read from it as `${columns}`. */
function stretches(listing: Listing, columns: string, stretch: Stretch, parameters: Parameters): string {
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
  // Each child is looked up by its id: planned as a join, the server might begin with the children.
  return `${known} UNION ALL SELECT s.seed, l.* FROM seeds s CROSS JOIN LATERAL (
      SELECT ${columns} FROM ${from}
      CROSS JOIN LATERAL (SELECT FROM blob_index e WHERE ${and([`e.id = ${id}`, ...unknown])} OFFSET 0) child
      WHERE ${and([within(listing, 's.seed'), `i.${facets[0]} IS NULL`, ...bounds])} ${ordered}
    ) l`;
}

/**
 * Of each list a stretch of entries with `columns` of the alias `e`, in the list's order; `for_parent` is the seed.
 * Each entry is looked up by its id: planned as a join, many lists together would seem to be worth reading the table.
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

/** How many entries each list has, `limit` at most. */
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
