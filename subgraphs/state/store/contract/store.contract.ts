import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, entry, event, ids, newUser, outboxOf } from '../../testing/records.fixture.ts';
import { facetOf } from '../filter.ts';
import type { IndexEntry } from '../records.ts';
import type { StateStore } from '../store.ts';
import { bookContract } from './books.contract.ts';
import { deletionContract } from './deletions.contract.ts';
import { derivedContract } from './derived.contract.ts';
import { detailsContract } from './details.contract.ts';
import { erasureContract } from './erasures.contract.ts';
import { insertsContract } from './inserts.contract.ts';
import { lineageContract } from './lineage.contract.ts';
import { outboxContract } from './outboxes.contract.ts';
import { reemissionContract } from './reemission.contract.ts';
import { scansContract } from './scans.contract.ts';
import { searchContract } from './search.contract.ts';
import { turnContract } from './turns.contract.ts';
import { userBlobContract } from './user-blobs.contract.ts';
import { walkContract } from './walks.contract.ts';
import { workloadContract } from './workloads.contract.ts';

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
  insertsContract(() => store);
  detailsContract(() => store);
  walkContract('backfills', () => store.backfills);
  walkContract('hand-outs', () => store.handOuts);
  walkContract('retirements', () => store.retirements);
  walkContract('ends of candidates', () => store.canaryEnds);
  walkContract('reprocessings', () => store.reprocessings);
  walkContract('checks of stored documents', () => store.storedChecks);

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

  bookContract(() => store);
  outboxContract(() => store);
  derivedContract(() => store);
  searchContract(() => store);
  lineageContract(() => store);
  deletionContract(() => store);
  erasureContract(() => store);
  reemissionContract(() => store);
  scansContract(() => store);
  turnContract(() => store);
  workloadContract(() => store);
}
