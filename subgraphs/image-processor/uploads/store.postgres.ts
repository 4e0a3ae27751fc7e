import type { SqlDatabase, SqlExecutor, SqlValue } from '../../../platform/sql/database.ts';
import type { Begun, Doomed, NewUpload, UploadLimits, UploadSelection, UploadStore } from './store.ts';
import { keyOf, type Upload, type UploadState } from './upload.ts';

interface UploadRow {
  id: string;
  user_id: string;
  input_hash: string;
  state: UploadState;
  original_id: string | null;
  blob_id: string | null;
  refusal: string | null;
  file_name: string;
  content_type: string;
  size_bytes: number;
  sha256: string;
  title: string;
  book_id: string | null;
  conversation_id: string | null;
  alt_text: string | null;
  keep_position: boolean;
  created_at: Date;
  expires_at: Date;
}

const uploadOf = (row: UploadRow): Upload => ({
  id: row.id,
  userId: row.user_id,
  state: row.state,
  originalId: row.original_id ?? row.id,
  blobId: row.blob_id,
  refusal: row.refusal,
  fileName: row.file_name,
  contentType: row.content_type,
  sizeBytes: row.size_bytes,
  sha256: row.sha256,
  title: row.title,
  bookId: row.book_id,
  conversationId: row.conversation_id,
  altText: row.alt_text,
  keepPosition: row.keep_position,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});

/** A PUT that began before its address expired may last so long. */
const SLOWEST_PUT_MS = 3_600_000;
const FORGOTTEN_AT_ONCE = 500;

const putUntil = (expiresAt: Date): Date => new Date(expiresAt.getTime() + SLOWEST_PUT_MS);

/** Serialises a user's changes: they count limits and share originals. */
const ONE_AT_A_TIME = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))';

const IN_USE = `
  SELECT count(*) FILTER (WHERE state IN ('OPEN', 'VERIFIED') AND expires_at > $2)::int AS open,
    coalesce(sum(size_bytes) FILTER (WHERE created_at >= $3), 0)::int8 AS bytes
  FROM uploads WHERE user_id = $1 AND (created_at >= $3 OR state IN ('OPEN', 'VERIFIED'))`;

const INSERT = `
  INSERT INTO uploads (id, user_id, idempotency_key, input_hash, state, file_name, content_type, size_bytes, sha256, title,
    book_id, conversation_id, alt_text, keep_position, created_at, expires_at)
  VALUES ($1, $2, $3, $4, 'OPEN', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING *`;

const valuesOf = (upload: NewUpload) => [
  upload.id,
  upload.userId,
  upload.idempotencyKey,
  upload.inputHash,
  upload.fileName,
  upload.contentType,
  upload.sizeBytes,
  upload.sha256,
  upload.title,
  upload.bookId,
  upload.conversationId,
  upload.altText,
  upload.keepPosition,
  upload.createdAt,
  upload.expiresAt,
];

async function exceeded(tx: SqlExecutor, upload: NewUpload, now: Date, limits: UploadLimits) {
  const [used] = await tx.query<{ open: number; bytes: number }>(IN_USE, [upload.userId, now, limits.since]);
  if ((used?.open ?? 0) >= limits.open) return 'open';
  return (used?.bytes ?? 0) + upload.sizeBytes > limits.bytes ? 'bytes' : undefined;
}

const RENEW = 'UPDATE uploads SET expires_at = $2 WHERE id = $1 RETURNING *';

async function beginOne(tx: SqlExecutor, upload: NewUpload, now: Date, limits: UploadLimits): Promise<Begun> {
  const { userId, idempotencyKey, expiresAt } = upload;
  await tx.query(ONE_AT_A_TIME, [userId]);
  const known = 'SELECT * FROM uploads WHERE user_id = $1 AND idempotency_key = $2';
  const [before] = await tx.query<UploadRow>(known, [userId, idempotencyKey]);
  const isOver = before?.state === 'OPEN' && before.expires_at <= now;
  if (before && !(isOver && before.input_hash === upload.inputHash))
    return { upload: uploadOf(before), inputHash: before.input_hash };
  const limit = await exceeded(tx, upload, now, limits);
  if (limit) return { exceeded: limit };
  const [row] = before
    ? await tx.query<UploadRow>(RENEW, [before.id, expiresAt])
    : await tx.query<UploadRow>(INSERT, valuesOf(upload));
  if (!row) throw new Error('An upload was not stored');
  return { upload: uploadOf(row), inputHash: row.input_hash };
}

