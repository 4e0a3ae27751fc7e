import { ENTRY_COLUMNS, type EntryRow, entryFrom } from './rows.postgres.ts';
import type { LineageNode } from './store.ts';

/**
 * $1 user, $2 entry, $3 depth, $4 nodes at most. Each direction walks the edges breadth first; UNION drops a
 * node that was reached twice at the same distance, so that diamonds do not multiply. The walk ends at its LIMIT,
 * however many descendants there are: among so many steps, each node being met once a distance at most, there are
 * $4 nodes.
 */
export const LINEAGE = `
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
  SELECT n.distance, ${ENTRY_COLUMNS} FROM nearest n JOIN blob_index e ON e.id = n.id AND e.user_id = $1
  ORDER BY abs(n.distance), n.distance, e.created_at, e.id LIMIT $4`;

export const lineageFromSql = (rows: (EntryRow & { distance: number })[]): LineageNode[] =>
  rows.map((row) => ({ entry: entryFrom(row), distance: row.distance }));
