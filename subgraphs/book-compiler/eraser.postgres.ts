import { validate as isUuid } from 'uuid';
import type { BlobEraser } from '../../platform/processing/eraser.ts';
import type { SqlDatabase } from '../../platform/sql/database.ts';

/** Removes books; their chapters go with them. */
export function createEraser(sql: SqlDatabase): Required<BlobEraser> {
  const known = (ids: readonly string[]) => ids.filter((id) => isUuid(id));
  return {
    async erase(userId, ids) {
      const text = 'DELETE FROM compiled_books WHERE user_id = $1 AND id = ANY($2::uuid[])';
      await sql.execute(text, [userId, known(ids)]);
    },
    eraseUser: (userId, limit) =>
      sql.execute(
        'DELETE FROM compiled_books WHERE id IN (SELECT id FROM compiled_books WHERE user_id = $1 LIMIT $2)',
        [userId, limit],
      ),
    async markStale(userId, ids) {
      const text = 'UPDATE compiled_books SET stale = true WHERE user_id = $1 AND id = ANY($2::uuid[])';
      await sql.execute(text, [userId, known(ids)]);
    },
  };
}
