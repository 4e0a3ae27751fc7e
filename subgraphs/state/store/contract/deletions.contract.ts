import { describe, expect, it } from 'vitest';
import { at, entry, event, ids, newUser, outboxOf, userBlob } from '../../testing/records.fixture.ts';
import type { IndexEntry, Tombstone } from '../records.ts';
import type { StateStore } from '../store.ts';

export const tombstoneOf = (one: IndexEntry, over: Partial<Tombstone> = {}): Tombstone => ({
  id: one.id,
  userId: one.userId,
  version: one.version + 1,
  processorId: one.processorId,
  cascade: false,
  deletedAt: at(50),
  dueAt: at(51),
  ...over,
});

export const deletion = (one: IndexEntry) => event(one, one.version + 1);

/** Every adapter's contract for deletions. */
export function deletionContract(store: () => StateStore): void {
  const insert = async (...entries: IndexEntry[]) => {
    for (const one of entries) await store().insertEntry(one, []);
    return entries;
  };
  const bury = async (one: IndexEntry, over: Partial<Tombstone> = {}) => {
    const tombstone = tombstoneOf(one, over);
    expect(await store().bury(one, tombstone, deletion(one))).toBe(true);
    return tombstone;
  };
  /** Of these, those that are due. */
  const due = async (now: Date, own: readonly { id: string }[]) => {
    const known = new Set(ids(own));
    return (await store().dueDeletions(now, 1_000)).filter((id) => known.has(id));
  };

  describe('deletions', () => {
    it('puts a tombstone in the place of the version that is expected, with its event, once', async () => {
      const one = entry(newUser(), 1, { processorId: 'p$', sourceIds: ['a'] });
      await store().insertEntry(one, [event(one, 1)]);
      const tombstone = tombstoneOf(one, { cascade: true, schema: '$image-input-v1@1.0.0' });
      const stale = { ...one, version: 7 };
      expect(await store().bury(stale, tombstone, deletion(one))).toBe(false);
      expect(await store().tombstone(one.id)).toBeNull();
      expect(await store().bury(one, tombstone, deletion(one))).toBe(true);
      expect(await store().bury(one, tombstone, deletion(one))).toBe(false);
      expect(await store().bury({ ...one, version: 2 }, tombstone, deletion(one))).toBe(false);
      expect(await store().tombstone(one.id)).toEqual(tombstone);
      expect(await store().tombstones(one.userId, [one.id, 'nothing'])).toEqual([tombstone]);
      expect(await store().tombstones(newUser(), [one.id])).toEqual([]);
      const waiting = { blobId: one.id, events: [event(one, 1), deletion(one)] };
      expect((await outboxOf(store(), one.id)).entry).toEqual(waiting);
      await store().clearEntryOutboxes(new Map([[one.id, 2]]));
      expect((await outboxOf(store(), one.id)).entry).toBeNull();
      expect(await store().tombstone(one.id)).toEqual(tombstone);
    });

    it('hides a deleted blob from every read', async () => {
      const user = newUser();
      const place = { bookId: 'b', conversationId: 'c', chapterNum: 1 };
      const [source, one, child] = (await insert(entry(user, 1), entry(user, 2, place), entry(user, 3))) as [
        IndexEntry,
        IndexEntry,
        IndexEntry,
      ];
      const made = entry(user, 4, { ...place, sourceIds: [source.id, one.id] });
      const grandchild = entry(user, 5, { sourceIds: [made.id] });
      await insert(made, grandchild);
      await bury(one);
      await bury(made);
      expect(await store().entries(user, [one.id, made.id])).toEqual([]);
      const { entries: page } = await store().page(user, {}, { limit: 10, direction: 'ASC' });
      expect(ids(page)).toEqual(ids([source, child, grandchild]));
      expect(await store().count(user, {})).toBe(3);
      expect(await store().count(user, { parentId: source.id })).toBe(0);
      expect(await store().countByProcessor(user)).toEqual([{ processorId: 'state', count: 3 }]);
      expect(await store().derived(user, [source.id], { limit: 10 })).toEqual(new Map());
      expect(await store().derivedIds(user, [source.id], 10)).toEqual(new Map());
      expect(await store().derivedCounts(user, [source.id])).toEqual(new Map());
      expect(await store().newestDrafts(user, ['b'])).toEqual([]);
      expect(await store().conversations(user)).toEqual([]);
      const places = { place: 'bookId', limit: 10 } as const;
      expect(await store().inPlaces(user, ['b'], places)).toEqual(new Map());
      expect(await store().inPlacesCounts(user, ['b'], places)).toEqual(new Map());
      expect((await store().lineage(user, one.id, 5, 10)).nodes).toEqual([]);
      expect((await store().lineage(user, grandchild.id, 5, 10)).nodes.map((node) => node.entry.id)).toEqual([
        grandchild.id,
      ]);
      expect((await store().lineage(user, source.id, 5, 10)).nodes.map((node) => node.entry.id)).toEqual([
        source.id,
      ]);
      // What it left behind is still found, for its deletion to go on.
      const left = await store().derived(user, [made.id], { limit: 10 });
      expect(ids(left.get(made.id) ?? [])).toEqual([grandchild.id]);
    });

    it('keeps the id of a deleted blob from being used again', async () => {
      const [one] = (await insert(entry(newUser(), 1))) as [IndexEntry];
      await bury(one);
      expect(await store().insertEntry(one, [event(one, 1)])).toEqual({ stored: null, inserted: false });
      const change = { version: 3, runs: [], state: 'STORED' as const, updatedAt: at(2) };
      expect(await store().updateEntry(one.id, 1, change, [event(one, 3)])).toBe(false);
      expect(await store().entries(one.userId, [one.id])).toEqual([]);
      expect((await outboxOf(store(), one.id)).entry?.events).toEqual([deletion(one)]);
    });

    it('knows which deletions are due, the longest due first, until they are settled', async () => {
      const user = newUser();
      const all = await insert(entry(user, 1), entry(user, 1), entry(user, 1), entry(user, 1));
      const [late, early, done, other] = all as [IndexEntry, IndexEntry, IndexEntry, IndexEntry];
      const second = await bury(late, { dueAt: at(60) });
      const first = await bury(early, { dueAt: at(55) });
      await bury(done, { dueAt: null });
      expect(await due(at(54), all)).toEqual([]);
      expect(await due(at(55), all)).toEqual([early.id]);
      expect(await due(at(60), all)).toEqual([early.id, late.id]);
      expect(await store().dueDeletions(at(60), 1)).toHaveLength(1);
      await store().settleDeletion(first, at(90));
      expect(await due(at(60), all)).toEqual([late.id]);
      await store().settleDeletion(second, null);
      await store().settleDeletion({ id: other.id, dueAt: null }, null);
      expect(await due(at(99), all)).toEqual([early.id]);
      expect(await store().tombstone(late.id)).toEqual({ ...second, dueAt: null });
    });

    it('opens deletions again, so that whoever is at one of them does not end it', async () => {
      const user = newUser();
      const all = await insert(entry(user, 1), entry(user, 1), entry(user, 1));
      const [open, ended, alive] = all as [IndexEntry, IndexEntry, IndexEntry];
      const read = await bury(open, { dueAt: at(60) });
      await bury(ended, { dueAt: null, cascade: true });
      await store().openDeletions(new Map([[newUser(), ids(all)]]), at(70));
      expect(await store().tombstone(open.id)).toEqual(read);
      const [other] = (await insert(entry(newUser(), 1))) as [IndexEntry];
      const ofOther = await bury(other, { dueAt: null });
      const both = new Map([
        [user, ids(all)],
        [newUser(), [other.id]],
      ]);
      await store().openDeletions(both, at(10));
      expect(await store().tombstone(other.id)).toEqual(ofOther);
      const [again, also] = [await store().tombstone(open.id), await store().tombstone(ended.id)];
      expect(again?.dueAt?.getTime()).toBeGreaterThan(at(60).getTime());
      expect(also).toMatchObject({ dueAt: at(10), cascade: true });
      await store().settleDeletion(read, null);
      expect(await store().tombstone(open.id)).toEqual(again);
      await store().openDeletions(new Map([[user, [open.id]]]), at(80));
      expect(await store().tombstone(open.id)).toMatchObject({ dueAt: at(80), cascade: false });
      expect(await store().entries(user, [alive.id])).toEqual([alive]);
      expect(await store().tombstone(alive.id)).toBeNull();
    });

    it('erases a user’s own blobs, with what waits in them', async () => {
      const [blob, kept] = [userBlob(newUser()), userBlob(newUser())];
      const before = await store().outboxLength();
      await store().insertUserBlob(blob);
      await store().insertUserBlob(kept);
      await store().eraseUserBlobs(kept.userId, [blob.id]);
      expect(await store().userBlobs(blob.userId, [blob.id])).toEqual([blob]);
      await store().eraseUserBlobs(blob.userId, [blob.id, kept.id, 'nothing']);
      expect(await store().userBlobs(blob.userId, [blob.id])).toEqual([]);
      expect(await store().userBlobs(kept.userId, [kept.id])).toEqual([kept]);
      expect(await store().outboxLength()).toBe(before + 1);
      expect((await store().insertUserBlob(blob)).inserted).toBe(true);
    });
  });
}
