import type { SqlDatabase, SqlValue } from '../../../../platform/sql/database.ts';
import type { InsertedEntry, InsertedUserBlob, Inserts, NewEntry } from '../inserts.ts';
import { kept } from '../outbox.ts';
import { type IndexEntry, jsonOf, type UserBlobRecord } from '../records.ts';
import { wordsOf } from '../words.ts';
import { CHILD_FACETS_OF_ENTRY } from './lists/indexes.postgres.ts';
import { insertOwnBlobs } from './own-blobs.postgres.ts';
import { Parameters } from './rows/groups.postgres.ts';
import {
  ENTRY_COLUMNS,
  type EntryRow,
  entryFrom,
  type UserBlobRow,
  userBlobFrom,
} from './rows/rows.postgres.ts';

const json = (value: unknown): string => JSON.stringify(value);

/** In a fixed order, so that two concurrent inserts of the same rows do not deadlock. */
const inOrder = <T>(rows: readonly T[], idOf: (row: T) => string): T[] =>
  rows.toSorted((one, other) => (idOf(one) < idOf(other) ? -1 : 1));

/** Rows of parameters for `VALUES`. */
const rowsOf = (rows: readonly (readonly SqlValue[])[], values: Parameters): string =>
  rows.map((row) => `(${row.map((value) => values.add(value)).join(',')})`).join(', ');

async function insertUserBlob(database: SqlDatabase, blob: UserBlobRecord): Promise<InsertedUserBlob> {
  const inserted = await database.execute(
    `INSERT INTO user_blobs (id, user_id, schema_id, schema_version, type, title, data, conversation_id, book_id,
       chapter_num, created_at, input_hash, expected_processor_ids, outbox, outbox_since)
     VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15) ON CONFLICT (id) DO NOTHING`,
    [
      blob.id,
      blob.userId,
      blob.schemaId,
      blob.schemaVersion,
      blob.type,
      blob.title,
      jsonOf(blob),
      blob.conversationId,
      blob.bookId,
      blob.chapterNum,
      blob.createdAt,
      blob.inputHash,
      [...blob.expectedProcessorIds],
      json(blob.outbox),
      blob.outbox.length > 0 ? blob.createdAt : null,
    ],
  );
  if (inserted === 1) return { stored: blob, inserted: true };
  const [row] = await database.query<UserBlobRow>('SELECT * FROM user_blobs WHERE id = $1', [blob.id]);
  // A missing one was deleted in between.
  return row ? { stored: userBlobFrom(row), inserted: false } : insertUserBlob(database, blob);
}

const entryRow = ([entry, outbox]: NewEntry): readonly SqlValue[] => [
  entry.id,
  entry.userId,
  entry.version,
  entry.processorId,
  entry.storageLocation,
  entry.schemaId,
  entry.schemaVersion,
  [...entry.sourceIds],
  entry.type,
  entry.title,
  entry.preview,
  entry.sizeBytes,
  entry.bookId,
  entry.conversationId,
  entry.chapterNum,
  entry.contentHash,
  json(entry.runs),
  entry.state,
  entry.contentMissingSince,
  entry.createdAt,
  entry.updatedAt,
  json(kept(outbox)),
  outbox.length > 0 ? entry.updatedAt : null,
  entry.generation,
  wordsOf(entry),
];

async function insertEntries(
  database: SqlDatabase,
  entries: readonly NewEntry[],
): Promise<readonly InsertedEntry[]> {
  if (entries.length === 0) return [];
  const values = new Parameters();
  // One statement, so that an entry is never visible without its sources.
  const rows = await database.query<EntryRow>(
    `WITH e AS (
       INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version,
         source_ids, type, title, preview, size_bytes, book_id, conversation_id, chapter_num, content_hash, runs,
         state, content_missing_since, created_at, updated_at, outbox, outbox_since, generation, words)
       VALUES ${rowsOf(inOrder(entries, ([{ id }]) => id).map(entryRow), values)}
       ON CONFLICT (id) DO NOTHING RETURNING *
     ), edges AS (
       INSERT INTO blob_sources (user_id, parent_id, child_id, child_created_at, child_processor_id, child_facets)
       SELECT DISTINCT e.user_id, p.id, e.id, e.created_at, e.processor_id, ${CHILD_FACETS_OF_ENTRY}
       FROM e, unnest(e.source_ids) AS p(id)
     )
     SELECT ${ENTRY_COLUMNS} FROM e`,
    values.values,
  );
  const inserted = new Map(rows.map((row) => [row.id, entryFrom(row)]));
  const others = entries.flatMap(([{ id }]) => (inserted.has(id) ? [] : [id]));
  const existing = await entriesById(database, others);
  return entries.map(([{ id }]) => {
    const stored = inserted.get(id);
    return stored ? { stored, inserted: true } : { stored: existing.get(id) ?? null, inserted: false };
  });
}

/** Tombstones are left out. */
async function entriesById(
  database: SqlDatabase,
  ids: readonly string[],
): Promise<ReadonlyMap<string, IndexEntry>> {
  if (ids.length === 0) return new Map();
  const rows = await database.query<EntryRow>(
    `SELECT ${ENTRY_COLUMNS} FROM blob_index e WHERE id = ANY($1) AND user_id IS NOT NULL`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, entryFrom(row)]));
}

/** The only item of a list. */
const only = <T>([one]: readonly T[]): T => one as T;

export const createInserts = (database: SqlDatabase): Inserts => ({
  insertOwnBlobs: (own) => insertOwnBlobs(database, own),
  insertUserBlob: (blob) => insertUserBlob(database, blob),
  insertEntry: async (entry, outbox) => only(await insertEntries(database, [[entry, outbox]])),
  insertEntries: (entries) => insertEntries(database, entries),
});
