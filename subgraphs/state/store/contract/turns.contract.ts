import { describe, expect, it } from 'vitest';
import { at, entry, newId, newUser } from '../../testing/records.fixture.ts';
import { type Run, runFrom } from '../records.ts';
import type { StateStore } from '../store.ts';

const run = (processorId: string, over: Partial<Run> = {}): Run =>
  runFrom({
    ...{ processorId, state: 'PENDING', attempt: 0, progress: null, error: null },
    ...{ updatedAt: at(0).toISOString(), ...over },
  });
const held = (processorId: string) => run(processorId, { held: true });

/** Every adapter's contract for runs that wait for their user's turn. */
export function turnContract(store: () => StateStore): void {
  const insert = async (userId: string, second: number, ...runs: Run[]) => {
    const { stored } = await store().insertEntry(entry(userId, second, { runs, state: 'PENDING' }), []);
    if (!stored) throw new Error('It is not there');
    return stored;
  };

  describe('turns', () => {
    it('count a user’s runs that were asked for and have not ended, by processor', async () => {
      const user = newUser();
      await insert(user, 1, run('a'), held('b'));
      await insert(user, 2, run('a', { state: 'PROCESSING' }), run('b'));
      await insert(user, 3, run('a', { state: 'FAILED' }), run('b', { state: 'COMPLETED' }));
      await insert(user, 4, run('a', { artifact: 'epub' }), run('c', { state: 'PROCESSING' }));
      await insert(newUser(), 5, run('a'));
      const expected = new Map(Object.entries({ a: 2, b: 1, c: 1 }));
      expect(await store().outstandingRuns(user)).toEqual(expected);
      expect(await store().outstandingRuns(newUser())).toEqual(new Map());
    });

    it('find the oldest held runs, and leave processors out', async () => {
      const user = newUser();
      const last = await insert(user, 9, held('a'), run('c'));
      const first = await insert(user, 1, held('a'), held('b'));
      const middle = await insert(user, 5, held('b'), run('a'));
      await insert(user, 0, run('a'));
      const find = (except: readonly string[], limit = 10) => store().heldEntries(user, { except, limit });
      expect(await find([])).toEqual([
        { id: first.id, processorIds: ['a', 'b'] },
        { id: middle.id, processorIds: ['b'] },
        { id: last.id, processorIds: ['a'] },
      ]);
      expect(await find(['b'])).toEqual([
        { id: first.id, processorIds: ['a'] },
        { id: last.id, processorIds: ['a'] },
      ]);
      expect(await find(['a', 'b'])).toEqual([]);
      expect((await find([], 1)).map(({ id }) => id)).toEqual([first.id]);
    });

    it('keep a run’s hold, and follow its change', async () => {
      const user = newUser();
      const { id, runs } = await insert(user, 1, held('a'));
      expect((await store().entries(user, [id]))[0]?.runs).toEqual(runs);
      expect(runs[0]?.held).toBe(true);
      const change = { version: 2, runs: [run('a')], state: 'PENDING', updatedAt: at(2) } as const;
      await store().updateEntry(id, 1, change, []);
      expect((await store().entries(user, [id]))[0]?.runs).toEqual([run('a')]);
      expect(await store().heldEntries(user, { except: [], limit: 1 })).toEqual([]);
      expect(await store().outstandingRuns(user)).toEqual(new Map([['a', 1]]));
    });

    it('are not those of runs that a process ended which does not know the mark', async () => {
      const user = newUser();
      const ended = run('a', { held: true, state: 'FAILED' });
      await insert(user, 1, ended);
      const { id } = await insert(user, 2, ended, held('b'));
      expect(await store().heldEntries(user, { except: [], limit: 1 })).toEqual([
        { id, processorIds: ['b'] },
      ]);
      expect(await store().outstandingRuns(user)).toEqual(new Map());
      const other = `~${newId('w')}`;
      await insert(other, 3, ended);
      expect(await store().heldUsers({ after: '~w', limit: 10 })).not.toContain(other);
    });

    it('name the users with held runs, page by page', async () => {
      const users = ['x', 'y', 'z'].map((name) => `~${newId(name)}`);
      for (const user of users) {
        await insert(user, 1, held('a'));
        await insert(user, 2, held('b'));
      }
      await insert(`~${newId('z')}`, 3, run('a'));
      const find = (after: string, limit: number) => store().heldUsers({ after, limit });
      expect(await find('~', 10)).toEqual(users);
      expect(await find(users[0] ?? '', 1)).toEqual([users[1]]);
      expect(await find(users[2] ?? '', 10)).toEqual([]);
    });
  });
}
