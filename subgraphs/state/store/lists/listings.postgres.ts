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
  /** Equality on the index's first columns. `seed`: the seed's expression. */
  readonly within: (seed: string) => string;
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

/** All of these conditions. */
export const and = (conditions: readonly string[]): string =>
  conditions.length > 0 ? conditions.join(' AND ') : 'true';

/** What bounds a stretch by time. */
function boundsOf({ id, time }: Listing, stretch: Stretch, parameters: Parameters): string[] {
  const { after, createdAfter, createdBefore, direction } = stretch;
  const comparison = direction === 'ASC' ? '>' : '<';
  return [
    ...(createdAfter ? [`${time} >= ${parameters.add(createdAfter)}`] : []),
    ...(createdBefore ? [`${time} < ${parameters.add(createdBefore)}`] : []),
    ...(after
      ? [`(${time}, ${id}) ${comparison} (${parameters.add(after.createdAt)}, ${parameters.add(after.id)})`]
      : []),
  ];
}

/** The seeds, and for each the combinations of facets that its list has. */
function partsOf({ from, facets, within }: Listing, seeds: string): string {
  if (facets.length === 0) return `WITH seeds(seed) AS (${seeds}), parts AS (SELECT seed FROM seeds)`;
  const columns = facets.join(', ');
  const next = (seed: string, condition: string) => `SELECT ${columns} FROM ${from}
    WHERE ${within(seed)} AND ${condition} ORDER BY ${columns} LIMIT 1`;
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
  const { from, id, time, within, facets, keep, unknown } = listing;
  const { direction } = stretch;
  const bounds = boundsOf(listing, stretch, parameters);
  const limit = parameters.add(stretch.limit);
  const ordered = `ORDER BY ${time} ${direction}, ${id} ${direction} LIMIT ${limit}`;
  const same = facets.map((facet) => `i.${facet} = p.${facet}`);
  const known = `SELECT p.seed, l.* FROM parts p CROSS JOIN LATERAL (
      SELECT ${columns} FROM ${from} WHERE ${and([within('p.seed'), ...same, ...bounds])} ${ordered}
    ) l WHERE ${and(keep('p'))}`;
  if (!unknown) return known;
  return `${known} UNION ALL SELECT s.seed, l.* FROM seeds s CROSS JOIN LATERAL (
      SELECT ${columns} FROM ${from} JOIN blob_index e ON e.id = ${id}
      WHERE ${and([within('s.seed'), `i.${facets[0]} IS NULL`, ...unknown, ...bounds])} ${ordered}
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
