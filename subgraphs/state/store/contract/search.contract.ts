import { describe, expect, it } from 'vitest';
import { at, entry, event, ids, newUser } from '../../testing/records.fixture.ts';
import type { EntryFilter } from '../filter.ts';
import type { IndexEntry } from '../records.ts';
import { readyToSearch } from '../search.ts';
import type { StateStore } from '../store.ts';
import { soughtWords } from '../words.ts';

const byText = (text: string, others: EntryFilter = {}): EntryFilter => ({
  ...others,
  words: soughtWords(text, 20),
});

/** Lists by words, and of what is unfiled. */
export function searchContract(storeOf: () => StateStore): void {
  const insert = async (...entries: IndexEntry[]) => {
    for (const one of entries) await storeOf().insertEntry(one, []);
    return entries;
  };
  /** Pages of two, to the end; counted alike. */
  const found = async (user: string, filter: EntryFilter, direction: 'ASC' | 'DESC' = 'DESC') => {
    const seen: string[] = [];
    for (let after: IndexEntry | undefined; ; ) {
      const request = { limit: 2, direction, ...(after ? { after } : {}) };
      const { entries, resume } = await storeOf().page(user, filter, request);
      expect(resume).toBeNull();
      seen.push(...ids(entries));
      after = entries.at(-1);
      if (entries.length < 2) break;
    }
    expect(await storeOf().countUpTo(user, filter, 100)).toEqual({ count: seen.length, exact: true });
    expect(await storeOf().count(user, filter)).toBe(seen.length);
    return seen;
  };

  describe('search', () => {
    it('finds what has all words, in title or preview, newest first, of this user alone', async () => {
      const [user, other] = [newUser(), newUser()];
      const [one, two, three] = (await insert(
        entry(user, 1, { title: 'The Storm', preview: 'A dark night.' }),
        entry(user, 2, { title: 'Calm', preview: 'After the STORM, a night without wind' }),
        entry(user, 3, { title: 'Über', preview: '東京の夜' }),
        entry(other, 4, { title: 'Storm', preview: 'night' }),
      )) as [IndexEntry, IndexEntry, IndexEntry, IndexEntry];
      expect(await found(user, byText('storm'))).toEqual([two.id, one.id]);
      expect(await found(user, byText('storm'), 'ASC')).toEqual([one.id, two.id]);
      expect(await found(user, byText('night storm'))).toEqual([two.id, one.id]);
      expect(await found(user, byText('dark storm'))).toEqual([one.id]);
      expect(await found(user, byText('dark wind'))).toEqual([]);
      expect(await found(user, byText('nobody'))).toEqual([]);
      expect(await found(user, byText('uber'))).toEqual([three.id]);
      expect(await found(user, byText('京の夜'))).toEqual([three.id]);
      expect(await found(`${user} x`, byText('storm'))).toEqual([]);
    });

    it('goes on behind a place without gap or overlap, also among equal times', async () => {
      const user = newUser();
      const all = await insert(
        ...[1, 2, 2, 2, 3, 3].map((second) => entry(user, second, { title: 'Same words' })),
      );
      const expected = ids(all.toSorted((a, b) => +b.createdAt - +a.createdAt || (a.id < b.id ? 1 : -1)));
      for (const text of ['same', 'same words']) {
        expect(await found(user, byText(text))).toEqual(expected);
        expect(await found(user, byText(text), 'ASC')).toEqual(expected.toReversed());
      }
    });

    it('goes with every other condition', async () => {
      const user = newUser();
      const over = {
        title: 'Storm',
        bookId: 'b',
        conversationId: 'c',
        type: 't',
        processorId: 'p',
        schemaId: 's',
        state: 'COMPLETED',
        sourceIds: ['parent'],
      } as const;
      const [one] = (await insert(
        entry(user, 2, over),
        entry(user, 1, { title: 'Storm' }),
        entry(user, 3, { ...over, title: 'Calm' }),
      )) as [IndexEntry];
      const conditions: EntryFilter[] = [
        { bookId: 'b' },
        { conversationId: 'c' },
        { type: 't' },
        { processorId: 'p' },
        { schemaId: 's' },
        { state: 'COMPLETED' },
        { parentId: 'parent' },
        { createdAfter: at(2) },
        { createdAfter: at(2), createdBefore: at(3), type: 't' },
        { bookId: 'b', type: 't', state: 'COMPLETED', parentId: 'parent', schemaId: 's' },
      ];
      for (const others of conditions) {
        expect(await found(user, byText('storm', others))).toEqual([one.id]);
        expect(await found(user, byText('storm calm', others))).toEqual([]);
      }
      expect(await found(user, byText('storm', { type: 'other' }))).toEqual([]);
      expect(await found(user, byText('storm', { createdBefore: at(1) }))).toEqual([]);
    });

    it('follows an entry: its content, its state, its end', async () => {
      const user = newUser();
      const [one] = (await insert(entry(user, 1, { title: 'Before', preview: '' }))) as [IndexEntry];
      const change = { runs: [], state: 'STORED', updatedAt: at(2) } as const;
      await storeOf().updateEntry(one.id, 1, { ...change, version: 2, state: 'COMPLETED' }, [event(one, 2)]);
      expect(await found(user, byText('before'))).toEqual([one.id]);
      const content = { title: 'Then', preview: 'much later' };
      await storeOf().updateEntry(one.id, 2, { ...change, version: 3, content }, [event(one, 3)]);
      expect(await storeOf().wordless(user, 10)).toEqual([]);
      expect(await found(user, byText('before'))).toEqual([]);
      expect(await found(user, byText('then later'))).toEqual([one.id]);
      const tombstone = { ...one, version: 4, cascade: false, deletedAt: at(4), dueAt: null };
      await storeOf().bury({ ...one, version: 3 }, tombstone, event(one, 4));
      expect(await found(user, byText('then'))).toEqual([]);
      expect(await storeOf().wordless(user, 10)).toEqual([]);
      await storeOf().putWords([{ id: one.id, version: 4, words: ['then'] }]);
      expect(await found(user, byText('then'))).toEqual([]);
    });

    it('knows of which entries it does not know the words, and takes them for their version alone', async () => {
      const user = newUser();
      const [one, two] = (await insert(
        entry(user, 1, { title: 'Old', preview: '' }),
        entry(user, 2, { title: '…', preview: '🌩' }),
      )) as [IndexEntry, IndexEntry];
      const change = { version: 2, runs: [], state: 'STORED', updatedAt: at(2) } as const;
      await storeOf().updateEntry(one.id, 1, { ...change, content: { title: 'New' } }, [event(one, 2)]);
      const wordless = { id: one.id, userId: user, version: 2, title: 'New', preview: '' };
      expect(await storeOf().wordless(user, 10)).toEqual([wordless]);
      await storeOf().putWords([{ id: one.id, version: 1, words: ['old'] }]);
      expect(await storeOf().wordless(user, 10)).toEqual([wordless]);
      await readyToSearch(storeOf(), user);
      expect(await found(user, byText('new'))).toEqual([one.id]);
      await storeOf().putWords([{ id: two.id, version: 1, words: [] }]);
      expect(await storeOf().wordless(user, 10)).toEqual([]);
    });
  });

  describe('what is unfiled', () => {
    it('is in no book and no conversation, by any other condition', async () => {
      const user = newUser();
      const [one, two] = (await insert(
        entry(user, 1, { title: 'Storm', type: 't', sourceIds: ['parent'] }),
        entry(user, 2, { state: 'FAILED' }),
        entry(user, 3, { bookId: 'b', type: 't', title: 'Storm', sourceIds: ['parent'] }),
        entry(user, 4, { conversationId: 'c', type: 't', title: 'Storm', sourceIds: ['parent'] }),
        entry(user, 5, { bookId: 'b', conversationId: 'c', state: 'FAILED' }),
      )) as [IndexEntry, IndexEntry];
      const unfiled = { unfiled: true } as const;
      expect(await found(user, unfiled)).toEqual([two.id, one.id]);
      expect(await found(user, unfiled, 'ASC')).toEqual([one.id, two.id]);
      expect(await found(user, { ...unfiled, type: 't' })).toEqual([one.id]);
      expect(await found(user, { ...unfiled, state: 'FAILED' })).toEqual([two.id]);
      expect(await found(user, { ...unfiled, parentId: 'parent' })).toEqual([one.id]);
      expect(await found(user, { ...unfiled, parentId: 'parent', type: 't' })).toEqual([one.id]);
      expect(await found(user, { ...unfiled, type: 't', state: 'FAILED' })).toEqual([]);
      expect(await found(user, { ...unfiled, createdAfter: at(2) })).toEqual([two.id]);
      expect(await found(user, byText('storm', unfiled))).toEqual([one.id]);
      expect(await found(newUser(), unfiled)).toEqual([]);
    });

    it('leaves out what was deleted', async () => {
      const user = newUser();
      const [one] = (await insert(entry(user, 1))) as [IndexEntry];
      const tombstone = { ...one, version: 2, cascade: false, deletedAt: at(4), dueAt: null };
      await storeOf().bury(one, tombstone, event(one, 2));
      expect(await found(user, { unfiled: true })).toEqual([]);
    });
  });
}
