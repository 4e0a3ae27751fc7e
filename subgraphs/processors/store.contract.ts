import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Processor } from './processor.ts';
import type { ProcessorStore } from './store.ts';

/** The promises of the port {@link ProcessorStore}, for any adapter. `open` is called once, and gives an empty store. */
export function processorStoreContract(
  adapter: string,
  open: () => Promise<{ store: ProcessorStore; close(): Promise<void> }>,
): void {
  describe(`processor store: ${adapter}`, () => {
    let store: ProcessorStore;
    let close: (() => Promise<void>) | undefined;
    const processor = (id: string, more: Partial<Processor> = {}): Processor => ({
      id,
      name: 'Größe "🦉"',
      description: '',
      version: '1',
      storage_type: 's3',
      database_name: 'd',
      input_schema_ids: ['a-v1', 'b-v1'],
      output_schema_id: 'c-v1',
      graphql_type: 'C',
      base_url: 'http://127.0.0.1:1',
      health_endpoint: '/health',
      query_endpoint: '/graphql',
      event_subscriptions: [],
      max_concurrency: 4,
      timeout_seconds: 60,
      active: false,
      created_at: new Date('2026-01-02T03:04:05.678Z'),
      ...more,
    });

    beforeAll(async () => {
      ({ store, close } = await open());
      await store.prepare();
      await store.prepare();
    });
    afterAll(() => close?.());

    it('gives back what was put, and nothing of the connection string', async () => {
      const given = processor('put');
      expect(await store.put(given, 'sealed')).toEqual(given);
      expect(await store.find(['put', 'absent'])).toEqual([given]);
      expect(await store.find([])).toEqual([]);
      expect(await store.sealedConnection('put')).toBe('sealed');
      expect(await store.sealedConnection('absent')).toBeUndefined();
    });

    it('replaces all but the time of the first registration', async () => {
      const first = processor('again');
      await store.put(first, 'one');
      const changed = processor('again', {
        name: 'Other',
        storage_type: 'redis',
        input_schema_ids: [],
        event_subscriptions: ['blob.created'],
        active: true,
        version: '2',
        created_at: new Date('2027-01-01T00:00:00Z'),
      });
      const expected = { ...changed, created_at: first.created_at };
      expect(await store.put(changed, 'two')).toEqual(expected);
      expect(await store.find(['again'])).toEqual([expected]);
      expect(await store.sealedConnection('again')).toBe('two');
    });

    it('takes one processor that registers from many places at once', async () => {
      const names = Array.from({ length: 10 }, (_, index) => `name ${index}`);
      await Promise.all(names.map((name) => store.put(processor('raced', { name }), name)));
      const [kept] = await store.find(['raced']);
      expect(names).toContain(kept?.name);
      expect(await store.sealedConnection('raced')).toBe(kept?.name);
    });

    it('lists all by id', async () => {
      for (const id of ['z', 'a-b', 'a', 'ab']) await store.put(processor(id), 'sealed');
      const ids = (await store.list()).map(({ id }) => id);
      expect(ids).toEqual(expect.arrayContaining(['a', 'a-b', 'ab', 'z']));
      expect(ids).toEqual(ids.toSorted());
    });

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });
}
