import { describe, expect, it } from 'vitest';
import { at, entry, newId, newUser } from '../../testing/records.fixture.ts';
import { type Run, runFrom } from '../records.ts';
import type { StateStore } from '../store.ts';

const run = (processorId: string, second: number, over: Partial<Run> = {}): Run =>
  runFrom({
    ...{ processorId, state: 'PENDING', attempt: 0, progress: null, error: null },
    ...{ updatedAt: at(second).toISOString(), ...over },
  });
const inWork = (processorId: string, second: number) => run(processorId, second, { state: 'PROCESSING' });

/** Every adapter's contract for what processors have to do. */
export function workloadContract(store: () => StateStore): void {
  const insert = async (...runs: Run[]) => {
    const { stored } = await store().insertEntry(entry(newUser(), 1, { runs, state: 'PENDING' }), []);
    if (!stored) throw new Error('It is not there');
    return stored;
  };
  /** Ids that no other test has: what is counted is of all users. */
  const names = () => [newId('p'), newId('q')] as const;
  const read = async (...ids: string[]) => Object.fromEntries((await store().workloads(ids)) ?? []);

  describe('workloads', () => {
    it('are the runs of all users that wait, held ones too, and those in work', async () => {
      const [p, q] = names();
      await insert(run(p, 5), inWork(q, 1));
      await insert(run(p, 3, { held: true }), run(q, 9));
      await insert(run(p, 7));
      await insert(inWork(p, 2));
      const whole = { isExact: true };
      expect(await read(p, q, newId('r'))).toEqual({
        [p]: { ...whole, waiting: 3, oldestAt: at(3), inWork: 1 },
        [q]: { ...whole, waiting: 1, oldestAt: at(9), inWork: 1 },
      });
      expect(Object.keys(await read(q))).toEqual([q]);
      expect(await read()).toEqual({});
    });

    it('have no runs that have ended, of artifacts, or held by a mark alone', async () => {
      const [p, q] = names();
      await insert(run(p, 1, { state: 'COMPLETED' }), run(q, 1));
      await insert(run(p, 1, { state: 'FAILED', held: true }));
      await insert(run(p, 1, { artifact: 'epub' }), run(p, 1, { artifact: 'pdf', state: 'PROCESSING' }));
      expect(Object.keys(await read(p, q))).toEqual([q]);
    });

    it('follow the runs of an entry until it is gone', async () => {
      const [p] = names();
      const { id } = await insert(run(p, 1));
      const change = (version: number, runs: Run[]) =>
        store().updateEntry(id, version - 1, { version, runs, state: 'PENDING', updatedAt: at(2) }, []);
      await change(2, [inWork(p, 2)]);
      expect(await read(p)).toEqual({ [p]: { waiting: 0, isExact: true, oldestAt: null, inWork: 1 } });
      await change(3, [run(p, 8)]);
      expect(await read(p)).toEqual({ [p]: { waiting: 1, isExact: true, oldestAt: at(8), inWork: 0 } });
      await change(4, [run(p, 9, { state: 'COMPLETED' })]);
      expect(await read(p)).toEqual({});
    });

    it('tell each processor’s oldest run where another’s of the same blob waits longer', async () => {
      const [p, q] = names();
      await insert(run(p, 30), run(q, 10));
      await insert(run(p, 20), run(q, 20));
      const { [p]: ofP, [q]: ofQ } = await read(p, q);
      expect([ofP?.oldestAt, ofQ?.oldestAt]).toEqual([at(20), at(10)]);
    });
  });
}
