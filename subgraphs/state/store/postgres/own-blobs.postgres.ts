import type { SqlDatabase } from '../../../../platform/sql/database.ts';
import type { OwnBlob, StoredOwnBlob } from '../inserts.ts';
import { jsonOf, type UserBlobRecord } from '../records.ts';
import { wordsOf } from '../words.ts';
import { type UserBlobRow, userBlobFrom } from './rows/rows.postgres.ts';

const INSERT = 'SELECT id, inserted, entered FROM insert_own_blobs($1)';

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
