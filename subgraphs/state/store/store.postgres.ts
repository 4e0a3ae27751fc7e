import type { SqlDatabase, SqlValue } from '../../../platform/sql/database.ts';
import { sought } from '../../../platform/text.ts';
import type { IndexEntry, OutboxEvent, UserBlobRecord } from '../documents.ts';
import { createSummaries } from '../summary/summary.postgres.ts';
import { createBackfills } from './backfills.postgres.ts';
import { createBooks } from './books.postgres.ts';
import { createDeletions } from './deletions.postgres.ts';
import { createErasures } from './erasures.postgres.ts';
import { Parameters } from './groups.postgres.ts';
import { createLineage } from './lineage/lineage.postgres.ts';
import { CHILD_FACETS_OF_ENTRY, createUpkeep } from './lists/indexes.postgres.ts';
import { createLists } from './lists/pages.postgres.ts';
import { createOutboxes } from './outbox.postgres.ts';
import { kept } from './outbox.ts';
import { createReemissionStore } from './reemission.postgres.ts';
import { ENTRY_COLUMNS, type EntryRow, entryFrom, type UserBlobRow, userBlobFrom } from './rows.postgres.ts';
import { createScans } from './scans.postgres.ts';
import { migrations } from './schema.postgres.ts';
import type { ContentChange, EntryChange, EntryFilter, InsertedEntry, StateStore } from './store.ts';

/** Where a list is read from, and by what it is ordered: a parent's children from the edges, which stand in order. */
const listOf = ({ parentId }: EntryFilter) =>
  parentId === undefined
    ? { from: 'blob_index e', time: 'e.created_at', id: 'e.id' }
    : {
        from: 'blob_sources s JOIN blob_index e ON e.id = s.child_id',
        time: 's.child_created_at',
        id: 's.child_id',
      };

function conditions(userId: string, filter: EntryFilter, parameters: Parameters): string {
  const column = (name: string, operator: string, value: SqlValue | undefined) =>
    value === undefined ? [] : [`${name} ${operator} ${parameters.add(value)}`];
  const { time } = listOf(filter);
  return [
    ...column(filter.parentId === undefined ? 'e.user_id' : 's.user_id', '=', userId),
    ...column('s.parent_id', '=', filter.parentId),
    ...column('e.book_id', '=', filter.bookId),
    ...column('e.conversation_id', '=', filter.conversationId),
    ...column('e.type', '=', filter.type),
    ...column('e.processor_id', '=', filter.processorId),
    ...column('e.schema_id', '=', filter.schemaId),
    ...column('e.state', '=', filter.state),
    ...column(time, '>=', filter.createdAfter),
    ...column(time, '<', filter.createdBefore),
  ].join(' AND ');
}

async function count(database: SqlDatabase, userId: string, filter: EntryFilter): Promise<number> {
  const parameters = new Parameters();
  const where = conditions(userId, filter, parameters);
  const text = `SELECT count(*) AS total FROM ${listOf(filter).from} WHERE ${where}`;
  const [row] = await database.query<{ total: number }>(text, parameters.values);
  return row?.total ?? 0;
}

const json = (value: unknown): string => JSON.stringify(value);