async function doom(tx: SqlExecutor, objects: readonly Doomed[], now: Date): Promise<void> {
  for (const { key, putUntil: until } of objects) {
    const text =
      'INSERT INTO doomed_objects (key, put_until, due_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';
    await tx.execute(text, [key, until, now]);
  }
}

const VERIFY = `UPDATE uploads SET state = 'VERIFIED', original_id = $2 WHERE id = $1 RETURNING *`;

async function verifyOne(
  tx: SqlExecutor,
  { id, userId, sha256, expiresAt }: Upload,
  now: Date,
): Promise<void> {
  await tx.query(ONE_AT_A_TIME, [userId]);
  const open = `SELECT 1 AS open FROM uploads WHERE id = $1 AND state = 'OPEN'`;
  if ((await tx.query(open, [id])).length === 0) return;
  await tx.execute(
    'INSERT INTO originals (id, user_id, sha256, put_until) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [id, userId, sha256, putUntil(expiresAt)],
  );
  const known = 'SELECT id FROM originals WHERE user_id = $1 AND sha256 = $2';
  const [original] = await tx.query<{ id: string }>(known, [userId, sha256]);
  const [row] = await tx.query<UploadRow>(VERIFY, [id, original?.id ?? id]);
  if (!row) throw new Error('The upload does not exist any more');
  const verified = uploadOf(row);
  if (verified.originalId !== id)
    await doom(tx, [{ key: keyOf(verified), putUntil: putUntil(expiresAt) }], now);
}

/** Those of the originals that no upload needs any more. */
const UNNEEDED = `
  DELETE FROM originals WHERE id = ANY($1::uuid[])
    AND NOT EXISTS (SELECT 1 FROM uploads WHERE original_id = originals.id)
  RETURNING id, user_id, sha256, put_until`;

async function forgotten(tx: SqlExecutor, rows: readonly UploadRow[], now: Date): Promise<void> {
  const needed = rows.flatMap(({ original_id: id }) => id ?? []);
  const originals = await tx.query<{ id: string; user_id: string; sha256: string; put_until: Date }>(
    UNNEEDED,
    [[...new Set(needed)]],
  );
  const never = rows.filter(({ original_id: id }) => id === null).map(uploadOf);
  await doom(
    tx,
    [
      ...never.map((upload) => ({ key: keyOf(upload), putUntil: putUntil(upload.expiresAt) })),
      ...originals.map((original) => ({
        key: keyOf({ id: original.id, userId: original.user_id, sha256: original.sha256 }),
        putUntil: original.put_until,
      })),
    ],
    now,
  );
}

const OF_BLOBS = 'DELETE FROM uploads WHERE user_id = $1 AND blob_id = ANY($2) RETURNING *';
const OF_IDS = 'DELETE FROM uploads WHERE user_id = $1 AND id = ANY($2::uuid[]) RETURNING *';
const ENDED = `
  DELETE FROM uploads WHERE user_id = $1 AND id = ANY($2::uuid[]) AND state IN ('OPEN', 'REFUSED') AND expires_at <= $3
  RETURNING *`;
const OF_USER = `
  DELETE FROM uploads WHERE id IN (SELECT id FROM uploads WHERE user_id = $1 ORDER BY id LIMIT ${FORGOTTEN_AT_ONCE})
  RETURNING *`;

type Original = Pick<Upload, 'id' | 'userId' | 'sha256' | 'expiresAt'>;

