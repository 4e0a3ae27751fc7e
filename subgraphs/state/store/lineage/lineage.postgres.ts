import type { SqlDatabase } from '../../../../platform/sql/database.ts';
import { ENTRY_COLUMNS, type EntryRow, entryFrom } from '../rows.postgres.ts';
import { type LineageEdge, type LineageStore, MAX_LOOKED_THROUGH } from './lineage.ts';

/** Of an entry's sources only the first: a book has thousands. */
const LISTED = ENTRY_COLUMNS.replace('e.source_ids', 'e.source_ids[1:1] AS source_ids');

/**
 * $1 user, $2 entry, $3 depth, $4 nodes at most. Each direction walks the edges breadth first; UNION drops a
 * node that was reached twice at the same distance, so that diamonds do not multiply. The walk ends at its LIMIT,
 * however many descendants there are: among so many steps, each node being met once a distance at most, there are
 * $4 nodes.
 */
const LINEAGE = `
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
  SELECT n.distance, ${LISTED} FROM nearest n JOIN blob_index e ON e.id = n.id AND e.user_id = $1
  ORDER BY abs(n.distance), n.distance, e.created_at, e.id LIMIT $4`;

/** $1 user, $2 entries, $3 sources that are looked at, at most. */
const EDGES = `
  SELECT parent_id AS "parentId", child_id AS "childId", count(*) OVER () AS looked FROM (
    SELECT n.place, s.parent_id, n.id AS child_id FROM unnest($2::text[]) WITH ORDINALITY AS n(id, place)
    CROSS JOIN LATERAL (SELECT parent_id FROM blob_sources WHERE child_id = n.id AND user_id = $1 OFFSET 0) s
    LIMIT $3
  ) looked_at`;

interface LineageRow extends EntryRow {
  distance: number;
}

/** Lineages, in one statement each. */
export const createLineage = (database: SqlDatabase): LineageStore => ({
  async lineage(userId, id, depth, limit) {
    const rows = await database.query<LineageRow>(LINEAGE, [userId, id, depth, limit]);
    const nodes = rows.map((row) => {
      const { sourceIds, ...entry } = entryFrom(row);
      return { entry: { ...entry, parentId: sourceIds[0] ?? null }, distance: row.distance };
    });
    return { nodes, cut: false };
  },
  async edgesAmong(userId, ids, limit) {
    const rows = await database.query<LineageEdge & { looked: number }>(
      `WITH looked AS MATERIALIZED (${EDGES})
       SELECT "parentId", "childId", looked FROM looked WHERE "parentId" = ANY($2) LIMIT $4`,
      [userId, [...ids], MAX_LOOKED_THROUGH + 1, limit + 1],
    );
    const edges = rows.slice(0, limit).map(({ parentId, childId }) => ({ parentId, childId }));
    return { edges, cut: rows.length > limit || (rows[0]?.looked ?? 0) > MAX_LOOKED_THROUGH };
  },
});
