import type { SqlDatabase } from '../../../platform/sql/database.ts';
import type { OutboxEvent } from '../documents.ts';
import { type UserBlobRow, userBlobFrom } from './rows.postgres.ts';
import type { StateStore } from './store.ts';

/**
 * Drops the events that the log has, and the mark of a waiting outbox with the last of them. The outbox is taken
 * from the row itself, not from a join: after waiting for another's update, the server works on the row as that
 * left it, but would keep what it had joined before.
 */
const clearOutbox = (table: 'user_blobs' | 'blob_index'): string => `
  UPDATE ${table} SET
    outbox = (
      SELECT coalesce(jsonb_agg(event ORDER BY place), '[]'::jsonb)
      FROM jsonb_array_elements(outbox) WITH ORDINALITY AS o(event, place)
      WHERE (event->>'version')::int > $2
    ),
    outbox_since = CASE WHEN (outbox->-1->>'version')::int > $2 THEN outbox_since END
  WHERE id = $1`;

type Outboxes = Pick<
  StateStore,
  'outbox' | 'clearUserBlobOutbox' | 'clearEntryOutbox' | 'pendingOutboxes' | 'outboxLength' | 'oldestOutbox'
>;

/** The outboxes of user blobs and entries. */
export const createOutboxes = (database: SqlDatabase): Outboxes => ({
  async outbox(blobId) {
    // The entry first: an event of its is then never seen without those of the blob itself that go before.
    const [entry] = await database.query<{ outbox: OutboxEvent[] }>(
      'SELECT outbox FROM blob_index WHERE id = $1 AND outbox_since IS NOT NULL',
      [blobId],
    );
    const [blob] = await database.query<UserBlobRow>(
      'SELECT * FROM user_blobs WHERE id = $1 AND outbox_since IS NOT NULL',
      [blobId],
    );
    return {
      userBlob: blob ? userBlobFrom(blob) : null,
      entry: entry ? { blobId, events: entry.outbox } : null,
    };
  },
  async clearUserBlobOutbox(blobId, upToVersion) {
    await database.execute(clearOutbox('user_blobs'), [blobId, upToVersion]);
  },
  async clearEntryOutbox(blobId, upToVersion) {
    await database.execute(clearOutbox('blob_index'), [blobId, upToVersion]);
  },
  async pendingOutboxes(waitingSince, limit) {
    const rows = await database.query<{ id: string }>(
      `SELECT id, min(outbox_since) AS since FROM (
         SELECT id, outbox_since FROM user_blobs WHERE outbox_since < $1
         UNION ALL SELECT id, outbox_since FROM blob_index WHERE outbox_since < $1
       ) waiting GROUP BY id ORDER BY since LIMIT $2`,
      [waitingSince, limit],
    );
    return rows.map((row) => row.id);
  },
  async outboxLength() {
    const [row] = await database.query<{ total: number }>(
      `SELECT (SELECT count(*) FROM user_blobs WHERE outbox_since IS NOT NULL)
            + (SELECT count(*) FROM blob_index WHERE outbox_since IS NOT NULL) AS total`,
    );
    return row?.total ?? 0;
  },
  async oldestOutbox() {
    const [row] = await database.query<{ oldest: Date | null }>(
      `SELECT least(
         (SELECT min(outbox_since) FROM user_blobs WHERE outbox_since IS NOT NULL),
         (SELECT min(outbox_since) FROM blob_index WHERE outbox_since IS NOT NULL)
       ) AS oldest`,
    );
    return row?.oldest ?? null;
  },
});
