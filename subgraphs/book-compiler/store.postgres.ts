import { validate as isUuid, NIL } from 'uuid';
import type { SqlDatabase, SqlExecutor } from '../../platform/sql/database.ts';
import { createEraser } from './eraser.postgres.ts';
import { createInventory } from './inventory.postgres.ts';
import type { CompiledBookModel, CompiledChapterModel } from './models.ts';
import { migrations } from './schema.postgres.ts';
import type { CompiledBookStore, NewBook, PageRequest, PendingRegistration, StoredBook } from './store.ts';

const BOOK_COLUMNS = `b.id, b.user_id, b.book_id, b.version, b.title, b.word_count, b.chapter_count,
  b.source_blob_ids, b.compile_config, b.stale, b.content_hash, b.size_bytes, b.created_at`;
/** The index keeps the first 200 UTF-16 units of the preview. */
const PENDING_COLUMNS = `${BOOK_COLUMNS}, left(b.full_text, 200) AS preview, b.registration_attempts`;
const STORED_COLUMNS = `${PENDING_COLUMNS}, b.input_hash,
  b.registered_at IS NULL AND b.registration_refusal IS NULL AS pending`;

interface BookRow {
  id: string;
  user_id: string;
  book_id: string;
  version: number;
  title: string;
  word_count: number;
  chapter_count: number;
  source_blob_ids: string[];
  compile_config: { use_expanded: boolean; title: string | null; author: string | null };
  stale: boolean;
  content_hash: string;
  size_bytes: number;
  created_at: Date;
}

interface PendingRow extends BookRow {
  preview: string;
  registration_attempts: number;
}

interface StoredRow extends PendingRow {
  input_hash: string;
  pending: boolean;
}

interface ChapterRow {
  book_id: string;
  chapter_num: number;
  title: string;
  draft_blob_id: string;
  expanded_blob_id: string | null;
  word_count: number;
}

const toBook = (row: BookRow): CompiledBookModel => ({
  id: row.id,
  userId: row.user_id,
  bookId: row.book_id,
  version: row.version,
  title: row.title,
  wordCount: row.word_count,
  chapterCount: row.chapter_count,
  sourceBlobIds: row.source_blob_ids,
  compileConfig: {
    useExpanded: row.compile_config.use_expanded,
    title: row.compile_config.title,
    author: row.compile_config.author,
  },
  contentHash: row.content_hash,
  sizeBytes: row.size_bytes,
  stale: row.stale,
  createdAt: row.created_at,
});

const toPending = (row: PendingRow): PendingRegistration => ({
  book: toBook(row),
  preview: row.preview,
  attempts: row.registration_attempts,
});

const toStored = (row: StoredRow): StoredBook => ({
  book: toBook(row),
  inputHash: row.input_hash,
  pending: row.pending ? toPending(row) : null,
});

const toChapter = (row: ChapterRow): CompiledChapterModel => ({
  compiledBookId: row.book_id,
  chapterNum: row.chapter_num,
  title: row.title,
  draftBlobId: row.draft_blob_id,
  expandedBlobId: row.expanded_blob_id,
  wordCount: row.word_count,
});

async function findStored(sql: SqlExecutor, userId: string, id: string): Promise<StoredBook | null> {
  const [row] = await sql.query<StoredRow>(
    `SELECT ${STORED_COLUMNS} FROM compiled_books b WHERE b.user_id = $1 AND b.id = $2`,
    [userId, id],
  );
  return row ? toStored(row) : null;
}

/** Writes the book as its next version; null when its id is taken. */
async function insertBook(sql: SqlExecutor, book: NewBook): Promise<StoredBook | null> {
  const { compileConfig: config } = book;
  const [row] = await sql.query<StoredRow>(
    `INSERT INTO compiled_books AS b (id, user_id, book_id, version, title, full_text, word_count, chapter_count,
       source_blob_ids, compile_config, content_hash, size_bytes, input_hash, created_at, registration_due_at)
     SELECT $1, $2, $3, coalesce(max(version), 0) + 1, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14
     FROM compiled_books WHERE user_id = $2 AND book_id = $3
     ON CONFLICT (id) DO NOTHING
     RETURNING ${STORED_COLUMNS}`,
    [
      book.id,
      book.userId,
      book.bookId,
      book.title,
      book.fullText,
      book.wordCount,
      book.chapters.length,
      JSON.stringify(book.sourceBlobIds),
      JSON.stringify({ use_expanded: config.useExpanded, title: config.title, author: config.author }),
      book.contentHash,
      book.sizeBytes,
      book.inputHash,
      book.createdAt,
      book.registerFrom,
    ],
  );
  return row ? toStored(row) : null;
}

async function insertChapters(sql: SqlExecutor, book: NewBook): Promise<void> {
  const rows = book.chapters.map((chapter) => ({
    id: chapter.id,
    chapter_num: chapter.chapterNum,
    title: chapter.title,
    draft_blob_id: chapter.draftBlobId,
    expanded_blob_id: chapter.expandedBlobId,
    compiled_text: chapter.text,
    word_count: chapter.wordCount,
  }));
  await sql.execute(
    `INSERT INTO book_chapters (id, book_id, chapter_num, title, draft_blob_id, expanded_blob_id, compiled_text,
       word_count)
     SELECT c.id, $1, c.chapter_num, c.title, c.draft_blob_id, c.expanded_blob_id, c.compiled_text, c.word_count
     FROM json_to_recordset($2::json) AS c (id uuid, chapter_num integer, title text, draft_blob_id text,
       expanded_blob_id text, compiled_text text, word_count integer)`,
    [book.id, JSON.stringify(rows)],
  );
}

