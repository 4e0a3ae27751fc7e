import type { SqlDatabase } from '../../platform/sql/database.ts';

/** The size and shape of a user's index. */
export interface Filling {
  readonly userId: string;
  /** Of every four entries, two are chapter drafts, one is an expansion of a draft, and one is a message. */
  readonly entries: number;
  /** Default: 40. */
  readonly books?: number;
  /** Chapters of each book. Default: 20. */
  readonly chapters?: number;
  /** Default: 40. */
  readonly conversations?: number;
  /** One in so many entries has failed. Default: 250. */
  readonly failedOneIn?: number;
}

/** Rows per statement, to stay well under its time limit. */
const CHUNK = 50_000;

/** $1 user, $2 and $3 first and last entry, $4 books, $5 chapters, $6 conversations, $7 `failedOneIn`. */
const ENTRIES = `
  INSERT INTO blob_index (id, user_id, version, processor_id, storage_location, schema_id, schema_version, source_ids,
    type, title, preview, size_bytes, book_id, conversation_id, chapter_num, content_hash, runs, state, created_at,
    updated_at, outbox, words)
  SELECT $1 || '-' || i, $1, 1,
    CASE kind WHEN 2 THEN 'text-expansion' ELSE 'state' END,
    CASE kind WHEN 2 THEN 'text-expansion-db' ELSE 'state-service' END,
    CASE kind WHEN 2 THEN 'expanded-text-v1' WHEN 3 THEN 'note-v1' ELSE 'text-input-v1' END, '1.0.0',
    CASE kind WHEN 2 THEN ARRAY[$1 || '-' || (i - 2)] ELSE '{}' END,
    CASE kind WHEN 2 THEN 'expanded_text' WHEN 3 THEN 'message' ELSE 'chapter_draft' END,
    'Title ' || i, 'It was a dark and stormy night.', 2000,
    CASE WHEN kind < 3 THEN 'book-' || place % $4::int END,
    CASE kind WHEN 3 THEN 'talk-' || (i / 4) % $6::int END,
    CASE WHEN kind < 2 THEN (place / $4::int) % $5::int + 1 END,
    CASE kind WHEN 2 THEN 'hash' END, '[]',
    CASE WHEN i % $7::int = 0 THEN 'FAILED' WHEN kind = 3 THEN 'STORED' ELSE 'COMPLETED' END, at, at, '[]',
    ARRAY['title', 'stormy', i::text, CASE WHEN i % 2 = 0 THEN 'even' ELSE 'odd' END]
  FROM (
    SELECT i, i % 4 AS kind, CASE WHEN i % 4 = 1 THEN i / 4 ELSE (i + 400) / 4 END AS place,
      '2026-01-01T00:00:00Z'::timestamptz + i * interval '1 second' AS at
    FROM generate_series($2::int, $3::int) i
  ) numbered`;

const EDGES = `
  INSERT INTO blob_sources (user_id, parent_id, child_id, child_created_at, child_processor_id)
  SELECT user_id, source_ids[1], id, created_at, processor_id FROM blob_index
  WHERE id IN (SELECT $1 || '-' || i FROM generate_series($2::int, $3::int) i WHERE i % 4 = 2)`;

const WORDS = `
  INSERT INTO blob_words (key, created_at, id) SELECT word || ' ' || user_id, created_at, id
  FROM blob_index, unnest(words) AS word
  WHERE id IN (SELECT $1 || '-' || i FROM generate_series($2::int, $3::int) i)`;

/**
 * Inserts a user's entries directly into the tables of a state store on PostgreSQL. Triggers are off, so the entries
 * are not counted: the first read builds the counts, as it does for data of an earlier release.
 */
export async function fill(database: SqlDatabase, filling: Filling): Promise<void> {
  const { userId, entries, books = 40, chapters = 20, conversations = 40, failedOneIn = 250 } = filling;
  const shape = [`${books}`, `${chapters}`, `${conversations}`, `${failedOneIn}`];
  for (let first = 0; first < entries; first += CHUNK) {
    const range = [`${first}`, `${Math.min(first + CHUNK, entries) - 1}`];
    await database.transaction(async (tx) => {
      await tx.execute('ALTER TABLE blob_index DISABLE TRIGGER USER');
      await tx.execute(ENTRIES, [userId, ...range, ...shape]);
      await tx.execute(EDGES, [userId, ...range]);
      await tx.execute(WORDS, [userId, ...range]);
      await tx.execute('ALTER TABLE blob_index ENABLE TRIGGER USER');
    });
  }
  await database.execute('ANALYZE blob_index');
  await database.execute('ANALYZE blob_sources');
  await database.execute('ANALYZE blob_words');
}
