import type { SqlDatabase } from '../../../../platform/sql/database.ts';
import { type BookOutboxEvent, MAX_DRAFTS } from '../books.ts';
import type { BookRecord, Detail } from '../records.ts';
import type { StateStore } from '../store.ts';
import { type BookRow, bookFrom, type EntryRow, readingOf } from './rows/rows.postgres.ts';

/** Skips from chapter to chapter of each book, so that it reads no more drafts than it returns. */
async function newestDrafts<D extends Detail>(
  database: SqlDatabase,
  userId: string,
  bookIds: readonly string[],
  detail: D | undefined,
) {
  const { columns, from } = readingOf(detail);
  const rows = await database.query<EntryRow & { of_book: string; of_chapter: number }>(
    `SELECT e.book_id AS of_book, e.chapter_num AS of_chapter, ${columns} FROM (
       SELECT newest.id FROM (SELECT DISTINCT unnest($2::text[]) AS id ORDER BY id) book CROSS JOIN LATERAL (
         WITH RECURSIVE chapters(id, chapter_num) AS (
           (SELECT id, chapter_num FROM blob_index
            WHERE user_id = $1 AND book_id = book.id AND chapter_num IS NOT NULL
            ORDER BY chapter_num, created_at DESC, id DESC LIMIT 1)
           UNION ALL
           SELECT next.* FROM chapters CROSS JOIN LATERAL (
             SELECT id, chapter_num FROM blob_index
             WHERE user_id = $1 AND book_id = book.id AND chapter_num > chapters.chapter_num
             ORDER BY chapter_num, created_at DESC, id DESC LIMIT 1
           ) next
         ) SELECT id FROM chapters LIMIT ${MAX_DRAFTS}
       ) newest LIMIT ${MAX_DRAFTS}
     ) found CROSS JOIN LATERAL (
       -- Apart: of how many there are the server knows nothing, and would read the whole index for them.
       SELECT * FROM blob_index i WHERE i.id = found.id AND i.user_id = $1 OFFSET 0
     ) e ORDER BY e.book_id, e.chapter_num`,
    [userId, [...bookIds]],
  );
  return rows.map((row) => ({ bookId: row.of_book, chapterNum: row.of_chapter, draft: from(row) }));
}

async function putBook(
  database: SqlDatabase,
  book: BookRecord,
  events: readonly BookOutboxEvent[],
): Promise<boolean> {
  const { chapters, removed, front, version } = book;
  const values = [
    book.userId,
    book.id,
    version,
    book.title,
    book.language,
    JSON.stringify(chapters),
    JSON.stringify(removed),
    book.deleted,
    book.deletedAt,
    JSON.stringify(front),
    [...book.automatic],
    JSON.stringify(events),
    events[0]?.time ?? null,
  ];
  const written =
    version === 1
      ? await database.execute(
          `INSERT INTO books (user_id, id, version, title, language, chapters, removed, deleted, deleted_at, front,
             automatic, outbox, outbox_since, created_at)
           VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14) ON CONFLICT (user_id, id) DO NOTHING`,
          [...values, book.createdAt],
        )
      : await database.execute(
          `UPDATE books SET version = $3, title = $4, language = $5, chapters = $6, removed = $7, deleted = $8,
             deleted_at = $9, front = $10, automatic = $11, outbox = outbox || $12::jsonb,
             outbox_since = coalesce(outbox_since, $13)
           WHERE user_id = $1 AND id = $2 AND version = $3 - 1`,
          values,
        );
  return written === 1;
}

type Books = Pick<StateStore, 'putBook' | 'bookRecords' | 'newestDrafts'>;

/** Books. */
export const createBooks = (database: SqlDatabase): Books => ({
  putBook: (book, events) => putBook(database, book, events),
  async bookRecords(userId, ids) {
    const text = 'SELECT * FROM books WHERE user_id = $1 AND id = ANY($2) ORDER BY created_at DESC, id DESC';
    return (await database.query<BookRow>(text, [userId, [...ids]])).map(bookFrom);
  },
  newestDrafts: (userId, bookIds, detail) => newestDrafts(database, userId, bookIds, detail),
});
