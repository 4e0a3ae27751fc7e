import type { SqlDatabase } from '../../../../../platform/sql/database.ts';
import type { BookKey, BookOutboxStore } from '../../books.ts';
import type { Published, UserBlobOutbox } from '../../outbox.ts';
import { restored } from '../../outbox.ts';
import type { OutboxEvent } from '../../records.ts';
import type { StateStore } from '../../store.ts';

/**
 * Locks the rows with these ids in order, so that two statements on the same rows cannot deadlock.
 */
export const inOrder = (table: 'user_blobs' | 'blob_index'): string =>
  `SELECT id FROM ${table} WHERE id = ANY($1) ORDER BY id FOR UPDATE`;

/**
 * Assignments that remove events up to `published.up_to` from the row `waiting`, and `outbox_since` with the last one. The
 * outbox is read from the row itself, not from a join: after waiting for a concurrent update, the server sees the new row,
 * but would keep the old joined values.
 */
const CLEARED = `outbox = (
      SELECT coalesce(jsonb_agg(event ORDER BY place), '[]'::jsonb)
      FROM jsonb_array_elements(waiting.outbox) WITH ORDINALITY AS o(event, place)
      WHERE (event->>'version')::int > published.up_to
    ),
    outbox_since = CASE WHEN (waiting.outbox->-1->>'version')::int > published.up_to THEN waiting.outbox_since END`;

/** Removes published events of blobs. */
const clearOutboxes = (table: 'user_blobs' | 'blob_index'): string => `
  WITH taken AS (${inOrder(table)})
  UPDATE ${table} AS waiting SET ${CLEARED}
  FROM taken JOIN unnest($1::text[], $2::int[]) AS published(blob_id, up_to) ON published.blob_id = taken.id
  WHERE waiting.id = taken.id`;

const BOOKS = 'unnest($1::text[], $2::text[]) AS wanted(user_id, id)';

/** Removes published events of books; locks them in order. */
const CLEAR_BOOKS = `
  WITH taken AS (
    SELECT books.user_id, books.id FROM books JOIN ${BOOKS} USING (user_id, id)
    ORDER BY books.user_id, books.id FOR UPDATE OF books
  )
  UPDATE books AS waiting SET ${CLEARED}
  FROM taken JOIN unnest($1::text[], $2::text[], $3::int[]) AS published(user_id, id, up_to) USING (user_id, id)
  WHERE waiting.user_id = taken.user_id AND waiting.id = taken.id`;

const keysOf = (books: readonly BookKey[]): [userIds: string[], ids: string[]] => [
  books.map(({ userId }) => userId),
  books.map(({ id }) => id),
];

/** The outboxes of books. */
export const createBookOutboxes = (database: SqlDatabase): BookOutboxStore => ({
  bookOutboxes: (keys) =>
    database.query(
      `SELECT user_id AS "userId", id, outbox AS events FROM books JOIN ${BOOKS} USING (user_id, id)
       WHERE outbox_since IS NOT NULL`,
      keysOf(keys),
    ),
  async clearBookOutboxes(published) {
    if (published.length === 0) return;
    const versions = published.map(({ version }) => `${version}`);
    await database.execute(CLEAR_BOOKS, [...keysOf(published), versions]);
  },
  pendingBookOutboxes: (waitingSince, limit) =>
    database.query(
      'SELECT user_id AS "userId", id FROM books WHERE outbox_since < $1 ORDER BY outbox_since LIMIT $2',
      [waitingSince, limit],
    ),
});

type OutboxStore = Pick<
  StateStore,
  | 'outboxes'
  | 'clearUserBlobOutboxes'
  | 'clearEntryOutboxes'
  | 'pendingOutboxes'
  | 'outboxLength'
  | 'oldestOutbox'
>;

const columnsOf = (published: Published): [blobIds: string[], versions: string[]] => [
  [...published.keys()],
  [...published.values()].map((version) => `${version}`),
];

async function outboxes(database: SqlDatabase, blobIds: readonly string[]) {
  // Entries first, so that an event of theirs is never seen without the earlier ones of the blob itself.
  const entries = await database.query<{ id: string; outbox: OutboxEvent[]; source_ids: string[] }>(
    'SELECT id, outbox, source_ids FROM blob_index WHERE id = ANY($1) AND outbox_since IS NOT NULL',
    [[...blobIds]],
  );
  const userBlobs = await database.query<UserBlobOutbox>(
    `SELECT id AS "blobId", user_id AS "userId", created_at AS "createdAt", outbox AS events
     FROM user_blobs WHERE id = ANY($1) AND outbox_since IS NOT NULL`,
    [[...blobIds]],
  );
  return {
    userBlobs,
    entries: entries.map((row) => ({ blobId: row.id, events: restored(row.outbox, row.source_ids) })),
  };
}

/** The outboxes of user blobs and entries. */
export const createOutboxes = (database: SqlDatabase): OutboxStore => ({
  outboxes: (blobIds) => outboxes(database, blobIds),
  async clearUserBlobOutboxes(published) {
    if (published.size > 0) await database.execute(clearOutboxes('user_blobs'), columnsOf(published));
  },
  async clearEntryOutboxes(published) {
    if (published.size > 0) await database.execute(clearOutboxes('blob_index'), columnsOf(published));
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
            + (SELECT count(*) FROM blob_index WHERE outbox_since IS NOT NULL)
            + (SELECT count(*) FROM books WHERE outbox_since IS NOT NULL) AS total`,
    );
    return row?.total ?? 0;
  },
  async oldestOutbox() {
    const [row] = await database.query<{ oldest: Date | null }>(
      `SELECT least(
         (SELECT min(outbox_since) FROM user_blobs WHERE outbox_since IS NOT NULL),
         (SELECT min(outbox_since) FROM blob_index WHERE outbox_since IS NOT NULL),
         (SELECT min(outbox_since) FROM books WHERE outbox_since IS NOT NULL)
       ) AS oldest`,
    );
    return row?.oldest ?? null;
  },
});