async function refuseOne(tx: SqlExecutor, upload: Original, reason: string, now: Date): Promise<void> {
  const text = `UPDATE uploads SET state = 'REFUSED', refusal = $2 WHERE id = $1 AND state = 'OPEN'`;
  if ((await tx.execute(text, [upload.id, reason])) === 0) return;
  await doom(tx, [{ key: keyOf(upload), putUntil: putUntil(upload.expiresAt) }], now);
}

async function removed(tx: SqlExecutor, objects: readonly Doomed[], now: Date): Promise<void> {
  const keys = objects.map(({ key }) => key);
  await tx.execute('DELETE FROM doomed_objects WHERE key = ANY($1) AND put_until <= $2', [keys, now]);
  // Remove it again once nobody may put it any more.
  await tx.execute('UPDATE doomed_objects SET due_at = put_until WHERE key = ANY($1)', [keys]);
}

class PostgresUploads implements UploadStore {
  readonly #database: SqlDatabase;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  begin(upload: NewUpload, now: Date, limits: UploadLimits): Promise<Begun> {
    return this.#database.transaction((tx) => beginOne(tx, upload, now, limits));
  }

  async find(userId: string, id: string): Promise<Upload | null> {
    const text = 'SELECT * FROM uploads WHERE id = $1 AND user_id = $2';
    const [row] = await this.#database.query<UploadRow>(text, [id, userId]);
    return row ? uploadOf(row) : null;
  }

  verify(upload: Upload, now: Date): Promise<void> {
    return this.#database.transaction((tx) => verifyOne(tx, upload, now));
  }

  refuse(upload: Upload, reason: string, now: Date): Promise<void> {
    return this.#database.transaction((tx) => refuseOne(tx, upload, reason, now));
  }

  async complete(id: string, blobId: string): Promise<void> {
    const text = `UPDATE uploads SET state = 'COMPLETED', blob_id = $2 WHERE id = $1 AND state = 'VERIFIED'`;
    await this.#database.execute(text, [id, blobId]);
  }

  async forget(userId: string, which: UploadSelection, now: Date): Promise<void> {
    const isByBlob = 'blobIds' in which;
    const values = [userId, isByBlob ? which.blobIds : which.ids];
    await this.#forget(userId, isByBlob ? OF_BLOBS : OF_IDS, values, now);
  }

  async forgetEnded(userId: string, ids: readonly string[], now: Date): Promise<void> {
    await this.#forget(userId, ENDED, [userId, ids, now], now);
  }

  async forgetUser(userId: string, now: Date): Promise<boolean> {
    return (await this.#forget(userId, OF_USER, [userId], now)) === FORGOTTEN_AT_ONCE;
  }

  async due(state: UploadState, before: Date, limit: number): Promise<Upload[]> {
    const text = 'SELECT * FROM uploads WHERE state = $1 AND expires_at <= $2 ORDER BY expires_at LIMIT $3';
    return (await this.#database.query<UploadRow>(text, [state, before, limit])).map(uploadOf);
  }

  async doomed(now: Date, limit: number): Promise<Doomed[]> {
    const text = 'SELECT key, put_until FROM doomed_objects WHERE due_at <= $1 ORDER BY due_at LIMIT $2';
    const rows = await this.#database.query<{ key: string; put_until: Date }>(text, [now, limit]);
    return rows.map(({ key, put_until }) => ({ key, putUntil: put_until }));
  }

  async gone(objects: readonly Doomed[], now: Date): Promise<void> {
    await this.#database.transaction((tx) => removed(tx, objects, now));
  }

  #forget(userId: string, text: string, values: readonly SqlValue[], now: Date): Promise<number> {
    return this.#database.transaction(async (tx) => {
      await tx.query(ONE_AT_A_TIME, [userId]);
      const rows = await tx.query<UploadRow>(text, values);
      if (rows.length > 0) await forgotten(tx, rows, now);
      return rows.length;
    });
  }
}

/** Uploads in PostgreSQL. */
export const createPostgresUploads = (database: SqlDatabase): UploadStore => new PostgresUploads(database);
