import type { SqlDatabase } from '../../../../platform/sql/database.ts';
import type { OwnBlob, StoredOwnBlob } from '../inserts.ts';
import { jsonOf, type UserBlobRecord } from '../records.ts';
import { wordsOf } from '../words.ts';
import { type UserBlobRow, userBlobFrom } from './rows/rows.postgres.ts';

/**
 * Blobs with their entries in one statement, which is always the same text. Users come in order, so that two statements
 * that take the summaries of the same users do not deadlock; their blobs as in every other insert.
 */
const INSERT = `
  WITH given AS MATERIALIZED (
    SELECT g.* FROM json_to_recordset($1::json) AS g(id text, user_id text, schema_id text, schema_version text, type text,
      title text, data json, conversation_id text, book_id text, chapter_num integer, created_at timestamptz,
      input_hash text, expected_processor_ids text[], outbox jsonb, outbox_since timestamptz, version integer,
      processor_id text, storage_location text, preview text, size_bytes bigint, generation integer, runs jsonb, state text,
      words text[])
    WHERE NOT EXISTS (SELECT FROM erasures WHERE erasures.user_id = g.user_id AND finished_at IS NULL)
    ORDER BY g.user_id, g.id COLLATE "C"
  ), blobs AS (
    INSERT INTO user_blobs (id, user_id, schema_id, schema_version, type, title, data, conversation_id, book_id,
      chapter_num, created_at, input_hash, expected_processor_ids, outbox, outbox_since)
    SELECT id, user_id, schema_id, schema_version, type, title, data, conversation_id, book_id, chapter_num, created_at,
      input_hash, expected_processor_ids, outbox, outbox_since FROM given
    ON CONFLICT (id) DO NOTHING RETURNING id
  ), entries AS (
    INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version, source_ids,
      type, title, preview, size_bytes, book_id, conversation_id, chapter_num, runs, state, created_at, updated_at, outbox,
      generation, words)
    SELECT id, user_id, version, processor_id, storage_location, schema_id, schema_version, '{}', type, title, preview,
      size_bytes, book_id, conversation_id, chapter_num, runs, state, created_at, created_at, '[]', generation, words
    FROM given JOIN blobs USING (id) ORDER BY user_id, id COLLATE "C"
    ON CONFLICT (id) DO NOTHING RETURNING id
  )
  SELECT id, blobs.id IS NOT NULL AS inserted, entries.id IS NOT NULL AS entered
  FROM given LEFT JOIN blobs USING (id) LEFT JOIN entries USING (id)`;

/** A row of the statement, as JSON. The document stands in it as it is stored: it may be large. */
function rowOf({ blob, entry }: OwnBlob): string {
  const row = {
    id: blob.id,
    user_id: blob.userId,
    schema_id: blob.schemaId,
    schema_version: blob.schemaVersion,
    type: blob.type,
    title: blob.title,
    conversation_id: blob.conversationId,
    book_id: blob.bookId,
    chapter_num: blob.chapterNum,
    created_at: blob.createdAt,
    input_hash: blob.inputHash,
    expected_processor_ids: blob.expectedProcessorIds,
    outbox: blob.outbox,
    outbox_since: blob.outbox.length > 0 ? blob.createdAt : null,
    version: entry.version,
    processor_id: entry.processorId,
    storage_location: entry.storageLocation,
    preview: entry.preview,
    size_bytes: entry.sizeBytes,
    generation: entry.generation,
    runs: entry.runs,
    state: entry.state,
    words: wordsOf(entry),
  };
  return `${JSON.stringify(row).slice(0, -1)},"data":${jsonOf(blob)}}`;
}

interface InsertedRow {
  readonly id: string;
  readonly inserted: boolean;
  readonly entered: boolean;
}

async function existingOf(database: SqlDatabase, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, UserBlobRecord>();
  const text = 'SELECT * FROM user_blobs WHERE id = ANY($1)';
  const rows = await database.query<UserBlobRow>(text, [[...ids]]);
  return new Map(rows.map((row) => [row.id, userBlobFrom(row)]));
}

export async function insertOwnBlobs(
  database: SqlDatabase,
  own: readonly OwnBlob[],
): Promise<readonly StoredOwnBlob[]> {
  if (own.length === 0) return [];
  const rows = await database.query<InsertedRow>(INSERT, [`[${own.map(rowOf).join(',')}]`]);
  const rowOfId = new Map(rows.map((row) => [row.id, row]));
  const taken = rows.flatMap(({ id, inserted }) => (inserted ? [] : [id]));
  const existing = await existingOf(database, taken);
  // Deleted in between.
  const again = own.filter(({ blob: { id } }) => rowOfId.get(id)?.inserted === false && !existing.has(id));
  const later = await insertOwnBlobs(database, again);
  const answers = new Map(again.map(({ blob: { id } }, place) => [id, later[place]]));
  return own.map(({ blob: { id }, entry }) => {
    const row = rowOfId.get(id);
    if (!row) return { outcome: 'erasing' };
    if (row.inserted) return { outcome: 'inserted', entry: row.entered ? entry : null };
    const blob = existing.get(id);
    return blob ? { outcome: 'existing', blob } : (answers.get(id) ?? { outcome: 'erasing' });
  });
}
