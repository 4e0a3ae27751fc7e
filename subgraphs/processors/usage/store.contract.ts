import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationUse } from '../../../platform/clients/supergraph.ts';
import { KEPT_MS, MAX_OPERATIONS, type UsageStore } from './store.ts';

const NOW = new Date('2026-03-01T00:00:00.000Z');
const ago = (ms: number): string => new Date(NOW.getTime() - ms).toISOString();

const use = (hash: string, more: Partial<OperationUse> = {}): OperationUse => ({
  ...{ hash, name: null, kind: 'query', coordinates: ['Query.blob'], count: 1, last_seen_at: ago(1_000) },
  ...more,
});

/** The contract of {@link UsageStore} for any adapter. `open` gives an empty store. */
export function usageStoreContract(
  adapter: string,
  open: () => Promise<{ store: UsageStore; close(): Promise<void> }>,
): void {
  describe(`usage store: ${adapter}`, () => {
    let store: UsageStore;
    let close: (() => Promise<void>) | undefined;
    const hashes = async (coordinates: readonly string[], types: readonly string[] = []) =>
      (await store.using({ coordinates, types })).map(({ hash }) => hash);

    beforeAll(async () => {
      ({ store, close } = await open());
    });
    afterAll(() => close?.());

    it('adds up what is told of one operation, by its hash', async () => {
      await store.record(
        [use('one', { name: 'Größe', count: 2, last_seen_at: ago(5_000) }), use('two')],
        NOW,
      );
      await store.record([use('one', { name: 'Größe', count: 40, last_seen_at: ago(9_000) })], NOW);
      expect(await store.count()).toBe(2);
      expect(await store.using({ coordinates: ['Query.blob', 'Query.none'], types: ['Mutation'] })).toEqual([
        {
          ...{ hash: 'one', name: 'Größe', count: 42, lastSeenAt: new Date(ago(5_000)) },
          ...{ coordinates: ['Query.blob'], types: [] },
        },
        expect.objectContaining({ hash: 'two', count: 1 }),
      ]);
      await store.record([], NOW);
    });

    it('finds by a coordinate itself, and by anything of a type', async () => {
      const coordinates = ['Query.entry', 'BlobIndex.title', 'BlobSort', 'Query.entry(id:)'];
      await store.record([use('three', { coordinates })], NOW);
      expect(await hashes(['BlobIndex.title'])).toEqual(['three']);
      expect(await hashes(['BlobIndex.titl', 'BlobIndex', 'BlobIndex.title2'])).toEqual([]);
      expect(await hashes(['Query.entry(id:)'])).toEqual(['three']);
      expect(await hashes([], ['BlobIndex'])).toEqual(['three']);
      expect(await hashes([], ['BlobSort'])).toEqual(['three']);
      expect(await hashes([], ['Blob'])).toEqual([]);
      expect(await hashes([], [])).toEqual([]);
    });

    it('takes reports of several gateways at once', async () => {
      const reports = Array.from({ length: 10 }, (_, index) => {
        const both = [use('raced-a', { coordinates: ['A.a'] }), use('raced-b', { coordinates: ['A.a'] })];
        return store.record(index % 2 === 0 ? both : both.toReversed(), NOW);
      });
      await Promise.all(reports);
      expect((await store.using({ coordinates: ['A.a'], types: [] })).map(({ count }) => count)).toEqual([
        10, 10,
      ]);
    });

    it('lets go of what was not seen for long, and of the least recently seen beyond its bound', async () => {
      await store.record(
        [use('old', { last_seen_at: ago(KEPT_MS + 1) }), use('barely', { last_seen_at: ago(KEPT_MS) })],
        NOW,
      );
      expect(await hashes(['Query.blob'])).toContain('barely');
      expect(await hashes(['Query.blob'])).not.toContain('old');
      const many = Array.from({ length: MAX_OPERATIONS }, (_, index) =>
        use(`many-${index}`, { coordinates: ['B.b'], last_seen_at: ago(500) }),
      );
      await store.record(many, NOW);
      expect(await store.count()).toBe(MAX_OPERATIONS);
      expect(await hashes(['Query.blob'])).toEqual([]);
    });
  });
}
