import { describe, expect, it } from 'vitest';
import { at, entry, ids, newId, newUser } from '../../testing/records.fixture.ts';
import type { PageKey } from '../lists.ts';
import type { IndexEntry } from '../records.ts';
import type { StateStore } from '../store.ts';

/** Every adapter's contract for derived blobs. */
export function derivedContract(store: () => StateStore): void {
  const insert = async (...entries: IndexEntry[]) => {
    for (const one of entries) await store().insertEntry(one, []);
    return entries;
  };

  describe('derived', () => {
    it('gives the newest of each parent, pages, filters by processor and user', async () => {
      const user = newUser();
      const [a, b] = [newId('parent'), newId('parent')];
      const children = await insert(
        entry(user, 1, { sourceIds: [a] }),
        entry(user, 2, { sourceIds: [a, b] }),
        entry(user, 3, { sourceIds: [a], processorId: 'p' }),
        entry(newUser(), 4, { sourceIds: [a] }),
      );
      const [first, both, byP] = ids(children);
      const of = async (request: Parameters<StateStore['derived']>[2]) => {
        const found = await store().derived(user, [a, b, 'nothing'], request);
        return Object.fromEntries([...found].map(([parent, list]) => [parent, ids(list)]));
      };
      expect(await of({ limit: 2 })).toEqual({ [a]: [byP, both], [b]: [both] });
      expect(await of({ limit: 5, after: { createdAt: at(2), id: both ?? '' } })).toEqual({ [a]: [first] });
      expect(await of({ limit: 5, processorIds: ['p'] })).toEqual({ [a]: [byP] });
      expect(await of({ limit: 5, processorIds: ['p', 'state'] })).toEqual({
        [a]: [byP, both, first],
        [b]: [both],
      });
      expect(await of({ limit: 5, processorIds: [] })).toEqual({});
      expect(await store().derivedIds(user, [a], 2)).toEqual(new Map([[a, [byP, both]]]));
      expect(await store().derivedCounts(user, [a, b])).toEqual(
        new Map([
          [a, 3],
          [b, 1],
        ]),
      );
      expect(await store().derivedCounts(user, [a, b], ['p'])).toEqual(new Map([[a, 1]]));
    });

    it('takes ids for what they are, whatever they look like', async () => {
      const user = newUser();
      for (const id of ['$user_id', '$$ROOT', 'a.b', '{}', `it's "quoted"`, '*']) {
        const [child] = (await insert(entry(user, 1, { sourceIds: [id] }))) as [IndexEntry];
        expect(await store().derivedIds(user, [id], 5)).toEqual(new Map([[id, [child.id]]]));
        expect(await store().derivedCounts(user, [id])).toEqual(new Map([[id, 1]]));
        expect(await store().count(user, { parentId: id })).toBe(1);
        expect(await store().entries(user, [id])).toEqual([]);
        expect(
          ids((await store().page(user, { parentId: id }, { limit: 5, direction: 'DESC' })).entries),
        ).toEqual([child.id]);
      }
    });

    it('counts a child of several parents for each, once', async () => {
      const user = newUser();
      const [a, b] = [newId('parent'), newId('parent')];
      const [child] = (await insert(entry(user, 1, { sourceIds: [a, b, a] }))) as [IndexEntry];
      expect(await store().derivedIds(user, [a, b, a], 5)).toEqual(
        new Map([
          [a, [child.id]],
          [b, [child.id]],
        ]),
      );
      expect(await store().derivedCounts(user, [b, a, b])).toEqual(
        new Map([
          [a, 1],
          [b, 1],
        ]),
      );
      expect(await store().derived(user, [], { limit: 5 })).toEqual(new Map());
    });

    it.each(['bookId', 'conversationId'] as const)(
      'reads the newest of each place by its %s',
      async (place) => {
        const user = newUser();
        const of = (second: number, id: string, processorId = 's') =>
          entry(user, second, { [place]: id, processorId });
        const [a1, a2, a3, b1] = ids(
          await insert(of(1, 'a'), of(2, 'a'), of(3, 'a', 't'), of(1, 'b')),
        ) as string[];
        await insert(
          entry(newUser(), 9, { [place]: 'a' }),
          entry(user, 9, { bookId: null, conversationId: null }),
        );
        const read = async (request: { limit: number; processorIds?: string[]; after?: PageKey }) => {
          const found = await store().inPlaces(user, ['a', 'b', 'c', 'a'], { place, ...request });
          return Object.fromEntries([...found].map(([id, entries]) => [id, ids(entries)]));
        };
        expect(await read({ limit: 2 })).toEqual({ a: [a3, a2], b: [b1] });
        expect(await read({ limit: 5, processorIds: ['s'] })).toEqual({ a: [a2, a1], b: [b1] });
        expect(await read({ limit: 5, after: { createdAt: at(2), id: a2 ?? '' } })).toEqual({
          a: [a1],
          b: [b1],
        });
        const counts = async (...processorIds: string[]) =>
          Object.fromEntries(
            await store().inPlacesCounts(user, ['a', 'b', 'c', 'a'], {
              place,
              ...(processorIds.length > 0 ? { processorIds } : {}),
            }),
          );
        expect(await counts()).toEqual({ a: 3, b: 1 });
        expect(await counts('t')).toEqual({ a: 1 });
        expect(await counts('s', 't')).toEqual({ a: 3, b: 1 });
        expect(await read({ limit: 5, processorIds: ['t', 's'] })).toEqual({ a: [a3, a2, a1], b: [b1] });
        expect(await read({ limit: 5, processorIds: [] })).toEqual({});
      },
    );

    it('walks the lineage both ways, within depth, number and user', async () => {
      const user = newUser();
      const chain: IndexEntry[] = [];
      for (let step = 0; step < 5; step += 1) {
        const sourceIds = step === 0 ? [] : [chain[step - 1]?.id ?? ''];
        chain.push(...(await insert(entry(user, step, { sourceIds }))));
      }
      const [root, parent, middle, child, leaf] = ids(chain) as [string, string, string, string, string];
      // A diamond: made of the middle and of its child.
      const [diamond] = ids(await insert(entry(user, 9, { sourceIds: [middle, child] }))) as [string];
      const walk = async (depth: number, limit = 100) =>
        (await store().lineage(user, middle, depth, limit)).nodes.map((node) => [
          node.entry.id,
          node.distance,
        ]);
      expect(await walk(1)).toEqual([
        [middle, 0],
        [parent, -1],
        [child, 1],
        [diamond, 1],
      ]);
      expect(await walk(10)).toEqual([
        [middle, 0],
        [parent, -1],
        [child, 1],
        [diamond, 1],
        [root, -2],
        [leaf, 2],
      ]);
      expect(await walk(10, 2)).toEqual([
        [middle, 0],
        [parent, -1],
      ]);
      expect((await store().lineage(newUser(), middle, 5, 10)).nodes).toEqual([]);
    });
  });
}
