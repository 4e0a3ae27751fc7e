import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventoryContract } from '../../platform/processing/inventory.contract.ts';
import type { CompiledBookStore, NewBook } from './store.ts';

export interface OpenedStore {
  readonly store: CompiledBookStore;
  close(): Promise<void>;
}

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
/** Each test has a user of its own, so that none sees another's books. */
export const newUser = () => `auth0|${randomUUID()}@x.org`;
const TEXTS = ['It was a dark 🌩 night.\r\n“Quoted” \\ \u2028', 'שלום עולם, '.repeat(200)];

/** A book of two chapters, the second of them expanded. */
export function newBook(userId: string, over: Partial<NewBook> = {}): NewBook {
  return {
    id: randomUUID(),
    userId,
    bookId: 'my-novel',
    title: 'Ein “Roman”',
    fullText: TEXTS.join('\n'),
    wordCount: 4_005,
    sourceBlobIds: ['draft-1', 'expansion-2'],
    compileConfig: { useExpanded: true, title: null, author: 'É. Ñandú' },
    contentHash: 'c'.repeat(64),
    sizeBytes: 3_000_000_000,
    inputHash: 'i'.repeat(64),
    createdAt: at(0),
    registerFrom: at(5),
    chapters: [2, 1].map((chapterNum) => ({
      id: randomUUID(),
      chapterNum,
      title: `Chapter ${chapterNum}`,
      draftBlobId: `draft-${chapterNum}`,
      expandedBlobId: chapterNum === 2 ? 'expansion-2' : null,
      text: TEXTS[chapterNum - 1] ?? '',
      wordCount: chapterNum,
    })),
    ...over,
  };
}

