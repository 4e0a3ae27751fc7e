import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IndexEntry } from '../documents.ts';
import { facetOf } from '../summary/facets.ts';
import { lineageContract } from './lineage/lineage.contract.ts';
import { backfillContract } from './store.contract.backfills.ts';
import { deletionContract } from './store.contract.deletions.ts';
import { derivedContract } from './store.contract.derived.ts';
import { erasureContract } from './store.contract.erasures.ts';
import {
  at,
  entry,
  event,
  ids,
  book as newBook,
  newUser,
  outboxOf,
  userBlob,
} from './store.contract.fixture.ts';
import { reemissionContract } from './store.contract.reemission.ts';
import { scansContract } from './store.contract.scans.ts';
import { userBlobContract } from './store.contract.user-blobs.ts';
import type { StateStore } from './store.ts';

/** Every adapter's contract for the state store. `open` gives an empty store. */
export function stateStoreContract(open: () => Promise<{ store: StateStore; close(): Promise<void> }>): void {
  let store: StateStore;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ store, close } = await open());
    await store.prepare();
  });
  afterAll(() => close());

  const insert = async (...entries: IndexEntry[]) => {
    for (const one of entries) await store.insertEntry(one, []);
    return entries;
  };

  describe('preparing and pinging', () => {
    it('prepares again without harm and answers a ping', async () => {
      await Promise.all([store.prepare(), store.prepare()]);
      await store.ping();
    });
  });

  userBlobContract(() => store);
  backfillContract('backfills', () => store);
  backfillContract('hand-outs', () => store.handOuts);
  backfillContract('retirements', () => store.retirements);

  describe('entries', () => {
    it('gives back what was stored, keeps the first, hides it from others', async () => {
      const user = newUser();
      const one = entry(user, 1, {
        sourceIds: ['a', 'b'],
        runs: [
          {
            processorId: 'p',
            state: 'FAILED',
            attempt: 2,
            generation: 0,
            stage: null,
            artifact: null,
            progress: 0.5,
            error: { code: 'X', message: 'y' },
            updatedAt: at(1).toISOString(),
          },
        ],
        state: 'FAILED',
        contentHash: 'h',
        generation: 2,
        conversationId: 'c',
      });
      expect(await store.insertEntry(one, [])).toEqual({ stored: one, inserted: true });
      expect(await store.insertEntry({ ...one, title: 'other' }, [])).toEqual({
        stored: one,
        inserted: false,
      });
      expect(await store.entries(user, [one.id])).toEqual([one]);
      expect(await store.entries(newUser(), [one.id])).toEqual([]);
      expect(await store.entries(user, ['a\0b', '\ud800', '', one.id])).toEqual([one]);
      expect(await store.userBlobs(user, ['a\0b'])).toEqual([]);
      expect(await store.tombstones(user, ['a\0b'])).toEqual([]);
    });

    it('updates only the version that is expected, with the event', async () => {
      const [one] = (await insert(entry(newUser(), 1))) as [IndexEntry];
      const run = {
        processorId: 'p',
        state: 'PROCESSING' as const,
        attempt: 1,
        generation: 0,
        stage: null,
        artifact: null,
        progress: null,
        error: null,
        updatedAt: at(2).toISOString(),
      };
      const change = { version: 2, runs: [run], state: 'PROCESSING' as const, updatedAt: at(2) };
      expect(await store.updateEntry(one.id, 7, change, [event(one, 2)])).toBe(false);
      expect(await store.updateEntry(one.id, 1, change, [event(one, 2)])).toBe(true);
      expect(await store.updateEntry(one.id, 1, change, [event(one, 2)])).toBe(false);
      expect(await store.entries(one.userId, [one.id])).toEqual([{ ...one, ...change }]);
      expect((await outboxOf(store, one.id)).entry).toEqual({ blobId: one.id, events: [event(one, 2)] });
    });

    it('takes several events with one update, and what content came with it', async () => {
      const [one] = (await insert(entry(newUser(), 1, { processorId: 'p' }))) as [IndexEntry];
      const change = { version: 3, runs: [], state: 'STORED' as const, updatedAt: at(2) };
      const content = { title: 'T', schemaVersion: '1.1.0', preview: 'It', sizeBytes: 2, contentHash: 'h' };
      const events = [event(one, 2), event(one, 3)];
      expect(await store.updateEntry(one.id, 1, { ...change, content }, events)).toBe(true);
      expect(await store.entries(one.userId, [one.id])).toEqual([{ ...one, ...change, ...content }]);
      expect((await outboxOf(store, one.id)).entry).toEqual({ blobId: one.id, events });
      await store.clearEntryOutboxes(new Map([[one.id, 2]]));
      expect((await outboxOf(store, one.id)).entry).toEqual({ blobId: one.id, events: [event(one, 3)] });
    });

    it('lets one of several updates of the same version through', async () => {
      const [one] = (await insert(entry(newUser(), 1))) as [IndexEntry];
      const change = { version: 2, runs: [], state: 'STORED' as const, updatedAt: at(2) };
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => store.updateEntry(one.id, 1, change, [event(one, 2)])),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
    });
  });

  describe('pages', () => {
    it('goes newest first, by id where times are equal, without gap or overlap', async () => {
      const user = newUser();
      const all = await insert(
        entry(user, 1),
        entry(user, 2),
        entry(user, 2),
        entry(user, 2),
        entry(user, 3),
      );
      const expected = ids(all.toSorted((a, b) => +b.createdAt - +a.createdAt || (a.id < b.id ? 1 : -1)));
      const seen: string[] = [];
      let after: { createdAt: Date; id: string } | undefined;
      for (;;) {
        const request = { limit: 2, direction: 'DESC', ...(after ? { after } : {}) } as const;
        const { entries: page } = await store.page(user, {}, request);
        seen.push(...ids(page));
        const last = page.at(-1);
        if (!last) break;
        after = last;
      }
      expect(seen).toEqual(expected);
      expect(ids((await store.page(user, {}, { limit: 10, direction: 'ASC' })).entries)).toEqual(
        expected.toReversed(),
      );
    });

    it('filters by each field, and counts the same', async () => {
      const user = newUser();
      const [parent, one, other] = (await insert(
        entry(user, 1),
        entry(user, 2, {
          bookId: 'b',
          conversationId: 'c',
          type: 't',
          processorId: 'p',
          schemaId: 's',
          state: 'COMPLETED',
          sourceIds: ['the-parent', 'x'],
        }),
        entry(user, 3, { bookId: 'b', sourceIds: ['x'] }),
      )) as [IndexEntry, IndexEntry, IndexEntry];
      const check = async (filter: Parameters<StateStore['page']>[1], expected: IndexEntry[]) => {
        expect(ids((await store.page(user, filter, { limit: 10, direction: 'DESC' })).entries)).toEqual(
          ids(expected),
        );
        expect(await store.count(user, filter)).toBe(expected.length);
        const facet = facetOf(filter);
        if (facet) expect(await store.facetCount(user, facet)).toBe(expected.length);
      };
      await check({}, [other, one, parent]);
      await check({ bookId: 'b' }, [other, one]);
      await check({ conversationId: 'c' }, [one]);
      await check({ type: 't' }, [one]);
      await check({ processorId: 'p' }, [one]);
      await check({ schemaId: 's' }, [one]);
      await check({ state: 'COMPLETED' }, [one]);
      await check({ parentId: 'the-parent' }, [one]);
      await check({ parentId: 'x' }, [other, one]);
      await check({ createdAfter: at(2) }, [other, one]);
      await check({ createdBefore: at(2) }, [parent]);
      await check({ bookId: 'b', parentId: 'x', createdBefore: at(3) }, [one]);
      await check({ bookId: 'none' }, []);
    });
  });

  describe('counts', () => {
    it('counts by processor and knows the last change', async () => {
      const user = newUser();
      expect(await store.countByProcessor(user)).toEqual([]);
      expect(await store.lastChange(user)).toBeNull();
      await insert(entry(user, 1), entry(user, 5), entry(user, 3, { processorId: 'p' }));
      expect(await store.countByProcessor(user)).toEqual([
        { processorId: 'p', count: 1 },
        { processorId: 'state', count: 2 },
      ]);
      expect(await store.lastChange(user)).toEqual(at(5));
    });
  });

  derivedContract(() => store);
  lineageContract(() => store);
  deletionContract(() => store);
  erasureContract(() => store);
  reemissionContract(() => store);
  scansContract(() => store);

  describe('books and conversations', () => {
    it('puts a book, changes it, lists newest first', async () => {
      const user = newUser();
      const chapter = { chapterNum: 1, title: 'I', position: null, numbered: true };
      const book = newBook(user, { chapters: [chapter] });
      expect(await store.putBook(book)).toBe(true);
      expect(await store.putBook({ ...book, title: 'Late' })).toBe(false);
      expect(await store.bookRecords(user, ['one', 'two'])).toEqual([book]);
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
      expect(await store.putBook({ ...changed, createdAt: at(9) })).toBe(true);
      expect(await store.putBook({ ...changed, title: 'Late' })).toBe(false);
      expect(await store.putBook({ ...changed, version: 4 })).toBe(false);
      expect(await store.bookRecords(user, ['one', 'two'])).toEqual([changed]);
      await store.putBook({ ...book, id: 'two', createdAt: at(2) });
      expect(ids(await store.bookRecords(user, ['one', 'two']))).toEqual(['two', 'one']);
      expect(ids(await store.bookRecords(user, ['one', 'three']))).toEqual(['one']);
      expect(await store.bookRecords(newUser(), ['one'])).toEqual([]);
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
      expect(await store.newestDrafts(user, ['b'])).toEqual([
        { bookId: 'b', chapterNum: 1, draft: second },
        { bookId: 'b', chapterNum: 2, draft: other },
      ]);
      expect(ids((await store.newestDrafts(user, ['c', 'b'])).map(({ draft: found }) => found))).toEqual(
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
      expect(await store.conversations(user)).toEqual([
        { id: 'y', title: 'Later', messageCount: 1, lastMessageAt: at(3) },
        { id: 'x', title: 'Hello', messageCount: 2, lastMessageAt: at(2) },
      ]);
    });
  });

  describe('outboxes', () => {
    it('keeps events until they are cleared, in order, and knows who waits', async () => {
      const user = newUser();
      const before = await store.outboxLength();
      const blob = userBlob(user, { createdAt: at(100) });
      await store.insertUserBlob(blob);
      const one = entry(user, 100, { id: blob.id });
      await store.insertEntry(one, []);
      for (const version of [2, 3]) {
        const change = { version, runs: [], state: 'STORED' as const, updatedAt: at(100 + version) };
        expect(await store.updateEntry(one.id, version - 1, change, [event(one, version)])).toBe(true);
      }
      expect(await store.outboxLength()).toBe(before + 2);
      expect(await store.pendingOutboxes(at(100), 1_000)).not.toContain(blob.id);
      expect((await store.pendingOutboxes(at(101), 1_000)).filter((id) => id === blob.id)).toHaveLength(1);
      expect(await outboxOf(store, blob.id)).toEqual({
        userBlob: { blobId: blob.id, userId: user, createdAt: blob.createdAt, events: blob.outbox },
        entry: { blobId: blob.id, events: [event(one, 2), event(one, 3)] },
      });

      await store.clearUserBlobOutboxes(new Map([[blob.id, 1]]));
      await store.clearEntryOutboxes(new Map([[blob.id, 2]]));
      expect(await outboxOf(store, blob.id)).toEqual({
        userBlob: null,
        entry: { blobId: blob.id, events: [event(one, 3)] },
      });
      await store.clearEntryOutboxes(new Map([[blob.id, 3]]));
      expect(await outboxOf(store, blob.id)).toEqual({ userBlob: null, entry: null });
      expect(await store.outboxLength()).toBe(before);
    });

    it('keeps many sources once, tells each event with them, also of what was deleted meanwhile', async () => {
      const user = newUser();
      const sourceIds = Array.from({ length: 50 }, (_, n) => `source-${n}`);
      const one = entry(user, 1, { sourceIds });
      const told = (version: number, kind: 'indexed' | 'processing' | 'deleted') => {
        const { body, ...rest } = event(one, version);
        return { ...rest, kind, body: { ...body, source_ids: sourceIds } };
      };
      const events = [told(1, 'indexed'), told(2, 'processing'), told(3, 'processing')] as const;
      await store.insertEntry(one, [events[0]]);
      for (const version of [2, 3]) {
        const change = { version, runs: [], state: 'STORED' as const, updatedAt: at(version) };
        await store.updateEntry(one.id, version - 1, change, [told(version, 'processing')]);
      }
      expect((await outboxOf(store, one.id)).entry?.events).toEqual(events);
      await store.clearEntryOutboxes(new Map([[one.id, 1]]));
      expect((await outboxOf(store, one.id)).entry?.events).toEqual(events.slice(1));
      const tombstone = { ...one, version: 4, cascade: false, deletedAt: at(4), dueAt: null };
      await store.bury({ ...one, version: 3 }, tombstone, told(4, 'deleted'));
      const left = [...events.slice(1), told(4, 'deleted')];
      expect((await outboxOf(store, one.id)).entry?.events).toEqual(left);
      await store.clearEntryOutboxes(new Map([[one.id, 4]]));
    });

    it('knows since when the oldest waits, among the blobs and their entries', async () => {
      const user = newUser();
      const [early, later] = [new Date('2020-01-01T00:00:00Z'), new Date('2020-01-02T00:00:00Z')];
      const blob = userBlob(user, { createdAt: later });
      await store.insertUserBlob(blob);
      expect(await store.oldestOutbox()).toEqual(later);
      const one = entry(user, 0, { createdAt: early, updatedAt: early });
      await store.insertEntry(one, [event(one, 1)]);
      expect(await store.oldestOutbox()).toEqual(early);
      await store.clearEntryOutboxes(new Map([[one.id, 1]]));
      expect(await store.oldestOutbox()).toEqual(later);
      await store.clearUserBlobOutboxes(new Map([[blob.id, 1]]));
      expect(await store.oldestOutbox()).not.toEqual(later);
    });
  });
}
