import type { BlobInventory, RegistrationState } from '../../../platform/processing/inventory.ts';
import type { SqlDatabase } from '../../../platform/sql/database.ts';

interface ItemRow {
  id: string;
  user_id: string;
  parent_blob_id: string;
  created_at: Date;
  registration: RegistrationState;
}

/** What the expansions tell the index of themselves. */
export const createInventory = (database: SqlDatabase): BlobInventory => ({
  async inventory({ before, after, limit }) {
    const rows = await database.query<ItemRow>(
      `SELECT id, user_id, parent_blob_id, created_at,
         CASE WHEN registered_at IS NOT NULL THEN 'registered' WHEN quarantined IS NOT NULL THEN 'refused'
           ELSE 'waiting' END AS registration
       FROM expanded_texts WHERE id > $1 AND created_at < $2 ORDER BY id LIMIT $3`,
      [after ?? '', before, limit],
    );
    return rows.map((row) => ({
      id: row.id,
      userId: row.user_id,
      sourceIds: [row.parent_blob_id],
      createdAt: row.created_at,
      registration: row.registration,
    }));
  },
  async existing(ids) {
    const text = 'SELECT id FROM expanded_texts WHERE id = ANY($1)';
    return (await database.query<{ id: string }>(text, [[...ids]])).map(({ id }) => id);
  },
  countsOf: (userIds, before) =>
    database.query(
      `SELECT user_id AS "userId", count(*) FILTER (WHERE created_at < $2) AS older, count(*) AS total
       FROM expanded_texts WHERE user_id = ANY($1) AND quarantined IS NULL GROUP BY user_id`,
      [[...userIds], before],
    ),
  async reopen(ids) {
    await database.execute(
      'UPDATE expanded_texts SET registered_at = NULL, quarantined = NULL WHERE id = ANY($1)',
      [[...ids]],
    );
  },
});
