import type { SqlDatabase } from '../../../platform/sql/database.ts';
import type { BookRecord } from '../documents.ts';
import { type BookRow, bookFrom, ENTRY_COLUMNS, type EntryRow, entryFrom } from './rows.postgres.ts';
import { MAX_BOOKS, MAX_CONVERSATIONS, MAX_DRAFTS, type StateStore } from './store.ts';

async function newestDrafts(database: SqlDatabase, userId: string, bookIds?: readonly string[]) {
  const rows = await database.query<EntryRow & { book_id: string; chapter_num: number }>(
    `SELECT DISTINCT ON (e.book_id, e.chapter_num) ${ENTRY_COLUMNS} FROM blob_index e
     WHERE e.user_id = $1 AND e.chapter_num IS NOT NULL AND ($2::text[] IS NULL OR e.book_id = ANY($2))
     ORDER BY e.book_id, e.chapter_num, e.created_at DESC, e.id DESC LIMIT ${MAX_DRAFTS}`,
    [userId, bookIds ? [...bookIds] : null],
  );
  return rows.map((row) => ({ bookId: row.book_id, chapterNum: row.chapter_num, draft: entryFrom(row) }));
}

async function conversations(database: SqlDatabase, userId: string) {
  const rows = await database.query<{ id: string; title: string; messages: number; last_at: Date }>(
    `SELECT conversation_id AS id, (array_agg(title ORDER BY created_at, id))[1] AS title, count(*) AS messages,
       max(created_at) AS last_at
     FROM blob_index WHERE user_id = $1 AND conversation_id IS NOT NULL
     GROUP BY conversation_id ORDER BY last_at DESC, conversation_id LIMIT ${MAX_CONVERSATIONS}`,
    [userId],
  );
  return rows.map(({ id, title, messages, last_at }) => ({
    id,
    title,
    messageCount: messages,
    lastMessageAt: last_at,
  }));
}

async function putBook(database: SqlDatabase, book: BookRecord): Promise<boolean> {
  const { userId, id, version, title, language, chapters, removed, deleted, deletedAt, createdAt } = book;
  const values = [
    userId,
    id,
    version,
    title,
    language,
    JSON.stringify(chapters),
    JSON.stringify(removed),
    deleted,
    deletedAt,
  ];
  const written =
    version === 1
      ? await database.execute(
          `INSERT INTO books (user_id, id, version, title, language, chapters, removed, deleted, deleted_at, created_at)
           VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10) ON CONFLICT (user_id, id) DO NOTHING`,
          [...values, createdAt],
        )
      : await database.execute(
          `UPDATE books SET version = $3, title = $4, language = $5, chapters = $6, removed = $7, deleted = $8,
             deleted_at = $9
           WHERE user_id = $1 AND id = $2 AND version = $3 - 1`,
          values,
        );
  return written === 1;
}

type Books = Pick<StateStore, 'putBook' | 'bookRecords' | 'newestDrafts' | 'conversations'>;

/** Books and conversations. */
export const createBooks = (database: SqlDatabase): Books => ({
  putBook: (book) => putBook(database, book),
  async bookRecords(userId, ids) {
    const rows = await database.query<BookRow>(
      `SELECT * FROM books WHERE user_id = $1 AND ($2::text[] IS NULL OR id = ANY($2))
       ORDER BY created_at DESC, id DESC LIMIT ${MAX_BOOKS}`,
      [userId, ids ? [...ids] : null],
    );
    return rows.map(bookFrom);
  },
  newestDrafts: (userId, bookIds) => newestDrafts(database, userId, bookIds),
  conversations: (userId) => conversations(database, userId),
});
