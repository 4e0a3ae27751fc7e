import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, book, entry, event, ids, newUser } from '../../testing/records.fixture.ts';
import type { Facet, FacetKind } from '../filter.ts';
import { randomOf } from '../mongo/counting/model.fixture.ts';
import type { BookRecord, IndexEntry } from '../records.ts';
import type { StateStore } from '../store.ts';
import { deletion, tombstoneOf } from './deletions.contract.ts';

/** Every facet that counts an entry, each once; all are of its processor. */
function facetsOf(entry: IndexEntry): Required<Facet>[] {
  const { processorId, type, schemaId, state, bookId, conversationId, sourceIds } = entry;
  const facet = (kind: FacetKind, key: string) => ({ kind, key, processorId });
  return [
    facet('all', ''),
    facet('type', type),
    facet('schemaId', schemaId),
    facet('state', state),
    ...(bookId === null ? [] : [facet('bookId', bookId)]),
    ...(conversationId === null ? [] : [facet('conversationId', conversationId)]),
    ...[...new Set(sourceIds)].map((id) => facet('parentId', id)),
  ];
}

/** Builds a user's summary to its end. */
export async function complete(store: StateStore, userId: string): Promise<void> {
  while (!(await store.advanceSummary(userId)));
}

/** Asserts that a user's counts and lists are what these entries say. */
export async function expectSummary(
  store: StateStore,
  userId: string,
  entries: readonly IndexEntry[],
): Promise<void> {
  expect(await store.checkSummary(userId)).toEqual({ complete: true, wrong: 0 });
  const counts = new Map<string, number>();
  for (const facet of entries.flatMap(facetsOf)) {
    const name = JSON.stringify(facet);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const [name, count] of counts)
    expect([name, await store.facetCount(userId, JSON.parse(name))]).toEqual([name, count]);
  expect(await store.facetCount(userId, { kind: 'all', key: '' })).toBe(entries.length);
  const byProcessor = await store.countByProcessor(userId);
  expect(byProcessor.reduce((sum, { count }) => sum + count, 0)).toBe(entries.length);
  const talks = new Map<string, number>();
  for (const { conversationId, createdAt } of entries)
    if (conversationId !== null)
      talks.set(conversationId, Math.max(talks.get(conversationId) ?? 0, createdAt.getTime()));
  const listed = await store.listedPlaces(userId, 'conversationId');
  expect(new Map(listed.map(({ id, listedAt }) => [id, listedAt.getTime()]))).toEqual(talks);
}

const move = (one: IndexEntry, state: IndexEntry['state']): IndexEntry => ({
  ...one,
  version: one.version + 1,
  state,
});