/** What every adapter of {@link CompiledBookStore} promises. `open` gives an empty store. */
export function compiledBookStoreContract(open: () => Promise<OpenedStore>): void {
  let store: CompiledBookStore;
  let close: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    ({ store, close } = await open());
    await store.prepare();
  });
  afterAll(() => close());

  /** What is due at `second`, of this user; other tests' books are taken along and thereby leased. */
  const due = async (userId: string, second: number, leaseUntil = second + 5) => {
    const request = { now: at(second), leaseUntil: at(leaseUntil), limit: 1_000 };
    return (await store.takeRegistrations(request)).filter(({ book }) => book.userId === userId);
  };

  describe('adding', () => {
    it('gives back what was stored', async () => {
      const userId = newUser();
      const book = newBook(userId);
      const { chapters, fullText, inputHash, registerFrom: _, ...rest } = book;
      const stored = { ...rest, version: 1, chapterCount: 2, stale: false };

      const added = await store.add(book);
      expect(added).toEqual({
        book: stored,
        inputHash,
        pending: { book: stored, preview: [...fullText].slice(0, 200).join(''), attempts: 0 },
      });
      expect(await store.find(userId, book.id)).toEqual(added);
      expect(await store.books(userId, [book.id])).toEqual([stored]);
      expect(await store.fullTexts(userId, [book.id])).toEqual(new Map([[book.id, fullText]]));
      const [second, first] = chapters.map(({ id, text, ...chapter }) => ({
        ...chapter,
        compiledBookId: book.id,
      }));
      expect(await store.chapters(userId, [book.id])).toEqual(new Map([[book.id, [first, second]]]));
      const texts = new Map(chapters.map((chapter) => [chapter.chapterNum, chapter.text]));
      expect(await store.chapterTexts(userId, [book.id])).toEqual(new Map([[book.id, texts]]));
    });

    it('counts versions by user and book', async () => {
      const [alice, bob] = [newUser(), newUser()];
      const versions: number[] = [];
      for (const [userId, bookId] of [
        [alice, 'a'],
        [alice, 'a'],
        [alice, 'b'],
        [bob, 'a'],
        [alice, 'a'],
      ] as const) {
        versions.push((await store.add(newBook(userId, { bookId }))).book.version);
      }
      expect(versions).toEqual([1, 2, 1, 1, 3]);
    });

    it('keeps the first book of an id, also when the second is of another book', async () => {
      const userId = newUser();
      const first = await store.add(newBook(userId));
      const { id } = first.book;
      expect(await store.add(newBook(userId, { id, title: 'Another', inputHash: 'o' }))).toEqual(first);
      expect(await store.add(newBook(userId, { id, bookId: 'other', inputHash: 'o' }))).toEqual(first);
      expect(await store.page(userId, { limit: 10 })).toEqual([first.book]);
      expect((await store.add(newBook(userId))).book.version).toBe(2);
    });

    it('stores all or nothing, and a failure leaves no gap', async () => {
      const userId = newUser();
      const { chapters } = newBook(userId);
      const twice = chapters.map((chapter) => ({ ...chapter, chapterNum: 1 }));
      await expect(store.add(newBook(userId, { chapters: twice }))).rejects.toThrow();
      expect(await store.page(userId, { limit: 10 })).toEqual([]);
      expect((await store.add(newBook(userId))).book.version).toBe(1);
    });
  });

  describe('reading', () => {
    it('finds several at once and leaves out what is missing, whatever its id', async () => {
      const userId = newUser();
      const added = [await store.add(newBook(userId)), await store.add(newBook(userId))];
      const known = added.map(({ book }) => book.id);
      const ids = [...known, randomUUID(), '', 'not-an-id', "' OR true --", '\0', '\ud800', '{}'];
      expect(new Set((await store.books(userId, ids)).map(({ id }) => id))).toEqual(new Set(known));
      expect(new Set((await store.fullTexts(userId, ids)).keys())).toEqual(new Set(known));
      expect(new Set((await store.chapters(userId, ids)).keys())).toEqual(new Set(known));
      expect(new Set((await store.chapterTexts(userId, ids)).keys())).toEqual(new Set(known));
      expect(await store.books(userId, [])).toEqual([]);
      expect(await store.find(userId, 'not-an-id')).toBeNull();
    });

    it("shows nobody another user's book", async () => {
      const [alice, mallory] = [newUser(), newUser()];
      const { id } = (await store.add(newBook(alice))).book;
      expect(await store.find(mallory, id)).toBeNull();
      expect(await store.books(mallory, [id])).toEqual([]);
      expect((await store.fullTexts(mallory, [id])).size).toBe(0);
      expect((await store.chapters(mallory, [id])).size).toBe(0);
      expect((await store.chapterTexts(mallory, [id])).size).toBe(0);
      expect(await store.page(mallory, { limit: 10 })).toEqual([]);
    });

    it('pages by time without losing or repeating books of the same moment', async () => {
      const userId = newUser();
      const seconds = [3, 1, 2, 2, 2, 0];
      for (const second of seconds) await store.add(newBook(userId, { createdAt: at(second) }));
      const all = await store.page(userId, { limit: 10 });
      expect(all.map(({ createdAt }) => createdAt)).toEqual([0, 1, 2, 2, 2, 3].map(at));

      const paged = [];
      for (let page = await store.page(userId, { limit: 2 }); page.length > 0; ) {
        paged.push(...page);
        const after = page.at(-1);
        page = after ? await store.page(userId, { limit: 2, after }) : [];
      }
      expect(paged).toEqual(all);
      expect(await store.page(userId, { limit: 10, since: at(2) })).toEqual(all.slice(2));
      const [, , third] = all;
      expect(third && (await store.page(userId, { limit: 10, since: at(2), after: third }))).toEqual(
        all.slice(3),
      );
      expect(third && (await store.page(userId, { limit: 10, since: at(3), after: third }))).toEqual(
        all.slice(5),
      );
    });
  });

  describe('erasing', () => {
    it('removes what it is told to with its chapters, of one user alone', async () => {
      const [alice, bob] = [newUser(), newUser()];
      const [gone, kept] = [(await store.add(newBook(alice))).book, (await store.add(newBook(alice))).book];
      const foreign = (await store.add(newBook(bob))).book;
      await store.erase(alice, [gone.id, foreign.id, 'not-an-id']);
      await store.erase(alice, [gone.id]);
      expect(await store.page(alice, { limit: 10 })).toEqual([kept]);
      expect((await store.chapterTexts(alice, [gone.id])).size).toBe(0);
      expect(await due(alice, 3_000)).toMatchObject([{ book: kept }]);
      expect(await store.books(bob, [foreign.id])).toEqual([foreign]);
      const again = newBook(alice, { id: gone.id });
      expect((await store.add(again)).book).toMatchObject({ id: gone.id, chapterCount: 2 });
    });

    it('removes all of a user’s, so many at once', async () => {
      const [alice, bob] = [newUser(), newUser()];
      for (const userId of [alice, alice, alice, bob]) await store.add(newBook(userId));
      expect(await store.eraseUser(alice, 2)).toBe(2);
      expect(await store.eraseUser(alice, 2)).toBe(1);
      expect(await store.eraseUser(alice, 2)).toBe(0);
      expect(await store.page(alice, { limit: 10 })).toEqual([]);
      expect(await store.page(bob, { limit: 10 })).toHaveLength(1);
    });

    it('marks books as stale, of one user alone', async () => {
      const [alice, bob] = [newUser(), newUser()];
      const [one, other] = [(await store.add(newBook(alice))).book, (await store.add(newBook(alice))).book];
      const foreign = (await store.add(newBook(bob))).book;
      await store.markStale(alice, [one.id, foreign.id, 'not-an-id']);
      expect(await store.books(alice, [one.id])).toEqual([{ ...one, stale: true }]);
      expect(await store.books(alice, [other.id])).toEqual([other]);
      expect(await store.books(bob, [foreign.id])).toEqual([foreign]);
    });
  });

  describe('registrations', () => {
    it('are due from their time on, and again when the lease of whoever took them ends', async () => {
      const userId = newUser();
      const { pending } = await store.add(newBook(userId));
      expect(await due(userId, 4)).toEqual([]);
      expect(await due(userId, 5, 8)).toEqual([pending]);
      expect(await due(userId, 7)).toEqual([]);
      expect(await due(userId, 8)).toEqual([pending]);
    });

    it('end when the index has the book', async () => {
      const userId = newUser();
      const { book } = await store.add(newBook(userId));
      await store.markRegistered(book.id, at(1));
      expect(await due(userId, 3_000)).toEqual([]);
      expect(await store.find(userId, book.id)).toMatchObject({ pending: null });
    });

    it('end when the index refused the book for good', async () => {
      const userId = newUser();
      const { book } = await store.add(newBook(userId));
      await store.quarantineRegistration(book.id, 'SOURCE_UNKNOWN: gone');
      expect(await due(userId, 3_000)).toEqual([]);
      expect(await store.find(userId, book.id)).toMatchObject({ pending: null });
    });

    it('are put off, and their failures counted', async () => {
      const userId = newUser();
      const { book } = await store.add(newBook(userId));
      await store.postponeRegistration(book.id, at(100));
      await store.postponeRegistration(book.id, at(200));
      expect(await due(userId, 199)).toEqual([]);
      expect(await due(userId, 200)).toMatchObject([{ attempts: 2 }]);
    });

    it('are taken in batches, the longest due first', async () => {
      const userId = newUser();
      const ids = [randomUUID(), randomUUID(), randomUUID()];
      for (const [index, id] of ids.entries()) {
        await store.add(newBook(userId, { id, registerFrom: new Date(3 - index) }));
      }
      const take = async () =>
        (await store.takeRegistrations({ now: new Date(10), leaseUntil: at(9_000), limit: 2 })).map(
          ({ book }) => book.id,
        );
      expect(new Set(await take())).toEqual(new Set(ids.slice(1)));
      expect(await take()).toEqual(ids.slice(0, 1));
      expect(await take()).toEqual([]);
    });
  });

  inventoryContract(() => ({
    inventory: store,
    newUser,
    async add(userId, createdAt) {
      const { id, sourceBlobIds } = (await store.add(newBook(userId, { createdAt }))).book;
      return { id, sourceIds: sourceBlobIds };
    },
    markRegistered: (id) => store.markRegistered(id, at(10)),
    refuse: (id) => store.quarantineRegistration(id, 'SOURCE_UNKNOWN: gone'),
  }));

  it('answers a ping', async () => {
    await expect(store.ping()).resolves.toBeUndefined();
  });
}
