import type { SqlDatabase, SqlValue } from '../../../platform/sql/database.ts';
import type { ExpandedTextRecord, ExpandedTextSummary } from '../documents.ts';
import type { Section } from '../model/model.ts';
import type { StyleAnalysis } from '../style/analyse.ts';
import { createInventory } from './inventory.postgres.ts';
import { migrations } from './schema.postgres.ts';
import type { ExpandedTextStore } from './store.ts';

interface SummaryRow {
  id: string;
  user_id: string;
  parent_blob_id: string;
  title: string;
  expansion_ratio: number;
  style_analysis: StyleAnalysis;
  sections: Section[];
  processing_time_ms: number;
  model_used: string;
  tokens_used: number;
  created_at: Date;
  content_hash: string;
  size_bytes: number;
}

interface RecordRow extends SummaryRow {
  original: string;
  expanded: string;
}

const SUMMARY = `id, user_id, parent_blob_id, title, expansion_ratio, style_analysis, sections, processing_time_ms,
  model_used, tokens_used, created_at, content_hash, size_bytes`;
const RECORD = `${SUMMARY}, original, expanded`;

/** Before everything. */
const EARLIEST = new Date(0);

const summaryFrom = (row: SummaryRow): ExpandedTextSummary => ({
  id: row.id,
  userId: row.user_id,
  parentBlobId: row.parent_blob_id,
  title: row.title,
  expansionRatio: row.expansion_ratio,
  styleAnalysis: row.style_analysis,
  sections: row.sections,
  processingTimeMs: row.processing_time_ms,
  modelUsed: row.model_used,
  tokensUsed: row.tokens_used,
  createdAt: row.created_at,
  contentHash: row.content_hash,
  sizeBytes: row.size_bytes,
});

const recordFrom = (row: RecordRow): ExpandedTextRecord => ({
  ...summaryFrom(row),
  original: row.original,
  expanded: row.expanded,
});

const valuesOf = (record: ExpandedTextRecord): SqlValue[] => [
  record.id,
  record.userId,
  record.parentBlobId,
  record.title,
  record.expansionRatio,
  JSON.stringify(record.styleAnalysis),
  JSON.stringify(record.sections),
  record.processingTimeMs,
  record.modelUsed,
  record.tokensUsed,
  record.createdAt,
  record.contentHash,
  record.sizeBytes,
  record.original,
  record.expanded,
];

/** Expansions in PostgreSQL, on a server or embedded. */
export function createPostgresExpandedTextStore(database: SqlDatabase): ExpandedTextStore {
  const find = async (id: string): Promise<ExpandedTextRecord | null> => {
    const text = `SELECT ${RECORD} FROM expanded_texts WHERE id = $1`;
    const [row] = await database.query<RecordRow>(text, [id]);
    return row ? recordFrom(row) : null;
  };
  const insert: ExpandedTextStore['insert'] = async (record) => {
    const inserted = await database.execute(
      `INSERT INTO expanded_texts (${RECORD})
       VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15) ON CONFLICT (id) DO NOTHING`,
      valuesOf(record),
    );
    if (inserted === 1) return { stored: record, inserted: true };
    const stored = await find(record.id);
    // It was deleted in between.
    return stored ? { stored, inserted: false } : insert(record);
  };
  return {
    ...createInventory(database),
    prepare: () => database.migrate(migrations),
    ping: () => database.ping(),
    find,
    insert,
    async byIds(userId, ids) {
      const text = `SELECT ${RECORD} FROM expanded_texts WHERE user_id = $1 AND id = ANY($2)`;
      return (await database.query<RecordRow>(text, [userId, [...ids]])).map(recordFrom);
    },
    async summaries(userId, ids) {
      const text = `SELECT ${SUMMARY} FROM expanded_texts WHERE user_id = $1 AND id = ANY($2)`;
      return (await database.query<SummaryRow>(text, [userId, [...ids]])).map(summaryFrom);
    },
    async page(userId, { since, after, limit }) {
      const rows = await database.query<RecordRow>(
        `SELECT ${RECORD} FROM expanded_texts WHERE user_id = $1 AND created_at >= $2 AND (created_at, id) > ($3, $4)
         ORDER BY created_at, id LIMIT $5`,
        [userId, since ?? EARLIEST, after?.createdAt ?? EARLIEST, after?.id ?? '', limit],
      );
      return rows.map(recordFrom);
    },
    async markRegistered(id, at) {
      await database.execute(
        'UPDATE expanded_texts SET registered_at = $2, quarantined = NULL WHERE id = $1 AND registered_at IS NULL',
        [id, at],
      );
    },
    async quarantine(id, reason) {
      await database.execute(
        'UPDATE expanded_texts SET quarantined = $2 WHERE id = $1 AND registered_at IS NULL',
        [id, reason],
      );
    },
    async erase(userId, ids) {
      const text = 'DELETE FROM expanded_texts WHERE user_id = $1 AND id = ANY($2)';
      await database.execute(text, [userId, [...ids]]);
    },
    eraseUser: (userId, limit) =>
      database.execute(
        'DELETE FROM expanded_texts WHERE id IN (SELECT id FROM expanded_texts WHERE user_id = $1 LIMIT $2)',
        [userId, limit],
      ),
    async unregistered(before, limit) {
      const rows = await database.query<{ id: string }>(
        `SELECT id FROM expanded_texts WHERE registered_at IS NULL AND quarantined IS NULL AND created_at < $1
         ORDER BY created_at, id LIMIT $2`,
        [before, limit],
      );
      return rows.map(({ id }) => id);
    },
  };
}
