import { describe, expect, it } from 'vitest';
import { at, entry, event, newUser, outboxOf, userBlob } from '../../testing/records.fixture.ts';
import type { StateStore } from '../store.ts';

/** Every adapter's contract for outboxes. */
export function outboxContract(store: () => StateStore): void {
  describe('outboxes', () => {
    it('keeps events until they are cleared, in order, and knows who waits', async () => {
      const user = newUser();
      const before = await store().outboxLength();
      const blob = userBlob(user, { createdAt: at(100) });
      await store().insertUserBlob(blob);
      const one = entry(user, 100, { id: blob.id });
      await store().insertEntry(one, []);
      for (const version of [2, 3]) {
        const change = { version, runs: [], state: 'STORED' as const, updatedAt: at(100 + version) };
        expect(await store().updateEntry(one.id, version - 1, change, [event(one, version)])).toBe(true);
      }
      expect(await store().outboxLength()).toBe(before + 2);
      expect(await store().pendingOutboxes(at(100), 1_000)).not.toContain(blob.id);
      expect((await store().pendingOutboxes(at(101), 1_000)).filter((id) => id === blob.id)).toHaveLength(1);
      expect(await outboxOf(store(), blob.id)).toEqual({
        userBlob: {
          ...{ blobId: blob.id, userId: user, createdAt: blob.createdAt, events: blob.outbox },
          ...{ indexed: 'entry', erasure: null },
        },
        entry: { blobId: blob.id, events: [event(one, 2), event(one, 3)] },
      });

      await store().clearUserBlobOutboxes(new Map([[blob.id, 1]]));
      await store().clearEntryOutboxes(new Map([[blob.id, 2]]));
      expect(await outboxOf(store(), blob.id)).toEqual({
        userBlob: null,
        entry: { blobId: blob.id, events: [event(one, 3)] },
      });
      await store().clearEntryOutboxes(new Map([[blob.id, 3]]));
      expect(await outboxOf(store(), blob.id)).toEqual({ userBlob: null, entry: null });
      expect(await store().outboxLength()).toBe(before);
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
      await store().insertEntry(one, [events[0]]);
      for (const version of [2, 3]) {
        const change = { version, runs: [], state: 'STORED' as const, updatedAt: at(version) };
        await store().updateEntry(one.id, version - 1, change, [told(version, 'processing')]);
      }
      expect((await outboxOf(store(), one.id)).entry?.events).toEqual(events);
      await store().clearEntryOutboxes(new Map([[one.id, 1]]));
      expect((await outboxOf(store(), one.id)).entry?.events).toEqual(events.slice(1));
      const tombstone = { ...one, version: 4, cascade: false, deletedAt: at(4), dueAt: null };
      await store().bury({ ...one, version: 3 }, tombstone, told(4, 'deleted'));
      const left = [...events.slice(1), told(4, 'deleted')];
      expect((await outboxOf(store(), one.id)).entry?.events).toEqual(left);
      await store().clearEntryOutboxes(new Map([[one.id, 4]]));
    });

    it('says what the index has of each blob, and whether its user is erased', async () => {
      const user = newUser();
      const own = [userBlob(user), userBlob(user), userBlob(user)] as const;
      for (const blob of own) await store().insertUserBlob(blob);
      const [entered, buried] = [entry(user, 1, { id: own[1].id }), entry(user, 1, { id: own[2].id })];
      await store().insertEntries([
        [entered, []],
        [buried, []],
      ]);
      const tombstone = { ...buried, version: 2, cascade: false, deletedAt: at(2), dueAt: null };
      await store().bury(buried, tombstone, event(buried, 2));
      const found = async () => {
        const { userBlobs } = await store().outboxes(own.map(({ id }) => id));
        const of = new Map(userBlobs.map((outbox) => [outbox.blobId, outbox]));
        return own.map(({ id }) => of.get(id));
      };
      expect((await found()).map((outbox) => outbox?.indexed)).toEqual(['nothing', 'entry', 'tombstone']);
      expect((await found()).map((outbox) => outbox?.erasure)).toEqual([null, null, null]);
      const erasure = {
        ...{ userId: user, requestedBy: 'operator', startedAt: at(5), finishedAt: null },
        ...{ stores: [], goneStores: [], obstacle: null },
      };
      await store().beginErasure(erasure, at(5));
      const begun = { startedAt: at(5), finishedAt: null };
      expect((await found()).map((outbox) => outbox?.erasure)).toEqual([begun, begun, begun]);
      await store().saveErasure({ ...erasure, finishedAt: at(6) }, null);
      expect((await found())[0]?.erasure).toEqual({ ...begun, finishedAt: at(6) });
      await store().clearUserBlobOutboxes(new Map(own.map(({ id }) => [id, 1])));
      await store().clearEntryOutboxes(new Map([[buried.id, 2]]));
    });

    it('knows since when the oldest waits, among the blobs and their entries', async () => {
      const user = newUser();
      const [early, later] = [new Date('2020-01-01T00:00:00Z'), new Date('2020-01-02T00:00:00Z')];
      const blob = userBlob(user, { createdAt: later });
      await store().insertUserBlob(blob);
      expect(await store().oldestOutbox()).toEqual(later);
      const one = entry(user, 0, { createdAt: early, updatedAt: early });
      await store().insertEntry(one, [event(one, 1)]);
      expect(await store().oldestOutbox()).toEqual(early);
      await store().clearEntryOutboxes(new Map([[one.id, 1]]));
      expect(await store().oldestOutbox()).toEqual(later);
      await store().clearUserBlobOutboxes(new Map([[blob.id, 1]]));
      expect(await store().oldestOutbox()).not.toEqual(later);
    });
  });
}
