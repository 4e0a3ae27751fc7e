import type { SqlDatabase } from '../../../../platform/sql/database.ts';
import { sought } from '../../../../platform/text/text.ts';
import type { DeletionStore } from '../deletions.ts';
import type { Tombstone } from '../records.ts';
import { inOrder } from './rows/outbox.postgres.ts';

interface TombstoneRow {
  id: string;
  deleted_user_id: string;
  version: number;
  processor_id: string;
  deleted_schema: string | null;
  deletion_cascades: boolean;
  deleted_at: Date;
  deletion_due_at: Date | null;
}

const TOMBSTONE = `id, deleted_user_id, version, processor_id, deleted_schema, deletion_cascades, deleted_at, deletion_due_at`;

const tombstoneFrom = (row: TombstoneRow): Tombstone => ({
  id: row.id,
  userId: row.deleted_user_id,
  version: row.version,
  processorId: row.processor_id,
  ...(row.deleted_schema === null ? {} : { schema: row.deleted_schema }),
  cascade: row.deletion_cascades,
  deletedAt: row.deleted_at,
  dueAt: row.deletion_due_at,
});

/**
 * A tombstone takes the entry's row, so that a concurrent insert of the same id finds it. It has no user, so that no read
 * of a user finds it.
 */
const BURY = `
  WITH buried AS (
    UPDATE blob_index SET user_id = NULL, deleted_user_id = user_id, version = $3, deletion_cascades = $4,
      deleted_at = $5, deletion_due_at = $6, deleted_schema = $8, outbox = outbox || $7::jsonb, outbox_since = coalesce(outbox_since, $5),
      storage_location = '', schema_id = '', schema_version = '', source_ids = '{}', type = '', title = '',
      preview = '', size_bytes = 0, book_id = NULL, conversation_id = NULL, chapter_num = NULL, content_hash = NULL,
      runs = '[]', state = '', content_missing_since = NULL, created_at = $5, updated_at = $5
    WHERE id = $1 AND version = $2 AND user_id IS NOT NULL RETURNING id
  ), edges AS (
    DELETE FROM blob_sources WHERE child_id IN (SELECT id FROM buried)
  )
  SELECT id FROM buried`;

/** Deletions. */
export const createDeletions = (database: SqlDatabase): DeletionStore => ({
  async bury({ id, version }, { version: next, schema, cascade, deletedAt, dueAt }, event) {
    const values = [id, version, next, cascade, deletedAt, dueAt, JSON.stringify([event]), schema ?? null];
    return (await database.query(BURY, values)).length === 1;
  },
  async tombstone(id) {
    const text = `SELECT ${TOMBSTONE} FROM blob_index WHERE id = $1 AND user_id IS NULL`;
    const [row] = await database.query<TombstoneRow>(text, [id]);
    return row ? tombstoneFrom(row) : null;
  },
  async tombstones(userId, ids) {
    const text = `SELECT ${TOMBSTONE} FROM blob_index WHERE id = ANY($1) AND deleted_user_id = $2`;
    return (await database.query<TombstoneRow>(text, [sought(ids), userId])).map(tombstoneFrom);
  },
  async openDeletions(idsByUser, dueAt) {
    const pairs = [...idsByUser].flatMap(([userId, ids]) => ids.map((id) => ({ id, userId })));
    if (pairs.length === 0) return;
    await database.execute(
      `WITH taken AS (${inOrder('blob_index')})
       UPDATE blob_index AS tombstone SET deletion_due_at = greatest($3, deletion_due_at + interval '1 ms')
       FROM taken JOIN unnest($1::text[], $2::text[]) AS opened(id, user_id) ON opened.id = taken.id
       WHERE tombstone.id = taken.id AND tombstone.deleted_user_id = opened.user_id`,
      [pairs.map(({ id }) => id), pairs.map(({ userId }) => userId), dueAt],
    );
  },
  async dueDeletions(now, limit) {
    const rows = await database.query<{ id: string }>(
      'SELECT id FROM blob_index WHERE deletion_due_at <= $1 ORDER BY deletion_due_at LIMIT $2',
      [now, limit],
    );
    return rows.map(({ id }) => id);
  },
  async settleDeletion({ id, dueAt: read }, dueAt) {
    const text = 'UPDATE blob_index SET deletion_due_at = $3 WHERE id = $1 AND deletion_due_at = $2';
    await database.execute(text, [id, read, dueAt]);
  },
  async eraseUserBlobs(userId, ids) {
    await database.execute('DELETE FROM user_blobs WHERE id = ANY($1) AND user_id = $2', [[...ids], userId]);
  },
});
