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
      expect(await store().putBook(book, [])).toBe(true);
      expect(await store().putBook({ ...book, title: 'Late' }, [])).toBe(false);
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
      expect(await store().putBook({ ...changed, createdAt: at(9) }, [])).toBe(true);
      expect(await store().putBook({ ...changed, title: 'Late' }, [])).toBe(false);
      expect(await store().putBook({ ...changed, version: 4 }, [])).toBe(false);
      expect(await store().bookRecords(user, ['one', 'two'])).toEqual([changed]);
      await store().putBook({ ...book, id: 'two', createdAt: at(2) }, []);
      expect(ids(await store().bookRecords(user, ['one', 'two']))).toEqual(['two', 'one']);
      expect(ids(await store().bookRecords(user, ['one', 'three']))).toEqual(['one']);
      expect(await store().bookRecords(newUser(), ['one'])).toEqual([]);
    });

    it('keeps the events of books until they are cleared, in order, and knows who waits', async () => {
      const [user, other] = [newUser(), newUser()];
      const told = (version: number, kind: 'updated' | 'deleted' = 'updated') => ({
        ...{ kind, version, time: at(200 + version).toISOString() },
        ...(version === 2 && { traceparent: 'trace' }),
      });
      const before = await store().outboxLength();
      const of = (userId: string) => ({ userId, id: 'told' });
      const waitingSince = async (second: number) => {
        const pending = await store().pendingBookOutboxes(at(second), 1_000);
        return pending.filter(({ userId }) => userId === user || userId === other);
      };
      const put = (userId: string, version: number, kind?: 'deleted') =>
        store().putBook(newBook(userId, { id: 'told', version }), [told(version, kind)]);
      expect(await put(user, 1)).toBe(true);
      expect(await put(user, 1)).toBe(false);
      expect(await put(user, 2)).toBe(true);
      expect(await put(user, 3, 'deleted')).toBe(true);
      expect(await put(user, 3)).toBe(false);
      await put(other, 1);
      await store().putBook(newBook(other, { id: 'silent' }), []);
      expect(await store().outboxLength()).toBe(before + 2);
      expect((await store().oldestOutbox())?.getTime()).toBeLessThanOrEqual(at(201).getTime());
      expect(await waitingSince(201)).toEqual([]);
      expect(await waitingSince(202)).toEqual(expect.arrayContaining([of(user), of(other)]));
      const silent = { userId: other, id: 'silent' };
      const outboxes = (keys = [of(user), silent]) => store().bookOutboxes(keys);
      const made = (userId: string) => ({ ...of(userId), createdAt: at(1) });
      expect(await outboxes()).toEqual([{ ...made(user), events: [told(1), told(2), told(3, 'deleted')] }]);

      await store().clearBookOutboxes([{ ...made(user), version: 2 }]);
      expect(await outboxes()).toEqual([{ ...made(user), events: [told(3, 'deleted')] }]);
      expect(await outboxes([of(other)])).toEqual([{ ...made(other), events: [told(1)] }]);
      await store().clearBookOutboxes([
        { ...made(user), version: 3 },
        { ...made(other), version: 1 },
      ]);
      expect(await outboxes([of(user), of(other)])).toEqual([]);
      expect(await waitingSince(1_000)).toEqual([]);
      expect(await store().outboxLength()).toBe(before);
      expect(await put(user, 4)).toBe(true);
      expect(await outboxes()).toEqual([{ ...made(user), events: [told(4)] }]);
      await store().eraseBooks(user);
      await store().eraseBooks(other);
      expect(await outboxes()).toEqual([]);
    });

    it('clears nothing of a book that was erased and made anew since its events were read', async () => {
      const user = newUser();
      const event = (second: number) => ({
        kind: 'updated' as const,
        version: 1,
        time: at(second).toISOString(),
      });
      const put = (second: number) =>
        store().putBook(newBook(user, { createdAt: at(second) }), [event(second)]);
      await put(1);
      const [read] = await store().bookOutboxes([{ userId: user, id: 'one' }]);
      if (!read) throw new Error('Nothing waits');
      await store().eraseBooks(user);
      await put(2);
      await store().clearBookOutboxes([{ ...read, version: 1 }]);
      const waiting = [{ userId: user, id: 'one', createdAt: at(2), events: [event(2)] }];
      expect(await store().bookOutboxes([{ userId: user, id: 'one' }])).toEqual(waiting);
      await store().eraseBooks(user);
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