/** What is told of the index: who is due, and what came of it. */
function registrations(sql: SqlDatabase) {
  return {
    async takeRegistrations({ now, leaseUntil, limit }) {
      const rows = await sql.query<PendingRow>(
        `UPDATE compiled_books b SET registration_due_at = $2
         WHERE id IN (
           SELECT id FROM compiled_books
           WHERE registered_at IS NULL AND registration_refusal IS NULL AND registration_due_at <= $1
           ORDER BY registration_due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
         RETURNING ${PENDING_COLUMNS}`,
        [now, leaseUntil, limit],
      );
      return rows.map(toPending);
    },
    async markRegistered(id, at) {
      await sql.execute('UPDATE compiled_books SET registered_at = $2 WHERE id = $1', [id, at]);
    },
    async postponeRegistration(id, dueAt) {
      await sql.execute(
        `UPDATE compiled_books SET registration_due_at = $2, registration_attempts = registration_attempts + 1
         WHERE id = $1`,
        [id, dueAt],
      );
    },
    async quarantineRegistration(id, reason) {
      await sql.execute('UPDATE compiled_books SET registration_refusal = $2 WHERE id = $1', [id, reason]);
    },
  } satisfies Partial<CompiledBookStore>;
}

/** Reads of many books at once, each one query. */
function reads(sql: SqlDatabase) {
  const known = (ids: readonly string[]) => ids.filter((id) => isUuid(id));
  return {
    async books(userId, ids) {
      const rows = await sql.query<BookRow>(
        `SELECT ${BOOK_COLUMNS} FROM compiled_books b WHERE user_id = $1 AND id = ANY($2::uuid[])`,
        [userId, known(ids)],
      );
      return rows.map(toBook);
    },
    async fullTexts(userId, ids) {
      const rows = await sql.query<{ id: string; full_text: string }>(
        'SELECT id, full_text FROM compiled_books WHERE user_id = $1 AND id = ANY($2::uuid[])',
        [userId, known(ids)],
      );
      return new Map(rows.map((row) => [row.id, row.full_text]));
    },
    async chapters(userId, ids) {
      const rows = await sql.query<ChapterRow>(
        `SELECT c.book_id, c.chapter_num, c.title, c.draft_blob_id, c.expanded_blob_id, c.word_count
         FROM book_chapters c JOIN compiled_books b ON b.id = c.book_id
         WHERE b.user_id = $1 AND b.id = ANY($2::uuid[]) ORDER BY c.book_id, c.chapter_num`,
        [userId, known(ids)],
      );
      const chapters = new Map<string, CompiledChapterModel[]>();
      for (const chapter of rows.map(toChapter)) {
        const book = chapters.get(chapter.compiledBookId);
        if (book) book.push(chapter);
        else chapters.set(chapter.compiledBookId, [chapter]);
      }
      return chapters;
    },
    async chapterTexts(userId, ids) {
      const rows = await sql.query<{ book_id: string; chapter_num: number; compiled_text: string }>(
        `SELECT c.book_id, c.chapter_num, c.compiled_text
         FROM book_chapters c JOIN compiled_books b ON b.id = c.book_id
         WHERE b.user_id = $1 AND b.id = ANY($2::uuid[])`,
        [userId, known(ids)],
      );
      const texts = new Map<string, Map<number, string>>();
      for (const { book_id, chapter_num, compiled_text } of rows) {
        const book = texts.get(book_id) ?? new Map<number, string>();
        texts.set(book_id, book.set(chapter_num, compiled_text));
      }
      return texts;
    },
    async page(userId, { since = new Date(0), after, limit }: PageRequest) {
      const from = after && after.createdAt >= since ? after : { createdAt: since, id: NIL };
      const rows = await sql.query<BookRow>(
        `SELECT ${BOOK_COLUMNS} FROM compiled_books b
         WHERE user_id = $1 AND (created_at, id) > ($2, $3) ORDER BY created_at, id LIMIT $4`,
        [userId, from.createdAt, from.id, limit],
      );
      return rows.map(toBook);
    },
  } satisfies Partial<CompiledBookStore>;
}

/** Compiled books in PostgreSQL: a server's (15 or later) or the embedded one. */
export function createPostgresStore(sql: SqlDatabase): CompiledBookStore {
  return {
    ...reads(sql),
    ...registrations(sql),
    ...createEraser(sql),
    ...createInventory(sql),
    prepare: () => sql.migrate(migrations),
    ping: () => sql.ping(),
    find: async (userId, id) => (isUuid(id) ? findStored(sql, userId, id) : null),
    add: (book) =>
      sql.transaction(async (tx) => {
        // Whoever adds a version of this book waits for the one before, so that the next number is free.
        await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
          JSON.stringify([book.userId, book.bookId]),
        ]);
        const existing = await findStored(tx, book.userId, book.id);
        if (existing) return existing;
        const added = await insertBook(tx, book);
        if (added) {
          await insertChapters(tx, book);
          return added;
        }
        // The same key was used for another book in the meantime.
        const other = await findStored(tx, book.userId, book.id);
        if (!other) throw new Error(`The id ${book.id} belongs to another user's book`);
        return other;
      }),
  };
}
