import { describe, expect, it } from 'vitest';
import { at, book, entry, event, ids, newUser, userBlob } from '../../testing/records.fixture.ts';
import type { Erasure } from '../records.ts';
import type { StateStore } from '../store.ts';
import { deletion, tombstoneOf } from './deletions.contract.ts';

const erasureOf = (userId: string, over: Partial<Erasure> = {}): Erasure => ({
  userId,
  requestedBy: 'olga',
  startedAt: at(100),
  finishedAt: null,
  stores: [],
  goneStores: [],
  obstacle: null,
  ...over,
});

/** Every adapter's contract for users' erasures. */
export function erasureContract(store: () => StateStore): void {
  const due = async (now: Date, users: readonly string[]) =>
    (await store().dueErasures(now, 1_000)).filter((user) => users.includes(user));

  describe('erasures', () => {
    it('begin once, are saved while they are under way, and may be begun again when they are finished', async () => {
      const user = newUser();
      expect(await store().erasure(user)).toBeNull();
      const first = erasureOf(user);
      expect(await store().beginErasure(first, at(100))).toEqual(first);
      expect(await store().beginErasure(erasureOf(user, { startedAt: at(101) }), at(1))).toEqual(first);
      const stores = [{ processorId: 'a.$b', erasedAt: at(102).toISOString() }];
      const goneStores = [{ processorId: 'b', retiredAt: at(90).toISOString() }];
      const waiting = { ...first, stores, goneStores, obstacle: 'a.$b does not answer' };
      await store().saveErasure(waiting, at(110));
      await store().saveErasure({ ...waiting, startedAt: at(99), obstacle: 'another' }, at(1));
      expect(await store().erasure(user)).toEqual(waiting);
      const finished = { ...waiting, obstacle: null, finishedAt: at(120) };
      await store().saveErasure(finished, null);
      await store().saveErasure(waiting, at(130));
      expect(await store().erasure(user)).toEqual(finished);
      const second = erasureOf(user, { startedAt: at(200), requestedBy: 'oleg' });
      expect(await store().beginErasure(second, at(200))).toEqual(second);
      expect(await store().erasure(user)).toEqual(second);
    });

    it('are due, the longest due first, until they are finished', async () => {
      const users = [newUser(), newUser()];
      const [one = '', two = ''] = users;
      await store().beginErasure(erasureOf(one), at(105));
      await store().beginErasure(erasureOf(two), at(101));
      expect(await due(at(100), users)).toEqual([]);
      expect(await due(at(105), users)).toEqual([two, one]);
      expect(await store().dueErasures(at(105), 1)).toHaveLength(1);
      await store().saveErasure(erasureOf(two), at(110));
      expect(await due(at(105), users)).toEqual([one]);
      await store().saveErasure(erasureOf(one, { finishedAt: at(106) }), null);
      expect(await due(at(999), users)).toEqual([two]);
    });

    it('find and remove what is a user’s own', async () => {
      const [user, other] = [newUser(), newUser()];
      const blobs = [userBlob(user), userBlob(user)];
      for (const blob of blobs) await store().insertUserBlob(blob);
      await store().insertUserBlob(userBlob(other));
      expect(ids(await store().ownBlobs(user, 10)).toSorted()).toEqual(ids(blobs).toSorted());
      expect(await store().ownBlobs(user, 1)).toHaveLength(1);
      await store().putBook(book(user), []);
      await store().putBook(book(other), []);
      await store().eraseBooks(user);
      expect(await store().bookRecords(user, ['one'])).toEqual([]);
      expect(await store().bookRecords(other, ['one'])).toHaveLength(1);
    });

    it('count what was deleted, by processor', async () => {
      const user = newUser();
      const bury = async (processorId: string, deletedAt: Date) => {
        const one = entry(user, 1, { processorId });
        await store().insertEntry(one, []);
        await store().bury(one, tombstoneOf(one, { deletedAt, dueAt: null }), deletion(one));
      };
      await bury('state', at(99));
      await bury('state', at(100));
      await bury('p', at(101));
      await bury('p', at(102));
      await store().insertEntry(entry(user, 1), []);
      expect(await store().deletedByProcessor(user, at(100))).toEqual([
        { processorId: 'p', count: 2 },
        { processorId: 'state', count: 1 },
      ]);
      expect(await store().deletedByProcessor(newUser(), at(0))).toEqual([]);
    });

    it('know whether deletions of the user are unpublished, whatever others wait for', async () => {
      const [user, other] = [newUser(), newUser()];
      const [one, two, stranger] = [entry(user, 1, { processorId: 'p' }), entry(user, 2), entry(other, 1)];
      for (const each of [one, two, stranger]) await store().insertEntry(each, [event(each, 1)]);
      const isWaiting = () => store().hasUnpublishedDeletions(user);
      expect(await isWaiting()).toBe(false);
      for (const each of [one, two, stranger])
        expect(await store().bury(each, tombstoneOf(each), deletion(each))).toBe(true);
      expect(await isWaiting()).toBe(true);
      await store().clearEntryOutboxes(new Map([[one.id, 2]]));
      await store().clearEntryOutboxes(new Map([[two.id, 1]]));
      expect(await isWaiting()).toBe(true);
      await store().clearEntryOutboxes(new Map([[two.id, 2]]));
      expect(await isWaiting()).toBe(false);
      expect(await store().hasUnpublishedDeletions(other)).toBe(true);
      await store().clearEntryOutboxes(new Map([[stranger.id, 2]]));
    });
  });
}
