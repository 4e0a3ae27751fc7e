import { describe, expect, it } from 'vitest';
import { at, newId } from '../../testing/records.fixture.ts';
import type { IndexWalk, ReprocessingDetails, WalkStore } from '../walks.ts';

const walkOf = (processorId: string, over: Partial<IndexWalk> = {}): Omit<IndexWalk, 'lease'> => {
  const { lease: _, ...rest } = over;
  return {
    processorId,
    since: null,
    requestedBy: 'olga',
    startedAt: at(100),
    finishedAt: null,
    scanned: 0,
    planned: 0,
    finishedRuns: 0,
    obstacle: null,
    after: null,
    batch: [],
    details: null,
    notes: null,
    ...rest,
  };
};

/** Every adapter's contract for walks through the index of one kind. */
export function walkContract(kind: string, store: () => WalkStore): void {
  const lease = expect.any(Number);
  const claim = async (processorId: string, now: Date, until: Date): Promise<IndexWalk> => {
    const claimed = await store().claimWalk(processorId, now, until);
    if (!claimed) throw new Error('It is not due');
    return claimed;
  };

  describe(kind, () => {
    it('begin once, and again when they are finished or with another beginning', async () => {
      const id = newId('p');
      expect(await store().walk(id)).toBeNull();
      const first = walkOf(id, { since: at(7) });
      expect(await store().beginWalk(first, at(100))).toEqual({ ...first, lease });
      const same = { ...first, requestedBy: 'oleg', startedAt: at(101) };
      expect(await store().beginWalk(same, at(1))).toEqual({ ...first, lease });
      const other = { ...first, since: null, startedAt: at(102) };
      expect(await store().beginWalk(other, at(102))).toEqual({ ...other, lease });
      const claimed = await claim(id, at(102), at(110));
      await store().saveWalk({ ...claimed, finishedAt: at(103), scanned: 5 }, null);
      const again = { ...other, startedAt: at(104) };
      expect(await store().beginWalk(again, at(104))).toEqual({ ...again, lease });
      expect(await store().walk(id)).toEqual({ ...again, lease });
    });

    it('are begun anew when told so', async () => {
      const id = newId('p');
      await store().beginWalk(walkOf(id), at(100));
      const claimed = await claim(id, at(105), at(110));
      await store().saveWalk({ ...claimed, scanned: 7 }, at(110));
      const anew = walkOf(id, { startedAt: at(108) });
      expect(await store().beginWalk(anew, at(108), { anew: true })).toEqual({ ...anew, lease });
      expect(await store().saveWalk({ ...claimed, scanned: 9 }, null)).toBe(false);
      expect(await store().walk(id)).toEqual({ ...anew, lease });
      expect(await store().dueWalks(at(108), 1_000)).toContain(id);
    });

    it('are begun by one of many at once', async () => {
      const id = newId('p');
      const begun = await Promise.all(
        Array.from({ length: 8 }, (_, n) => store().beginWalk(walkOf(id, { requestedBy: `${n}` }), at(100))),
      );
      expect(new Set(begun.map(({ requestedBy }) => requestedBy)).size).toBe(1);
    });

    it('remember how far they are', async () => {
      const id = newId('p');
      await store().beginWalk(walkOf(id), at(100));
      const claimed = await claim(id, at(100), at(110));
      const saved: IndexWalk = {
        ...claimed,
        scanned: 3_000_000_000,
        planned: 9,
        finishedRuns: 8,
        obstacle: 'It waits.',
        after: { userId: 'user|a', id: 'b' },
        batch: [{ userId: 'user|a', id: 'a' }],
      };
      expect(await store().saveWalk(saved, at(111))).toBe(true);
      expect(await store().walk(id)).toEqual(saved);
    });

    it('are one process’s at a time: what an earlier holder saves is refused', async () => {
      const id = newId('p');
      await store().beginWalk(walkOf(id), at(100));
      expect(await store().claimWalk(id, at(99), at(200))).toBeNull();
      const claims = await Promise.all(
        Array.from({ length: 8 }, () => store().claimWalk(id, at(100), at(110))),
      );
      expect(claims.filter(Boolean)).toHaveLength(1);
      const early = claims.find((claimed) => claimed !== null) as IndexWalk;
      const late = await claim(id, at(110), at(120));
      expect(await store().saveWalk({ ...early, planned: 1 }, null)).toBe(false);
      expect(await store().walk(id)).toEqual(late);
      await store().beginWalk(walkOf(id, { since: at(1) }), at(115));
      expect(await store().saveWalk(late, null)).toBe(false);
    });

    it('are due, the longest due first, until they are finished', async () => {
      const [one, two] = [newId('p'), newId('p')];
      const due = async (second: number) =>
        (await store().dueWalks(at(second), 1_000)).filter((id) => [one, two].includes(id));
      await store().beginWalk(walkOf(one), at(105));
      await store().beginWalk(walkOf(two), at(101));
      expect(await due(100)).toEqual([]);
      expect(await due(105)).toEqual([two, one]);
      expect(await store().dueWalks(at(105), 1)).toHaveLength(1);
      const claimed = await claim(two, at(105), at(110));
      expect(await due(105)).toEqual([one]);
      await store().saveWalk({ ...claimed, finishedAt: at(106) }, null);
      expect(await due(999)).toEqual([one]);
      await store().saveWalk(await claim(one, at(105), at(110)), null);
    });

    it('that make blobs anew keep what they are asked for, are cancelled whoever has them, and are forgotten with their user', async () => {
      const [id, userId] = [newId('p'), newId('user')];
      const details: ReprocessingDetails = {
        ...{ id: newId('asked'), key: 'k', processorId: id, userId, version: null, runsPerMinute: 7 },
        ...{ counted: 3, total: null, failedRuns: 0, paceAt: at(1).toISOString(), cancelled: false },
        filter: {
          ...{ schemaId: null, bookId: 'b "ü"', type: null, madeByVersion: '1', failedOnly: true },
          ...{ createdAfter: at(0).toISOString(), createdBefore: null },
        },
      };
      const begun = await store().beginWalk(walkOf(id, { details }), at(100));
      expect(begun.details).toEqual(details);
      const claimed = await claim(id, at(100), at(110));
      const batch = [{ userId, id: 'one', generation: 2 }];
      const counted = { ...details, counted: 9, total: 9 };
      expect(await store().saveWalk({ ...claimed, batch, details: counted }, at(110))).toBe(true);
      expect(await store().walk(id)).toMatchObject({ batch, details: counted });
      expect(await store().cancelWalk(id, at(111))).toBe(true);
      expect(await store().cancelWalk(id, at(112))).toBe(false);
      const ended = { finishedAt: at(111), batch: [], details: { ...counted, cancelled: true } };
      expect(await store().walk(id)).toMatchObject(ended);
      expect(await store().saveWalk({ ...claimed, scanned: 99 }, at(113))).toBe(false);
      expect(await store().dueWalks(at(1_000), 1_000)).not.toContain(id);
      const other = newId('p');
      await store().beginWalk(walkOf(other, { details: { ...details, userId: null } }), at(100));
      await store().forgetWalks(userId);
      expect(await store().walk(id)).toBeNull();
      expect(await store().walk(other)).not.toBeNull();
    });
  });
}
