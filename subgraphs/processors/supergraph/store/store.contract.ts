import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlDatabase } from '../../../../platform/sql/database.ts';
import {
  type Base,
  MAX_VERSIONS,
  type NewSupergraph,
  Outdated,
  type Seed,
  type StoredSubgraph,
  type SupergraphStore,
} from './store.ts';

const subgraph = (name: string, hash = `hash-of-${name}`): StoredSubgraph => ({
  ...{ name, hash, url: `http://${name}.internal/graphql`, origin: 'registered', types: ['Größe'] },
});

const seed = (hash: string, problem: string | null = null): Seed => ({
  ...{ hash, problem, subgraphs: [subgraph('state', 'hash-of-state')] },
});

/** A version with a text of its own. */
const version = (text: string, more: Partial<NewSupergraph> = {}): NewSupergraph => ({
  reason: 'REGISTERED',
  processorId: 'word-count',
  rolledBackTo: null,
  createdAt: new Date('2026-01-02T03:04:05.678Z'),
  createdBy: 'olga',
  hash: `hash-of-${text}`,
  seedHash: 'one',
  subgraphs: [subgraph('word-count', `sdl-of-${text}`)],
  changes: [
    {
      criticality: 'BREAKING',
      message: 'Field `a` of "🦉" was removed',
      coordinate: 'A.a',
      usedBy: [{ operation: 'Reads', count: 3, lastSeenAt: '2026-01-01T00:00:00.000Z' }],
    },
  ],
  sdl: `type Query { ${text}: Int }`,
  sdls: new Map([[`sdl-of-${text}`, `type ${text} { a: Int }`]]),
  ...more,
});

/** The contract of {@link SupergraphStore} for any adapter. `open` gives an empty store, and another one beside it on the same data. */
export function supergraphStoreContract(
  adapter: string,
  open: () => Promise<{
    stores: readonly [SupergraphStore, SupergraphStore];
    database: SqlDatabase;
    close(): Promise<void>;
  }>,
): void {
  describe(`supergraph store: ${adapter}`, () => {
    let store: SupergraphStore;
    let other: SupergraphStore;
    let database: SqlDatabase;
    let close: (() => Promise<void>) | undefined;
    const base = async (): Promise<Base> => ({
      version: await store.currentVersion(),
      seedHash: (await store.seed())?.hash ?? null,
    });

    beforeAll(async () => {
      const opened = await open();
      [store, other] = opened.stores;
      ({ database, close } = opened);
    });
    afterAll(() => close?.());

    it('has nothing at first, and is begun once by several that start together', async () => {
      expect([await store.currentVersion(), await store.current(), await store.seed()]).toEqual([
        null,
        null,
        null,
      ]);
      expect(await store.history(10)).toEqual([]);
      const nothing = { version: null, seedHash: null };
      const first = version('first', {
        reason: 'SHIPPED',
        processorId: null,
        createdBy: null,
        seed: seed('one'),
      });
      const begun = await Promise.allSettled(
        [store, other, store].map((each) => each.append(first, nothing)),
      );
      const failed = begun.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
      expect(failed.map((error) => error instanceof Outdated)).toEqual([true, true]);
      const { sdls: _, seed: __, ...stored } = first;
      expect(await store.current()).toEqual({ ...stored, version: 1 });
      expect(await store.seed()).toEqual(seed('one'));
    });

    it('adds versions, the newest of which is current, and keeps all of each', async () => {
      const added = await store.append(version('second'), await base());
      expect(added.version).toBe(2);
      expect(await store.current()).toEqual(added);
      expect(await other.currentVersion()).toBe(2);
      expect(await store.find(2)).toEqual(added);
      expect(await store.find(7)).toBeNull();
      const { sdl: _, ...summary } = added;
      expect(await store.history(1)).toEqual([summary]);
      expect((await store.history(10)).map((each) => each.version)).toEqual([2, 1]);
      expect(await store.texts([1, 2, 7])).toEqual(
        new Map([
          [1, 'type Query { first: Int }'],
          [2, 'type Query { second: Int }'],
        ]),
      );
      expect(await store.sdls(['sdl-of-second', 'never'])).toEqual(
        new Map([['sdl-of-second', 'type second { a: Int }']]),
      );
      expect(await store.sdls([])).toEqual(new Map());
    });

    it('takes one of several changes that were made from the same', async () => {
      for (let round = 0; round < 5; round++) {
        const from = await base();
        const made = ['x', 'y', 'z'].map((text, index) =>
          (index === 1 ? other : store).append(version(`${text}${round}`), from),
        );
        const outcomes = await Promise.allSettled(made);
        expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(await store.currentVersion()).toBe((from.version ?? 0) + 1);
      }
    });

    it('refuses what was made from another seed, and another version', async () => {
      const from = await base();
      await store.saveSeed(
        seed('two', 'It does not compose.'),
        new Map([['hash-of-state', 'type S { a: Int }']]),
        from,
      );
      expect(await store.seed()).toEqual(seed('two', 'It does not compose.'));
      await expect(store.append(version('late'), from)).rejects.toBeInstanceOf(Outdated);
      await expect(store.saveSeed(seed('three'), new Map(), from)).rejects.toBeInstanceOf(Outdated);
      const now = await base();
      await store.append(version('mended', { seed: seed('two'), seedHash: 'two' }), now);
      expect(await store.seed()).toEqual(seed('two'));
      await expect(store.saveSeed(seed('three'), new Map(), now)).rejects.toBeInstanceOf(Outdated);
    });

    it('is a part of another transaction, and undone with it', async () => {
      const from = await base();
      const undone = database.transaction(async (tx) => {
        await store.append(version('undone'), from, tx);
        throw new Error('changed my mind');
      });
      await expect(undone).rejects.toThrow('changed my mind');
      expect(await store.currentVersion()).toBe(from.version);
      const added = await database.transaction((tx) => store.append(version('done'), from, tx));
      expect(await store.current()).toEqual(added);
    });

    it('lets go of the oldest versions, and of texts that nothing has any more', async () => {
      await store.append(
        version('kept', { sdls: new Map([['sdl-of-kept', 'type Kept { a: Int }']]) }),
        await base(),
      );
      for (let index = 0; index < MAX_VERSIONS; index++) {
        const same = { subgraphs: [subgraph('word-count', 'sdl-of-kept')], sdls: new Map<string, string>() };
        await store.append(version(`many${index}`, same), await base());
      }
      const history = await store.history(1_000);
      const newest = await store.currentVersion();
      expect(history).toHaveLength(MAX_VERSIONS);
      expect(history.at(-1)?.version).toBe((newest ?? 0) - MAX_VERSIONS + 1);
      expect(await store.find(1)).toBeNull();
      const texts = await store.sdls(['sdl-of-second', 'sdl-of-kept', 'hash-of-state']);
      expect([...texts.keys()].sort()).toEqual(['hash-of-state', 'sdl-of-kept']);
    });
  });
}
