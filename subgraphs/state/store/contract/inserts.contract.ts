import { describe, expect, it } from 'vitest';
import { at, entry, event, newUser, outboxOf, userBlob } from '../../testing/records.fixture.ts';
import type { NewEntry, OwnBlob } from '../inserts.ts';
import type { IndexEntry, Run, UserBlobRecord } from '../records.ts';
import type { StateStore } from '../store.ts';
import { deletion, tombstoneOf } from './deletions.contract.ts';
import { expectSummary } from './summary.contract.ts';

const pendingRun: Omit<Run, 'processorId'> = {
  state: 'PENDING',
  artifact: null,
  attempt: 0,
  generation: 0,
  stage: null,
  progress: null,
  error: null,
  updatedAt: at(0).toISOString(),
};

/** A user's blob with an entry of its own members. */
function ownBlob(
  userId: string,
  over: Partial<UserBlobRecord> = {},
  entryOver: Partial<IndexEntry> = {},
): OwnBlob {
  const blob = userBlob(userId, over);
  const { id, title, bookId, conversationId, chapterNum } = blob;
  return { blob, entry: entry(userId, 0, { id, title, bookId, conversationId, chapterNum, ...entryOver }) };
}

/** Every adapter's contract for inserts of several at once. */
export function insertsContract(store: () => StateStore): void {
  describe('inserting several', () => {
    it('stores each user blob and its entry as they were, and answers in their order', async () => {
      const user = newUser();
      const own = Array.from({ length: 30 }, (_, n) => ownBlob(user, { data: { n }, outbox: [] })).reverse();
      const answers = await store().insertOwnBlobs(own);
      expect(answers).toEqual(own.map(({ entry: made }) => ({ outcome: 'inserted', entry: made })));
      const ids = own.map(({ blob }) => blob.id);
      const [blobs, entries] = await Promise.all([store().userBlobs(user, ids), store().entries(user, ids)]);
      expect(ids.map((id) => blobs.find((each) => each.id === id))).toEqual(own.map(({ blob }) => blob));
      expect(ids.map((id) => entries.find((each) => each.id === id))).toEqual(own.map((each) => each.entry));
    });

    it('stores documents as they were sent, and everything else that a blob can have', async () => {
      const user = newUser();
      const runs = [
        { ...pendingRun, processorId: 'p' },
        { ...pendingRun, processorId: 'q' },
      ];
      const data = { b: 'a "quoted" \\u0041 🥊', a: [1e21, -0.5, null, { '': '' }] };
      const json = '{"b": "as it was",  "a":1.50}';
      const own = [
        ownBlob(
          user,
          { data, conversationId: 'c', inputHash: null, expectedProcessorIds: ['p', 'q'] },
          { runs },
        ),
        ownBlob(user, { data: { b: 'as it was', a: 1.5 }, json, bookId: null, chapterNum: null }),
      ];
      await store().insertOwnBlobs(own);
      const ids = own.map(({ blob }) => blob.id);
      const blobs = await store().userBlobs(user, ids);
      const expected = own.map(({ blob: { json: _, ...blob } }) => blob);
      expect(ids.map((id) => blobs.find((each) => each.id === id))).toEqual(expected);
      const entries = await store().entries(user, ids);
      expect(ids.map((id) => entries.find((each) => each.id === id))).toEqual(own.map((each) => each.entry));
      await store().clearUserBlobOutboxes(new Map(ids.map((id) => [id, 1])));
    });

    it('keeps user blobs that are there, with or without an entry, beside those that are new', async () => {
      const [user, other] = [newUser(), newUser()];
      const own = [ownBlob(user), ownBlob(user), ownBlob(other), ownBlob(user)] as const;
      const [first, whole, half, last] = own;
      await store().insertOwnBlobs([whole]);
      await store().insertUserBlob(half.blob);
      const again = [first, whole, half, last].map(({ blob, entry: made }) => ({
        blob: { ...blob, inputHash: 'another', data: 'other' },
        entry: { ...made, title: 'other' },
      }));
      expect(await store().insertOwnBlobs(again)).toEqual([
        { outcome: 'inserted', entry: again[0]?.entry },
        { outcome: 'existing', blob: whole.blob },
        { outcome: 'existing', blob: half.blob },
        { outcome: 'inserted', entry: again[3]?.entry },
      ]);
      expect(await store().entries(user, [whole.blob.id])).toEqual([whole.entry]);
      expect(await store().entries(other, [half.blob.id])).toEqual([]);
      await store().clearUserBlobOutboxes(new Map(own.map(({ blob }) => [blob.id, 1])));
    });

    it('has no entry of a blob that was deleted', async () => {
      const user = newUser();
      const own = ownBlob(user, { outbox: [] });
      await store().insertEntry(own.entry, []);
      await store().bury(own.entry, tombstoneOf(own.entry), deletion(own.entry));
      expect(await store().insertOwnBlobs([own, ownBlob(user, { outbox: [] })])).toMatchObject([
        { outcome: 'inserted', entry: null },
        { outcome: 'inserted', entry: { userId: user } },
      ]);
    });

    it('leaves out those of a user whose erasure is running, and takes them after it', async () => {
      const [user, other] = [newUser(), newUser()];
      const own = [ownBlob(user, { outbox: [] }), ownBlob(other, { outbox: [] })] as const;
      const erasure = { userId: user, requestedBy: 'op', startedAt: at(0), finishedAt: null, stores: [] };
      await store().beginErasure({ ...erasure, goneStores: [], obstacle: null }, at(0));
      expect(await store().insertOwnBlobs(own)).toMatchObject([
        { outcome: 'erasing' },
        { outcome: 'inserted' },
      ]);
      expect(await store().userBlobs(user, [own[0].blob.id])).toEqual([]);
      await store().saveErasure({ ...erasure, finishedAt: at(1), goneStores: [], obstacle: null }, null);
      expect(await store().insertOwnBlobs(own)).toMatchObject([
        { outcome: 'inserted' },
        { outcome: 'existing' },
      ]);
    });

    it('has the outboxes of all of them', async () => {
      const user = newUser();
      const before = await store().outboxLength();
      const own = [ownBlob(user), ownBlob(user, { outbox: [] }), ownBlob(user)];
      await store().insertOwnBlobs(own);
      expect(await store().outboxLength()).toBe(before + 2);
      const { userBlobs } = await store().outboxes(own.map(({ blob }) => blob.id));
      expect(userBlobs.map(({ events }) => events.length)).toEqual([1, 1]);
      await store().clearUserBlobOutboxes(new Map(userBlobs.map(({ blobId }) => [blobId, 1])));
    });

    it('inserts each once of many lists at the same time, of many users, whatever their order', async () => {
      const users = Array.from({ length: 5 }, newUser);
      for (const user of users) await store().advanceSummary(user);
      const own = users.flatMap((user) =>
        Array.from({ length: 6 }, (_, n) => ownBlob(user, { outbox: [], chapterNum: n + 1 })),
      );
      const lists = Array.from({ length: 4 }, (_, n) => (n % 2 === 0 ? own : own.toReversed()));
      const answers = (await Promise.all(lists.map((list) => store().insertOwnBlobs(list)))).flat();
      expect(answers.filter(({ outcome }) => outcome === 'inserted')).toHaveLength(30);
      const orders = lists.map((list) => list.map(({ entry: made }): NewEntry => [made, []]));
      const indexed = (await Promise.all(orders.map((list) => store().insertEntries(list)))).flat();
      expect(indexed.every(({ stored, inserted }) => stored !== null && !inserted)).toBe(true);
      for (const user of users) {
        expect(await store().countByProcessor(user)).toEqual([{ processorId: 'state', count: 6 }]);
        expect(await store().checkSummary(user)).toEqual({ complete: true, wrong: 0 });
      }
    });

    it('stores each entry with its sources and its outbox, keeps those that are there, and no tombstone', async () => {
      const user = newUser();
      const parent = entry(user, 1);
      const [known, buried, fresh] = [
        entry(user, 2),
        entry(user, 3),
        entry(user, 4, { sourceIds: [parent.id] }),
      ];
      for (const one of [parent, known, buried]) await store().insertEntry(one, []);
      await store().bury(buried, tombstoneOf(buried), deletion(buried));
      const answers = await store().insertEntries([
        [{ ...known, title: 'other' }, []],
        [buried, []],
        [fresh, [event(fresh, 1)]],
      ]);
      expect(answers).toEqual([
        { stored: known, inserted: false },
        { stored: null, inserted: false },
        { stored: fresh, inserted: true },
      ]);
      expect(await store().derivedIds(user, [parent.id], 10)).toEqual(new Map([[parent.id, [fresh.id]]]));
      expect((await outboxOf(store(), fresh.id)).entry).toMatchObject({
        blobId: fresh.id,
        events: [{ kind: 'created', version: 1 }],
      });
    });

    it('counts all of them, once a statement, beside those that are counted already', async () => {
      const user = newUser();
      await store().advanceSummary(user);
      const parents = Array.from({ length: 3 }, (_, n) => entry(user, n, { conversationId: `c-${n}` }));
      const [first, second] = parents;
      const sourceIds = [first?.id ?? '', second?.id ?? '', first?.id ?? ''];
      const derived = Array.from({ length: 4 }, (_, n) =>
        entry(user, 10 + n, { processorId: 'p', sourceIds, state: 'PENDING', type: 'made' }),
      );
      const drafts = Array.from({ length: 5 }, (_, n) =>
        entry(user, 20 + n, { bookId: 'b', chapterNum: n + 1 }),
      );
      const entries = [...parents, ...derived, ...drafts];
      await store().insertEntries(entries.map((one) => [one, []]));
      await expectSummary(store(), user, entries);
    });

    it('counts all of them where nothing is counted yet', async () => {
      const user = newUser();
      const entries = Array.from({ length: 25 }, (_, n) => entry(user, n, { processorId: 'state' }));
      await store().insertEntries(entries.map((one) => [one, []]));
      await store().advanceSummary(user);
      expect(await store().countByProcessor(user)).toEqual([{ processorId: 'state', count: 25 }]);
    });

    it('takes an empty list', async () => {
      expect([await store().insertOwnBlobs([]), await store().insertEntries([])]).toEqual([[], []]);
    });
  });
}