/** Every adapter's contract for summaries, and what becomes of them when many change the same at once. */
export function summaryContract(open: () => Promise<{ store: StateStore; close(): Promise<void> }>): void {
  let store: StateStore;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ store, close } = await open());
    await store.prepare();
  });
  afterAll(() => close?.());

  const update = (one: IndexEntry, next: IndexEntry) =>
    store.updateEntry(
      one.id,
      one.version,
      { version: next.version, runs: [], state: next.state, updatedAt: at(next.version) },
      [event(one, next.version)],
    );
  const bury = (one: IndexEntry) => store.bury(one, tombstoneOf(one), deletion(one));

  describe('a summary', () => {
    it('counts what was there before it, and what comes, changes and goes after', async () => {
      const user = newUser();
      const before = [1, 2, 3].map((second) => entry(user, second, { bookId: 'b', sourceIds: ['x'] }));
      for (const one of before) await store.insertEntry(one, []);
      await complete(store, user);
      await expectSummary(store, user, before);
      const more = entry(user, 4, {
        processorId: 'p',
        type: 't.$',
        conversationId: 'c',
        sourceIds: ['x', 'y', 'x'],
      });
      await store.insertEntry(more, []);
      await store.insertEntry(more, []);
      await expectSummary(store, user, [...before, more]);
      const failed = move(more, 'FAILED');
      expect(await update(more, failed)).toBe(true);
      expect(await update(more, failed)).toBe(false);
      await expectSummary(store, user, [...before, failed]);
      expect(await store.facetCount(user, { kind: 'state', key: 'STORED', processorId: 'p' })).toBe(0);
      expect(await bury(failed)).toBe(true);
      expect(await bury(failed)).toBe(false);
      await expectSummary(store, user, before);
      expect(await store.derivedCounts(user, ['x', 'y'])).toEqual(new Map([['x', 3]]));
      expect(await store.facetCount(newUser(), { kind: 'all', key: '' })).toBe(0);
    });

    it('lists books by their description or first draft, without what was deleted', async () => {
      const user = newUser();
      const put = (over: Partial<BookRecord>) => store.putBook(book(user, over), []);
      const list = async () =>
        (await store.listedPlaces(user, 'bookId')).map(({ id, listedAt }) => [id, listedAt]);
      const draft = (second: number, bookId: string) =>
        entry(user, second, { bookId, chapterNum: 1, createdAt: at(second) });
      const [first, second] = [draft(5, 'drafted'), draft(9, 'drafted')];
      for (const one of [second, first]) await store.insertEntry(one, []);
      await put({ id: 'said', createdAt: at(7) });
      await store.insertEntry(entry(user, 2, { bookId: 'made of nothing' }), []);
      await complete(store, user);
      const drafted = (time: number) => ['drafted', at(time)];
      expect(await list()).toEqual([['said', at(7)], drafted(5)]);
      await bury(first);
      expect(await list()).toEqual([drafted(9), ['said', at(7)]]);
      await put({ id: 'said', version: 2, createdAt: at(7), deleted: true, deletedAt: at(20) });
      expect(await list()).toEqual([drafted(9)]);
      await store.insertEntry(draft(19, 'said'), []);
      expect(await list()).toEqual([drafted(9)]);
      await store.insertEntry(draft(30, 'said'), []);
      expect(await list()).toEqual([['said', at(30)], drafted(9)]);
      await put({ id: 'drafted', createdAt: at(3) });
      expect(await list()).toEqual([['said', at(30)], drafted(3)]);
      expect(await store.listedPlaces(user, 'bookId', ['drafted', 'none'])).toEqual([
        { id: 'drafted', listedAt: at(3) },
      ]);
      await bury(second);
      expect(await list()).toEqual([['said', at(30)], drafted(3)]);
      expect(await store.checkSummary(user)).toEqual({ complete: true, wrong: 0 });
    });

    it('knows the newest draft of each chapter when drafts come late and go', async () => {
      const user = newUser();
      const draft = (second: number, chapterNum: number) => entry(user, second, { bookId: 'b', chapterNum });
      const [old, newest, late, other] = [draft(1, 1), draft(9, 1), draft(5, 1), draft(2, 40)];
      await store.insertEntry(old, []);
      await complete(store, user);
      for (const one of [newest, late, other]) await store.insertEntry(one, []);
      const newestIds = async () =>
        (await store.newestDrafts(user, ['b', 'c'])).map((one) => [one.chapterNum, one.draft.id]);
      expect(await newestIds()).toEqual([
        [1, newest.id],
        [40, other.id],
      ]);
      for (const one of [newest, other]) await bury(one);
      expect(await newestIds()).toEqual([[1, late.id]]);
    });

    it('is forgotten, and built anew while entries come and go', async () => {
      const user = newUser();
      let entries = Array.from({ length: 30 }, (_, index) => entry(user, index, { bookId: 'b' }));
      for (const one of entries) await store.insertEntry(one, []);
      await complete(store, user);
      await store.forgetSummary(user);
      const more = entry(user, 40, { bookId: 'b' });
      await Promise.all([complete(store, user), store.insertEntry(more, []), bury(entries[0] as IndexEntry)]);
      entries = [...entries.slice(1), more];
      await complete(store, user);
      await expectSummary(store, user, entries);
    });
  });

  describe('summaries in a crowd', () => {
    it('count every change once, whatever is changed at once', async () => {
      const user = newUser();
      const random = randomOf(7);
      const states = ['PENDING', 'COMPLETED', 'FAILED'] as const;
      const left: IndexEntry[] = [];
      const live = async (serial: number) => {
        let one = entry(user, serial % 7, {
          processorId: serial % 2 === 0 ? 'state' : 'p',
          bookId: serial % 3 === 0 ? 'b' : null,
          chapterNum: serial % 6 === 0 ? 1 : null,
          conversationId: serial % 3 === 1 ? 'c' : null,
          sourceIds: ['x', `y${serial % 4}`],
        });
        await store.insertEntry(one, [event(one, 1)]);
        for (let turn = 0; turn < 3; turn += 1) {
          const next = move(one, states[Math.floor(random() * 3)] ?? 'FAILED');
          const [updated] = await Promise.all([update(one, next), store.countEntries([one.id])]);
          expect(updated).toBe(true);
          one = next;
        }
        if (random() < 0.4) expect(await bury(one)).toBe(true);
        else left.push(one);
      };
      await Promise.all([
        ...Array.from({ length: 24 }, (_, serial) => live(serial)),
        complete(store, user),
        complete(store, user),
      ]);
      await store.countEntries(ids(left));
      await complete(store, user);
      await expectSummary(store, user, left);
    });
  });
}
