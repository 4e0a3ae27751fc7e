import { describe, expect, it } from 'vitest';
import type { Backfill, BackfillStore } from './backfills.ts';
import { at, newId } from './store.contract.fixture.ts';

const backfillOf = (processorId: string, over: Partial<Backfill> = {}): Omit<Backfill, 'lease'> => {
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
    ...rest,
  };
};

/** Every adapter's contract for walks through the index of one kind. */
export function backfillContract(kind: string, store: () => BackfillStore): void {
  const lease = expect.any(Number);
  const claim = async (processorId: string, now: Date, until: Date): Promise<Backfill> => {
    const claimed = await store().claimBackfill(processorId, now, until);
    if (!claimed) throw new Error('It is not due');
    return claimed;
  };

  describe(kind, () => {
    it('begin once, and again when they are finished or with another beginning', async () => {
      const id = newId('p');
      expect(await store().backfill(id)).toBeNull();
      const first = backfillOf(id, { since: at(7) });
      expect(await store().beginBackfill(first, at(100))).toEqual({ ...first, lease });
      const same = { ...first, requestedBy: 'oleg', startedAt: at(101) };
      expect(await store().beginBackfill(same, at(1))).toEqual({ ...first, lease });
      const other = { ...first, since: null, startedAt: at(102) };
      expect(await store().beginBackfill(other, at(102))).toEqual({ ...other, lease });
      const claimed = await claim(id, at(102), at(110));
      await store().saveBackfill({ ...claimed, finishedAt: at(103), scanned: 5 }, null);
      const again = { ...other, startedAt: at(104) };
      expect(await store().beginBackfill(again, at(104))).toEqual({ ...again, lease });
      expect(await store().backfill(id)).toEqual({ ...again, lease });
    });

    it('are begun anew when told so', async () => {
      const id = newId('p');
      await store().beginBackfill(backfillOf(id), at(100));
      const claimed = await claim(id, at(105), at(110));
      await store().saveBackfill({ ...claimed, scanned: 7 }, at(110));
      const anew = backfillOf(id, { startedAt: at(108) });
      expect(await store().beginBackfill(anew, at(108), { anew: true })).toEqual({ ...anew, lease });
      expect(await store().saveBackfill({ ...claimed, scanned: 9 }, null)).toBe(false);
      expect(await store().backfill(id)).toEqual({ ...anew, lease });
      expect(await store().dueBackfills(at(108), 1_000)).toContain(id);
    });

    it('are begun by one of many at once', async () => {
      const id = newId('p');
      const begun = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          store().beginBackfill(backfillOf(id, { requestedBy: `${n}` }), at(100)),
        ),
      );
      expect(new Set(begun.map(({ requestedBy }) => requestedBy)).size).toBe(1);
    });

    it('remember how far they are', async () => {
      const id = newId('p');
      await store().beginBackfill(backfillOf(id), at(100));
      const claimed = await claim(id, at(100), at(110));
      const saved: Backfill = {
        ...claimed,
        scanned: 3_000_000_000,
        planned: 9,
        finishedRuns: 8,
        obstacle: 'It waits.',
        after: { userId: 'user|a', id: 'b' },
        batch: [{ userId: 'user|a', id: 'a' }],
      };
      expect(await store().saveBackfill(saved, at(111))).toBe(true);
      expect(await store().backfill(id)).toEqual(saved);
    });

    it('are one process’s at a time: what an earlier holder saves is refused', async () => {
      const id = newId('p');
      await store().beginBackfill(backfillOf(id), at(100));
      expect(await store().claimBackfill(id, at(99), at(200))).toBeNull();
      const claims = await Promise.all(
        Array.from({ length: 8 }, () => store().claimBackfill(id, at(100), at(110))),
      );
      expect(claims.filter(Boolean)).toHaveLength(1);
      const early = claims.find((claimed) => claimed !== null) as Backfill;
      const late = await claim(id, at(110), at(120));
      expect(await store().saveBackfill({ ...early, planned: 1 }, null)).toBe(false);
      expect(await store().backfill(id)).toEqual(late);
      await store().beginBackfill(backfillOf(id, { since: at(1) }), at(115));
      expect(await store().saveBackfill(late, null)).toBe(false);
    });

    it('are due, the longest due first, until they are finished', async () => {
      const [one, two] = [newId('p'), newId('p')];
      const due = async (second: number) =>
        (await store().dueBackfills(at(second), 1_000)).filter((id) => [one, two].includes(id));
      await store().beginBackfill(backfillOf(one), at(105));
      await store().beginBackfill(backfillOf(two), at(101));
      expect(await due(100)).toEqual([]);
      expect(await due(105)).toEqual([two, one]);
      expect(await store().dueBackfills(at(105), 1)).toHaveLength(1);
      const claimed = await claim(two, at(105), at(110));
      expect(await due(105)).toEqual([one]);
      await store().saveBackfill({ ...claimed, finishedAt: at(106) }, null);
      expect(await due(999)).toEqual([one]);
      await store().saveBackfill(await claim(one, at(105), at(110)), null);
    });
  });
}
