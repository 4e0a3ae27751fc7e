import type { SqlDatabase } from '../../../../platform/sql/database.ts';
import { runFrom, type StoredRun } from '../records.ts';
import type { StateScans } from '../scans.ts';

interface ScannedRow {
  id: string;
  user_id: string;
  processor_id: string;
  schema_id: string;
  type: string;
  schema_version: string;
  book_id: string | null;
  source_ids: string[];
  content_hash: string | null;
  runs: StoredRun[];
  content_missing_since: Date | null;
  created_at: Date;
  waiting: boolean;
}

interface BlobRow {
  id: string;
  user_id: string;
  created_at: Date;
  waiting: boolean;
}

const SCANNED = `id, user_id, processor_id, schema_id, type, schema_version, book_id, source_ids, content_hash, runs,
  content_missing_since, created_at, outbox_since IS NOT NULL AS waiting`;

const userBlobScan = (database: SqlDatabase): StateScans['userBlobScan'] => ({
  async inventory({ before, after, limit }) {
    const rows = await database.query<BlobRow>(
      `SELECT id, user_id, created_at, outbox_since IS NOT NULL AS waiting FROM user_blobs
       WHERE id > $1 AND created_at < $2 ORDER BY id LIMIT $3`,
      [after ?? '', before, limit],
    );
    return rows.map((row) => ({
      id: row.id,
      userId: row.user_id,
      sourceIds: [],
      createdAt: row.created_at,
      registration: row.waiting ? 'waiting' : 'registered',
    }));
  },
  async existing(ids) {
    const text = 'SELECT id FROM user_blobs WHERE id = ANY($1)';
    return (await database.query<{ id: string }>(text, [[...ids]])).map(({ id }) => id);
  },
  countsOf: (userIds, before) =>
    database.query(
      `SELECT user_id AS "userId", count(*) FILTER (WHERE created_at < $2) AS older, count(*) AS total
       FROM user_blobs WHERE user_id = ANY($1) GROUP BY user_id`,
      [[...userIds], before],
    ),
});

/** Reads across all users. */
export const createScans = (database: SqlDatabase): StateScans => ({
  async scanEntries({ after, limit }) {
    const rows = await database.query<ScannedRow>(
      `SELECT ${SCANNED} FROM blob_index WHERE (user_id, id) > ($1, $2) ORDER BY user_id, id LIMIT $3`,
      [after?.userId ?? '', after?.id ?? '', limit],
    );
    return rows.map((row) => ({
      id: row.id,
      userId: row.user_id,
      processorId: row.processor_id,
      schemaId: row.schema_id,
      type: row.type,
      schemaVersion: row.schema_version,
      bookId: row.book_id,
      sourceIds: row.source_ids,
      contentHash: row.content_hash,
      runs: row.runs.map(runFrom),
      contentMissingSince: row.content_missing_since,
      createdAt: row.created_at,
      waiting: row.waiting,
    }));
  },
  known: (ids) =>
    database.query('SELECT id, user_id IS NULL AS deleted FROM blob_index WHERE id = ANY($1)', [[...ids]]),
  async hasEntryOf(processorId) {
    const [row] = await database.query(
      'SELECT 1 FROM blob_index WHERE processor_id = $1 AND user_id IS NOT NULL LIMIT 1',
      [processorId],
    );
    return row !== undefined;
  },
  userBlobScan: userBlobScan(database),
});
