import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  at,
  entry,
  event,
  book as newBook,
  newUser,
  outboxOf,
  userBlob,
} from '../../testing/records.fixture.ts';
import type { IndexEntry, Run } from '../records.ts';
import type { StateStore } from '../store.ts';
import { deletion, tombstoneOf } from './deletions.contract.ts';

const atOnce = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

const runOf = (processorId: string, attempt: number): Run => ({
  processorId,
  state: 'PROCESSING',
  attempt,
  generation: 0,
  stage: null,
  artifact: null,
  progress: null,
  error: null,
  updatedAt: at(attempt).toISOString(),
});

/** The contract of adapters on a real server when many are at it at once. `open` gives an empty store. */
export function stateStoreRaces(open: () => Promise<{ store: StateStore; close(): Promise<void> }>): void {
  let store: StateStore;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ store, close } = await open());
    // Processes that start at once prepare at once.
    await atOnce(5, () => store.prepare());
  });
  afterAll(() => close?.());

  const read = async ({ userId, id }: IndexEntry): Promise<IndexEntry> => {
    const [found] = await store.entries(userId, [id]);
    if (!found) throw new Error(`${id} is not there`);
    return found;
  };

  const eventsOf = async (id: string): Promise<number[]> =>
    ((await outboxOf(store, id)).entry?.events ?? []).map(({ version }) => version);

  /** Adds an attempt to a run, again when another got in between. */
  const addAttempt = async (one: IndexEntry, processorId: string): Promise<void> => {
    for (;;) {
      const { version, runs } = await read(one);
      const known = runs.find((run) => run.processorId === processorId);
      const next = runOf(processorId, (known?.attempt ?? 0) + 1);
      const change = {
        version: version + 1,
        runs: [...runs.filter((run) => run !== known), next],
        state: 'PROCESSING' as const,
        updatedAt: at(version),
      };
      if (await store.updateEntry(one.id, version, change, [event(one, version + 1)])) return;
    }
  };

  describe('races', () => {
    it('lets one of 50 inserts of a blob win, and tells all the others which', async () => {
      const blob = userBlob(newUser());
      const answers = await atOnce(50, (index) =>
        store.insertUserBlob({ ...blob, title: `${index}`, data: { content: `text ${index}` } }),
      );
      const winners = answers.filter(({ inserted }) => inserted);
      expect(winners).toHaveLength(1);
      for (const { stored } of answers) expect(stored).toEqual(winners[0]?.stored);
      expect(await store.userBlobs(blob.userId, [blob.id])).toEqual([winners[0]?.stored]);
    });

    it('lets one of 50 inserts of an entry win, and tells all the others which', async () => {
      const one = entry(newUser(), 1, { sourceIds: ['a-source'] });
      const answers = await atOnce(50, (index) => store.insertEntry({ ...one, title: `${index}` }, []));
      const winners = answers.filter(({ inserted }) => inserted);
      expect(winners).toHaveLength(1);
      for (const { stored } of answers) expect(stored).toEqual(winners[0]?.stored);
      expect(await store.derivedCounts(one.userId, ['a-source'])).toEqual(new Map([['a-source', 1]]));
    });

    it('loses no update of many writers, leaves no gap between versions, keeps all events in order', async () => {
      const [writers, each] = [8, 5];
      const one = entry(newUser(), 1);
      await store.insertEntry(one, []);
      await atOnce(writers, async (index) => {
        for (let turn = 0; turn < each; turn += 1) await addAttempt(one, `processor-${index}`);
      });
      const { version, runs } = await read(one);
      expect(version).toBe(1 + writers * each);
      expect(runs.map((run) => run.attempt)).toEqual(Array.from({ length: writers }, () => each));
      expect(await eventsOf(one.id)).toEqual(Array.from({ length: writers * each }, (_, index) => index + 2));
    });

    it('keeps an event that comes while the ones before it are cleared', async () => {
      const one = entry(newUser(), 1);
      await store.insertEntry(one, [event(one, 1)]);
      const waiting = await store.outboxLength();
      for (let version = 2; version <= 100; version += 1) {
        const change = { version, runs: [], state: 'STORED' as const, updatedAt: at(version) };
        // Late and repeated clearings as well: two relays may be at one outbox.
        const [changed] = await Promise.all([
          store.updateEntry(one.id, version - 1, change, [event(one, version)]),
          store.clearEntryOutboxes(new Map([[one.id, version - 1]])),
          store.clearEntryOutboxes(new Map([[one.id, version - 2]])),
          store.clearEntryOutboxes(new Map([[one.id, version - 1]])),
        ]);
        expect(changed).toBe(true);
        expect(await eventsOf(one.id)).toEqual([version]);
        expect(await store.outboxLength()).toBe(waiting);
      }
      await store.clearEntryOutboxes(new Map([[one.id, 100]]));
      expect(await store.outboxLength()).toBe(waiting - 1);
    });

    it('deletes once, and lets nothing back in, however close it comes', async () => {
      for (let round = 0; round < 10; round += 1) {
        const one = entry(newUser(), 1, { sourceIds: ['a'] });
        await store.insertEntry(one, []);
        const change = { version: 2, runs: [], state: 'STORED' as const, updatedAt: at(2) };
        const [buried, changed] = await Promise.all([
          atOnce(5, () => store.bury(one, tombstoneOf(one), deletion(one))),
          store.updateEntry(one.id, 1, change, [event(one, 2)]),
          atOnce(20, () => store.insertEntry(one, [event(one, 1)])),
        ]);
        // One change of a version wins, whichever it is.
        expect([changed, ...buried].filter(Boolean)).toHaveLength(1);
        if (changed)
          expect(await store.bury({ ...one, version: 2 }, tombstoneOf(one), deletion(one))).toBe(true);
        expect(await store.insertEntry(one, [])).toEqual({ stored: null, inserted: false });
        expect(await store.entries(one.userId, [one.id])).toEqual([]);
        expect(await store.derivedCounts(one.userId, ['a'])).toEqual(new Map());
      }
    });

    it('takes one of 20 descriptions of a book, and one of 20 changes', async () => {
      const book = newBook(newUser());
      for (const version of [1, 2]) {
        const put = (index: number) => store.putBook({ ...book, version, title: `${version}.${index}` }, []);
        const written = await atOnce(20, put);
        expect(written.filter(Boolean)).toHaveLength(1);
        const title = `${version}.${written.indexOf(true)}`;
        expect(await store.bookRecords(book.userId, ['one'])).toEqual([{ ...book, version, title }]);
      }
    });
  });
}
