import { describe, expect, it } from 'vitest';
import { at, entry, event, ids, newId, newUser, userBlob } from '../../testing/records.fixture.ts';
import type { IndexEntry } from '../records.ts';
import type { EntryPlace, ScannedEntry } from '../scans.ts';
import type { StateStore } from '../store.ts';

const scanned = (one: IndexEntry, waiting: boolean): ScannedEntry => ({
  id: one.id,
  userId: one.userId,
  processorId: one.processorId,
  schemaId: one.schemaId,
  type: one.type,
  schemaVersion: one.schemaVersion,
  bookId: one.bookId,
  sourceIds: one.sourceIds,
  contentHash: one.contentHash,
  runs: one.runs,
  contentMissingSince: one.contentMissingSince,
  createdAt: one.createdAt,
  waiting,
});

/** Every adapter's contract where the index is held against the stores. */
export function scansContract(store: () => StateStore): void {
  const insert = async (...entries: IndexEntry[]) => {
    for (const one of entries) await store().insertEntry(one, []);
    return entries;
  };

  describe('scans', () => {
    it('goes through the entries of all users, each once, a user’s together', async () => {
      const users = [newUser(), newUser(), newUser()] as const;
      const all = await insert(...users.flatMap((user) => [entry(user, 1), entry(user, 2), entry(user, 3)]));
      const own = new Set<string>(users);
      const seen: ScannedEntry[] = [];
      let after: EntryPlace | undefined;
      for (;;) {
        const page = await store().scanEntries({ limit: 2, ...(after ? { after } : {}) });
        after = page.at(-1);
        if (!after) break;
        expect(page.length).toBeLessThanOrEqual(2);
        seen.push(...page.filter(({ userId }) => own.has(userId)));
      }
      expect(ids(seen).toSorted()).toEqual(ids(all).toSorted());
      const turns = seen.filter(({ userId }, index) => userId !== seen[index - 1]?.userId);
      expect(turns).toHaveLength(users.length);
    });

    it('tells of an entry’s runs, sources, content and outbox', async () => {
      const user = newUser();
      const run = {
        processorId: 'p',
        state: 'PENDING' as const,
        attempt: 0,
        generation: 0,
        stage: null,
        artifact: null,
        progress: null,
        error: null,
        updatedAt: at(1).toISOString(),
      };
      const quiet = entry(user, 1, { sourceIds: ['a', 'b'], runs: [run], contentMissingSince: at(7) });
      const loud = entry(user, 2);
      await store().insertEntry(quiet, []);
      await store().insertEntry(loud, [event(loud, 1)]);
      const found = await store().scanEntries({ after: { userId: user, id: '' }, limit: 2 });
      expect(new Map(found.map((one) => [one.id, one]))).toEqual(
        new Map([
          [quiet.id, scanned(quiet, false)],
          [loud.id, scanned(loud, true)],
        ]),
      );
    });

    it('tells which ids have an entry, whoever’s, and which were deleted; goes by those', async () => {
      const user = newUser();
      const [one, two] = (await insert(entry(user, 1), entry(newUser(), 1))) as [IndexEntry, IndexEntry];
      const tombstone = {
        id: one.id,
        userId: user,
        version: 2,
        processorId: one.processorId,
        cascade: false,
        deletedAt: at(2),
        dueAt: at(2),
      };
      expect(await store().bury(one, tombstone, event(one, 2))).toBe(true);
      const found = await store().known([two.id, 'nothing', one.id]);
      expect(new Map(found.map(({ id, deleted }) => [id, deleted]))).toEqual(
        new Map([
          [one.id, true],
          [two.id, false],
        ]),
      );
      expect(await store().known([])).toEqual([]);
      const all = await store().scanEntries({ limit: 10_000 });
      expect(ids(all)).toContain(two.id);
      expect(ids(all)).not.toContain(one.id);
    });

    it('tells whether a processor has an entry, whoever’s, and none that was deleted', async () => {
      const user = newUser();
      const [one] = (await insert(entry(user, 1, { processorId: 'only-once' }))) as [IndexEntry];
      expect(await store().hasEntryOf('only-once')).toBe(true);
      expect(await store().hasEntryOf('never-once')).toBe(false);
      const gone = { id: one.id, userId: user, version: 2, processorId: 'only-once', cascade: false };
      await store().bury(one, { ...gone, deletedAt: at(2), dueAt: at(2) }, event(one, 2));
      expect(await store().hasEntryOf('only-once')).toBe(false);
    });

    it('keeps that the content of an entry is gone, and what is made in its place', async () => {
      const [one] = (await insert(entry(newUser(), 1, { contentHash: 'a' }))) as [IndexEntry];
      const change = (version: number) => ({
        version,
        runs: one.runs,
        state: one.state,
        updatedAt: at(version),
      });
      const update = async (version: number, content?: object) => {
        const next = {
          ...change(version),
          ...(content ? { content: content as { contentMissingSince: Date } } : {}),
        };
        expect(await store().updateEntry(one.id, version - 1, next, [event(one, version)])).toBe(true);
        return (await store().entries(one.userId, [one.id]))[0];
      };
      const gone = { contentMissingSince: at(2) };
      expect(await update(2, gone)).toEqual({ ...one, ...change(2), ...gone });
      expect(await update(3)).toEqual({ ...one, ...change(3), ...gone });
      const made = { contentMissingSince: null, preview: 'Anew', sizeBytes: 4, contentHash: 'b' };
      expect(await update(4, made)).toEqual({ ...one, ...change(4), ...made });
      expect(await update(5, { contentMissingSince: null })).toEqual({ ...one, ...change(5), ...made });
    });
  });

  describe('users’ own blobs, scanned', () => {
    it('lists them page by page, and counts them', async () => {
      const user = newUser();
      const [quiet, loud, late] = [
        userBlob(user, { id: newId(), createdAt: at(1), outbox: [] }),
        userBlob(user, { id: newId(), createdAt: at(2) }),
        userBlob(user, { id: newId(), createdAt: at(60) }),
      ];
      for (const blob of [quiet, loud, late]) await store().insertUserBlob(blob);
      const { countsOf, existing, inventory } = store().userBlobScan;
      const found = new Map<string, object>();
      let after: string | undefined;
      do {
        const page = await inventory({ before: at(60), limit: 3, ...(after ? { after } : {}) });
        for (const item of page) if (item.userId === user) found.set(item.id, item);
        after = page.at(-1)?.id;
      } while (after);
      const item = { userId: user, sourceIds: [] };
      expect(found).toEqual(
        new Map([
          [quiet.id, { ...item, id: quiet.id, createdAt: at(1), registration: 'registered' }],
          [loud.id, { ...item, id: loud.id, createdAt: at(2), registration: 'waiting' }],
        ]),
      );
      expect((await existing([late.id, 'nothing', quiet.id])).toSorted()).toEqual(
        [late.id, quiet.id].toSorted(),
      );
      expect(await countsOf([user, newUser()], at(2))).toEqual([{ userId: user, older: 1, total: 3 }]);
    });
  });
}
