import type { SqlDatabase } from '../../../../../platform/sql/database.ts';
import type { BookKey, BookOutboxStore } from '../../books.ts';
import type { Outboxes, Published, UserBlobOutbox } from '../../outbox.ts';
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
  FROM taken JOIN unnest($1::text[], $2::text[], $3::timestamptz[], $4::int[])
    AS published(user_id, id, created_at, up_to) USING (user_id, id)
  WHERE waiting.user_id = taken.user_id AND waiting.id = taken.id AND waiting.created_at = published.created_at`;

const keysOf = (books: readonly BookKey[]): [userIds: string[], ids: string[]] => [
  books.map(({ userId }) => userId),
  books.map(({ id }) => id),
];

/** The outboxes of books. */
export const createBookOutboxes = (database: SqlDatabase): BookOutboxStore => ({
  bookOutboxes: (keys) =>
    database.query(
      `SELECT user_id AS "userId", id, created_at AS "createdAt", outbox AS events FROM books JOIN ${BOOKS} USING (user_id, id)
       WHERE outbox_since IS NOT NULL`,
      keysOf(keys),
    ),
  async clearBookOutboxes(published) {
    if (published.length === 0) return;
    const made = published.map(({ createdAt }) => createdAt.toISOString());
    const versions = published.map(({ version }) => `${version}`);
    await database.execute(CLEAR_BOOKS, [...keysOf(published), made, versions]);
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

/** All of it by one statement: an event of an entry is never seen without the earlier ones of the blob itself. */
const WAITING = `
  SELECT asked.id, b.user_id, b.created_at, b.outbox AS of_blob,
    CASE WHEN e.id IS NULL THEN 'nothing' WHEN e.user_id IS NULL THEN 'tombstone' ELSE 'entry' END AS indexed,
    x.started_at, x.finished_at,
    CASE WHEN e.outbox_since IS NOT NULL THEN e.outbox END AS of_entry,
    CASE WHEN e.outbox_since IS NOT NULL THEN e.source_ids END AS source_ids
  FROM unnest($1::text[]) AS asked(id)
  LEFT JOIN user_blobs b ON b.id = asked.id AND b.outbox_since IS NOT NULL
  LEFT JOIN blob_index e ON e.id = asked.id
  LEFT JOIN erasures x ON x.user_id = b.user_id`;

interface WaitingRow {
  readonly id: string;
  readonly user_id: string;
  readonly created_at: Date;
  readonly of_blob: OutboxEvent[] | null;
  readonly indexed: UserBlobOutbox['indexed'];
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly of_entry: OutboxEvent[] | null;
  readonly source_ids: string[] | null;
}

const ofBlob = (row: WaitingRow, events: readonly OutboxEvent[]): UserBlobOutbox => ({
  blobId: row.id,
  userId: row.user_id,
  createdAt: row.created_at,
  events,
  indexed: row.indexed,
  erasure: row.started_at && { startedAt: row.started_at, finishedAt: row.finished_at },
});

async function outboxes(database: SqlDatabase, blobIds: readonly string[]): Promise<Outboxes> {
  const rows = await database.query<WaitingRow>(WAITING, [[...new Set(blobIds)]]);
  return {
    userBlobs: rows.flatMap((row) => (row.of_blob ? [ofBlob(row, row.of_blob)] : [])),
    entries: rows.flatMap(({ id, of_entry, source_ids }) =>
      of_entry ? [{ blobId: id, events: restored(of_entry, source_ids ?? []) }] : [],
    ),
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
