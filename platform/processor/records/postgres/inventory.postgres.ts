import { validate as isUuid, NIL } from 'uuid';
import type { SqlDatabase } from '../../../sql/database.ts';
import type { BlobInventory, RegistrationState } from '../inventory.ts';

interface ItemRow {
  id: string;
  user_id: string;
  source_blob_ids: string[];
  created_at: Date;
  registration: RegistrationState;
}

const uuids = (ids: readonly string[]): string[] => ids.filter((id) => isUuid(id));

/** The inventory of a table. */
export const createInventory = (sql: SqlDatabase, table: string): BlobInventory => ({
  async inventory({ before, after, limit }) {
    const rows = await sql.query<ItemRow>(
      `SELECT id, user_id, source_blob_ids, created_at,
         CASE WHEN registered_at IS NOT NULL THEN 'registered' WHEN refusal IS NOT NULL THEN 'refused'
           ELSE 'waiting' END AS registration
       FROM ${table} WHERE id > $1 AND created_at < $2 ORDER BY id LIMIT $3`,
      [isUuid(after) ? (after ?? NIL) : NIL, before, limit],
    );
    return rows.map((row) => ({
      id: row.id,
      userId: row.user_id,
      sourceIds: row.source_blob_ids,
      createdAt: row.created_at,
      registration: row.registration,
    }));
  },
  async existing(ids) {
    const text = `SELECT id FROM ${table} WHERE id = ANY($1::uuid[])`;
    return (await sql.query<{ id: string }>(text, [uuids(ids)])).map(({ id }) => id);
  },
  countsOf: (userIds, before) =>
    sql.query(
      `SELECT user_id AS "userId", count(*) FILTER (WHERE created_at < $2) AS older, count(*) AS total
       FROM ${table} WHERE user_id = ANY($1) AND refusal IS NULL GROUP BY user_id`,
      [[...userIds], before],
    ),
  async reopen(ids) {
    // Due at once: the time that it was due is over.
    await sql.execute(
      `UPDATE ${table} SET registered_at = NULL, refusal = NULL, register_attempts = 0 WHERE id = ANY($1::uuid[])`,
      [uuids(ids)],
    );
  },
});