async function insertUserBlob(
  database: SqlDatabase,
  blob: UserBlobRecord,
): Promise<{ stored: UserBlobRecord; inserted: boolean }> {
  const [row] = await database.query<UserBlobRow>(
    `INSERT INTO user_blobs (id, user_id, schema_id, schema_version, type, title, data, conversation_id, book_id,
       chapter_num, created_at, input_hash, expected_processor_ids, outbox, outbox_since)
     VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15) ON CONFLICT (id) DO NOTHING RETURNING *`,
    [
      blob.id,
      blob.userId,
      blob.schemaId,
      blob.schemaVersion,
      blob.type,
      blob.title,
      json(blob.data),
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
  if (row) return { stored: userBlobFrom(row), inserted: true };
  const [existing] = await database.query<UserBlobRow>('SELECT * FROM user_blobs WHERE id = $1', [blob.id]);
  // It was deleted in between.
  if (!existing) return insertUserBlob(database, blob);
  return { stored: userBlobFrom(existing), inserted: false };
}

async function insertEntry(
  database: SqlDatabase,
  entry: IndexEntry,
  outbox: readonly OutboxEvent[],
): Promise<InsertedEntry> {
  // The edges go in with the entry in one statement: an entry is never seen without its sources.
  const [row] = await database.query<EntryRow>(
    `WITH e AS (
       INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version,
         source_ids, type, title, preview, size_bytes, book_id, conversation_id, chapter_num, content_hash, runs,
         state, content_missing_since, created_at, updated_at, outbox, outbox_since, generation)
       VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24)
       ON CONFLICT (id) DO NOTHING RETURNING *
     ), edges AS (
       INSERT INTO blob_sources (user_id, parent_id, child_id, child_created_at, child_processor_id, child_facets)
       SELECT DISTINCT e.user_id, p.id, e.id, e.created_at, e.processor_id, ${CHILD_FACETS_OF_ENTRY}
       FROM e, unnest(e.source_ids) AS p(id)
     )
     SELECT ${ENTRY_COLUMNS} FROM e`,
    [
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
    ],
  );
  if (row) return { stored: entryFrom(row), inserted: true };
  const [existing] = await database.query<EntryRow>(
    `SELECT ${ENTRY_COLUMNS} FROM blob_index e WHERE id = $1 AND user_id IS NOT NULL`,
    [entry.id],
  );
  return { stored: existing ? entryFrom(existing) : null, inserted: false };
}

/** The columns that tell of an entry's content, with what they become. */
const contentColumns = (content: ContentChange = {}) =>
  (
    [
      ['content_missing_since', content.contentMissingSince],
      ['preview', content.preview],
      ['size_bytes', content.sizeBytes],
      ['content_hash', content.contentHash],
      ['title', content.title],
      ['schema_version', content.schemaVersion],
    ] as const
  ).flatMap(([column, value]) => (value === undefined ? [] : [[column, value] as const]));

async function updateEntry(
  database: SqlDatabase,
  id: string,
  expectedVersion: number,
  change: EntryChange,
  events: readonly OutboxEvent[],
): Promise<boolean> {
  const values = new Parameters();
  const at = values.add(change.updatedAt);
  const columns = [
    ['version', change.version],
    ['runs', json(change.runs)],
    ['state', change.state],
    ...contentColumns(change.content),
  ] as const;
  const changed = await database.execute(
    `UPDATE blob_index SET ${columns.map(([column, value]) => `${column} = ${values.add(value)}`).join(', ')},
       updated_at = ${at}, outbox = outbox || ${values.add(json(kept(events)))}::jsonb,
       outbox_since = coalesce(outbox_since, ${at})
     WHERE id = ${values.add(id)} AND version = ${values.add(expectedVersion)}`,
    values.values,
  );
  return changed === 1;
}

/** State in PostgreSQL, on a server or embedded. */
export function createPostgresStateStore(database: SqlDatabase): StateStore {
  return {
    prepare: () => database.migrate(migrations),
    ping: () => database.ping(),
    insertUserBlob: (blob) => insertUserBlob(database, blob),
    async userBlobs(userId, ids) {
      const text = 'SELECT * FROM user_blobs WHERE user_id = $1 AND id = ANY($2)';
      return (await database.query<UserBlobRow>(text, [userId, sought(ids)])).map(userBlobFrom);
    },
    insertEntry: (entry, outbox) => insertEntry(database, entry, outbox),
    updateEntry: (id, expectedVersion, change, events) =>
      updateEntry(database, id, expectedVersion, change, events),
    async entries(userId, ids) {
      const text = `SELECT ${ENTRY_COLUMNS} FROM blob_index e WHERE user_id = $1 AND id = ANY($2)`;
      return (await database.query<EntryRow>(text, [userId, sought(ids)])).map(entryFrom);
    },
    count: (userId, filter) => count(database, userId, filter),
    async lastChange(userId) {
      const text = 'SELECT max(updated_at) AS at FROM blob_index WHERE user_id = $1';
      const [row] = await database.query<{ at: Date | null }>(text, [userId]);
      return row?.at ?? null;
    },
    ...createLists(database),
    ...createLineage(database),
    ...createUpkeep(database),
    ...createBooks(database),
    ...createSummaries(database),
    ...createOutboxes(database),
    ...createDeletions(database),
    ...createErasures(database),
    ...createReemissionStore(database),
    ...createScans(database),
    ...createBackfills(database, 'backfills'),
    handOuts: createBackfills(database, 'hand_outs'),
    retirements: createBackfills(database, 'retirements'),
  };
}
