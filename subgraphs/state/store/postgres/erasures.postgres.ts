import type { SqlDatabase } from '../../../../platform/sql/database.ts';
import type { ErasureStore } from '../erasures.ts';
import type { Erasure } from '../records.ts';
import { type UserBlobRow, userBlobFrom } from './rows/rows.postgres.ts';

interface ErasureRow {
  user_id: string;
  requested_by: string;
  started_at: Date;
  finished_at: Date | null;
  stores: { processorId: string; erasedAt: string }[];
  gone_stores: { processorId: string; retiredAt: string }[];
  obstacle: string | null;
}

const ERASURE = 'user_id, requested_by, started_at, finished_at, stores, gone_stores, obstacle';

const erasureFrom = (row: ErasureRow): Erasure => ({
  userId: row.user_id,
  requestedBy: row.requested_by,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  stores: row.stores,
  goneStores: row.gone_stores,
  obstacle: row.obstacle,
});

const BEGIN = `INSERT INTO erasures AS e (user_id, requested_by, started_at, stores, due_at) VALUES ($1,$2,$3,$4,$5)
  ON CONFLICT (user_id) DO UPDATE SET requested_by = $2, started_at = $3, finished_at = NULL, stores = $4,
    gone_stores = '[]', obstacle = NULL, due_at = $5
  WHERE e.finished_at IS NOT NULL`;

const DELETED_BY_PROCESSOR = `SELECT processor_id AS "processorId", count(*) AS count FROM blob_index
  WHERE deleted_user_id = $1 AND deleted_at >= $2 GROUP BY processor_id ORDER BY processor_id`;

const UNPUBLISHED =
  'SELECT 1 FROM blob_index WHERE deleted_user_id = $1 AND outbox_since IS NOT NULL LIMIT 1';

/** Erasures of users. */
export function createErasures(database: SqlDatabase): ErasureStore {
  const find = async (userId: string): Promise<Erasure | null> => {
    const text = `SELECT ${ERASURE} FROM erasures WHERE user_id = $1`;
    const [row] = await database.query<ErasureRow>(text, [userId]);
    return row ? erasureFrom(row) : null;
  };
  return {
    async beginErasure(erasure, dueAt) {
      const { userId, requestedBy, startedAt, stores } = erasure;
      await database.execute(BEGIN, [userId, requestedBy, startedAt, JSON.stringify(stores), dueAt]);
      return (await find(userId)) ?? erasure;
    },
    erasure: find,
    async saveErasure({ userId, startedAt, finishedAt, stores, goneStores, obstacle }, dueAt) {
      await database.execute(
        `UPDATE erasures SET finished_at = $3, stores = $4, obstacle = $5, due_at = $6, gone_stores = $7
         WHERE user_id = $1 AND started_at = $2 AND finished_at IS NULL`,
        [userId, startedAt, finishedAt, JSON.stringify(stores), obstacle, dueAt, JSON.stringify(goneStores)],
      );
    },
    async dueErasures(now, limit) {
      const text = 'SELECT user_id FROM erasures WHERE due_at <= $1 ORDER BY due_at LIMIT $2';
      return (await database.query<{ user_id: string }>(text, [now, limit])).map((row) => row.user_id);
    },
    async ownBlobs(userId, limit) {
      const text = 'SELECT * FROM user_blobs WHERE user_id = $1 LIMIT $2';
      return (await database.query<UserBlobRow>(text, [userId, limit])).map(userBlobFrom);
    },
    async eraseBooks(userId) {
      await database.execute('DELETE FROM books WHERE user_id = $1', [userId]);
    },
    deletedByProcessor: (userId, since) => database.query(DELETED_BY_PROCESSOR, [userId, since]),
    hasUnpublishedDeletions: async (userId) => (await database.query(UNPUBLISHED, [userId])).length > 0,
  };
}
