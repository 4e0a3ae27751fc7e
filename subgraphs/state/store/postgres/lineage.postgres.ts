import type { SqlDatabase } from '../../../../platform/sql/database.ts';
import { type LineageEdge, type LineageStore, type ListedDetail, MAX_LOOKED_THROUGH } from '../lineage.ts';
import { type EntryRow, readingOf } from './rows/rows.postgres.ts';

/**
 * $1 user, $2 entry, $3 depth, $4 maximum number of nodes. Each direction walks the edges breadth first; UNION drops a
 * node reached twice at the same distance, so that diamonds do not multiply. The walk ends at its LIMIT, however many
 * descendants there are: that many rows contain $4 nodes, as each node occurs at most once per distance.
 */
const lineageSql = (columns: string): string => `
  WITH RECURSIVE up(id, distance) AS (
    SELECT id, 0 FROM blob_index WHERE user_id = $1 AND id = $2
    UNION
    SELECT s.parent_id, up.distance - 1 FROM up JOIN blob_sources s ON s.child_id = up.id AND s.user_id = $1
    WHERE up.distance > -$3::int
  ), down(id, distance) AS (
    SELECT id, 0 FROM blob_index WHERE user_id = $1 AND id = $2
    UNION
    SELECT s.child_id, down.distance + 1 FROM down JOIN blob_sources s ON s.parent_id = down.id AND s.user_id = $1
    WHERE down.distance < $3::int
  ), nearest AS (
    SELECT DISTINCT ON (id) id, distance FROM (
      (SELECT * FROM up LIMIT $4::int * ($3::int + 1)) UNION ALL (SELECT * FROM down LIMIT $4::int * ($3::int + 1))
    ) found
    ORDER BY id, abs(distance)
  )
  SELECT n.distance, ${columns} FROM nearest n JOIN blob_index e ON e.id = n.id AND e.user_id = $1
  ORDER BY abs(n.distance), n.distance, e.created_at, e.id LIMIT $4`;

/** $1 user, $2 entries, $3 maximum number of sources to search, $4 of edges. Without an edge, one row tells how many were searched. */
const EDGES = `
  WITH looked AS MATERIALIZED (
    SELECT n.place, s.parent_id, n.id AS child_id FROM unnest($2::text[]) WITH ORDINALITY AS n(id, place)
    CROSS JOIN LATERAL (SELECT parent_id FROM blob_sources WHERE child_id = n.id AND user_id = $1 OFFSET 0) s
    LIMIT $3
  ), found AS (
    SELECT place, parent_id, child_id FROM looked WHERE parent_id = ANY($2) ORDER BY place LIMIT $4
  )
  SELECT f.parent_id AS "parentId", f.child_id AS "childId", (SELECT count(*)::int FROM looked) AS looked
  FROM (VALUES (1)) AS one(row) LEFT JOIN found f ON true ORDER BY f.place`;

interface LineageRow extends EntryRow {
  distance: number;
}

type NoEdge = { readonly [Member in keyof LineageEdge]: null };

/** Lineages, in one statement each. `mostLooked`: sources that are searched for edges. Default: 500,000. */
export const createLineage = (database: SqlDatabase, mostLooked = MAX_LOOKED_THROUGH): LineageStore => ({
  async lineage<D extends ListedDetail = 'listed'>(
    userId: string,
    id: string,
    depth: number,
    limit: number,
    detail?: D,
  ) {
    const { columns, from } = readingOf<D>(detail ?? ('listed' as D));
    const rows = await database.query<LineageRow>(lineageSql(columns), [userId, id, depth, limit]);
    return { nodes: rows.map((row) => ({ entry: from(row), distance: row.distance })), cut: false };
  },
  async edgesAmong(userId, ids, limit) {
    const rows = await database.query<(LineageEdge | NoEdge) & { looked: number }>(EDGES, [
      userId,
      [...ids],
      mostLooked + 1,
      limit + 1,
    ]);
    const found = rows.flatMap(({ parentId, childId }) => (parentId === null ? [] : [{ parentId, childId }]));
    const cut = found.length > limit || (rows[0]?.looked ?? 0) > mostLooked;
    return { edges: found.slice(0, limit), cut };
  },
});
