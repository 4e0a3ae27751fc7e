import type { SqlDatabase, SqlExecutor } from '../../../../../platform/sql/database.ts';
import { type EntryWords, type SearchStore, type Wordless, withWords } from '../../search.ts';
import { inOrder } from '../rows/outbox.postgres.ts';

interface WordlessRow {
  id: string;
  user_id: string;
  version: number;
  title: string;
  preview: string;
}

const WORDLESS = 'SELECT id, user_id, version, title, preview FROM blob_index WHERE words IS NULL';

const wordlessFrom = ({ user_id: userId, ...row }: WordlessRow): Wordless => ({ ...row, userId });

async function putWords(database: SqlExecutor, words: readonly EntryWords[]): Promise<void> {
  await database.execute(
    `WITH taken AS (${inOrder('blob_index')})
     UPDATE blob_index AS entry SET words = given.words
     FROM taken JOIN jsonb_to_recordset($2::jsonb) AS given(id text, version integer, words text[])
       ON given.id = taken.id
     WHERE entry.id = taken.id AND entry.version = given.version AND entry.user_id IS NOT NULL`,
    [words.map(({ id }) => id), JSON.stringify(words)],
  );
}

/** Entries per statement. */
const BATCH = 500;

/** Gives words to all entries that have none. */
export async function fillWords(database: SqlDatabase, signal: AbortSignal): Promise<void> {
  const text = `${WORDLESS} AND user_id IS NOT NULL ORDER BY user_id, id LIMIT ${BATCH}`;
  for (;;) {
    signal.throwIfAborted();
    const found = (await database.query<WordlessRow>(text)).map(wordlessFrom);
    if (found.length === 0) return;
    await putWords(database, withWords(found));
  }
}

/** Words of entries; triggers keep their lists. */
export const createSearch = (database: SqlDatabase): SearchStore => ({
  async wordless(userId, limit) {
    const text = `${WORDLESS} AND user_id = $1 LIMIT $2`;
    return (await database.query<WordlessRow>(text, [userId, limit])).map(wordlessFrom);
  },
  putWords: (words) => putWords(database, words),
});
