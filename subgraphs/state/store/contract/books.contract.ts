import { describe, expect, it } from 'vitest';
import { at, entry, ids, book as newBook, newUser } from '../../testing/records.fixture.ts';
import type { IndexEntry } from '../records.ts';
import type { StateStore } from '../store.ts';

/** Every adapter's contract for books and conversations. */
export function bookContract(store: () => StateStore): void {
  const insert = async (...entries: IndexEntry[]) => {
    for (const one of entries) await store().insertEntry(one, []);
    return entries;
  };

  describe('books and conversations', () => {
    it('puts a book, changes it, lists newest first', async () => {
      const user = newUser();
      const chapter = { chapterNum: 1, title: 'I', position: null, numbered: true };
      const book = newBook(user, { chapters: [chapter] });
      expect(await store().putBook(book)).toBe(true);
      expect(await store().putBook({ ...book, title: 'Late' })).toBe(false);
      expect(await store().bookRecords(user, ['one', 'two'])).toEqual([book]);
      const changed = {
        ...book,
        version: 2,
        title: 'Uno',
        language: 'it',
        front: { subtitle: 'Primo', author: 'É. Ñandú', rights: '© 2026', coverBlobId: 'cover' },
        chapters: [{ chapterNum: 2, title: null, position: 1, numbered: false }],
        removed: [{ chapterNum: 1, at: at(3).toISOString() }],
        automatic: ['pitch-builder', 'other'],
        deleted: true,
        deletedAt: at(4),
      };
      expect(await store().putBook({ ...changed, createdAt: at(9) })).toBe(true);
      expect(await store().putBook({ ...changed, title: 'Late' })).toBe(false);
      expect(await store().putBook({ ...changed, version: 4 })).toBe(false);
      expect(await store().bookRecords(user, ['one', 'two'])).toEqual([changed]);
      await store().putBook({ ...book, id: 'two', createdAt: at(2) });
      expect(ids(await store().bookRecords(user, ['one', 'two']))).toEqual(['two', 'one']);
      expect(ids(await store().bookRecords(user, ['one', 'three']))).toEqual(['one']);
      expect(await store().bookRecords(newUser(), ['one'])).toEqual([]);
    });

    it('finds the newest draft of each chapter', async () => {
      const user = newUser();
      const draft = (second: number, bookId: string, chapterNum: number) =>
        entry(user, second, { bookId, chapterNum });
      const [, second, other, elsewhere] = (await insert(
        draft(1, 'b', 1),
        draft(2, 'b', 1),
        draft(1, 'b', 2),
        draft(1, 'c', 1),
        entry(user, 9, { bookId: 'b', processorId: 'book-compiler' }),
      )) as IndexEntry[];
      expect(await store().newestDrafts(user, ['b'])).toEqual([
        { bookId: 'b', chapterNum: 1, draft: second },
        { bookId: 'b', chapterNum: 2, draft: other },
      ]);
      expect(ids((await store().newestDrafts(user, ['c', 'b'])).map(({ draft: found }) => found))).toEqual(
        ids([second, other, elsewhere] as IndexEntry[]),
      );
    });

    it('sums up conversations, newest message first', async () => {
      const user = newUser();
      await insert(
        entry(user, 1, { conversationId: 'x', title: 'Hello' }),
        entry(user, 2, { conversationId: 'x', title: 'Again' }),
        entry(user, 3, { conversationId: 'y', title: 'Later' }),
      );
      expect(await store().conversations(user)).toEqual([
        { id: 'y', title: 'Later', messageCount: 1, lastMessageAt: at(3) },
        { id: 'x', title: 'Hello', messageCount: 2, lastMessageAt: at(2) },
      ]);
    });
  });
}
