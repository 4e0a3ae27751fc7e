import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RegisteredSchema, SchemaStore } from './store.ts';

/** The contract of {@link SchemaStore} for any adapter. `open` is called once and returns an empty store. */
export function schemaStoreContract(
  adapter: string,
  open: () => Promise<{ store: SchemaStore; close(): Promise<void> }>,
): void {
  describe(`schema store: ${adapter}`, () => {
    let store: SchemaStore;
    let close: (() => Promise<void>) | undefined;
    const createdAt = new Date('2026-01-02T03:04:05.678Z');
    const schema = (
      id: string,
      version: string,
      definition: RegisteredSchema['definition'] = {},
    ): RegisteredSchema => ({
      id,
      version,
      definition,
      createdAt,
    });

    beforeAll(async () => {
      ({ store, close } = await open());
      await store.prepare();
      await store.prepare();
    });
    afterAll(() => close?.());

    it('returns what was added, with the order of members', async () => {
      const definition = { zebra: [1, null, 'é🦉'], $schema: 'x', a: { b: true } };
      expect(await store.add(schema('ordered', '1.0.0', definition))).toBe(true);
      const [found] = await store.find([{ id: 'ordered', version: '1.0.0' }]);
      expect(found).toEqual(schema('ordered', '1.0.0', definition));
      expect(JSON.stringify(found?.definition)).toBe(JSON.stringify(definition));
    });

    it('adds a version once, and never changes it', async () => {
      expect(await store.add(schema('once', '1.0.0', { title: 'first' }))).toBe(true);
      expect(await store.add(schema('once', '1.0.0', { title: 'second' }))).toBe(false);
      expect(await store.find([{ id: 'once', version: '1.0.0' }])).toMatchObject([
        { definition: { title: 'first' } },
      ]);
    });

    it('accepts one of many concurrent additions of a version', async () => {
      const titles = Array.from({ length: 10 }, (_, index) => `t${index}`);
      const added = await Promise.all(titles.map((title) => store.add(schema('raced', '1.0.0', { title }))));
      expect(added.filter(Boolean)).toHaveLength(1);
      expect(await store.find([{ id: 'raced', version: '1.0.0' }])).toMatchObject([
        { definition: { title: titles[added.indexOf(true)] } },
      ]);
    });

    it('adds none that was checked beside fewer versions than there are', async () => {
      expect(await store.add(schema('counted', '1.0.0'), 0)).toBe(true);
      expect(await store.add(schema('counted', '1.1.0'), 0)).toBe(false);
      const added = await Promise.all(
        ['1.2.0', '1.3.0', '1.4.0'].map((one) => store.add(schema('counted', one), 1)),
      );
      expect(added.filter(Boolean)).toHaveLength(1);
      expect(await store.keys(['counted'])).toHaveLength(2);
    });

    it('keeps the newest mode of compatibility, of those for which one was set', async () => {
      const set = { id: 'moded', setAt: createdAt };
      await store.setCompatibility({ ...set, compatibility: 'FULL' }, 'olga');
      await store.setCompatibility({ ...set, compatibility: 'FORWARD_TRANSITIVE' }, 'oleg');
      expect(await store.compatibilities(['moded', 'other'])).toEqual([
        { ...set, compatibility: 'FORWARD_TRANSITIVE' },
      ]);
      expect(await store.compatibilities([])).toEqual([]);
    });

    it('finds by id and version together', async () => {
      await Promise.all(
        ['1.0.0', '1.1.0'].flatMap((version) => [
          store.add(schema('x', version)),
          store.add(schema('y', version)),
        ]),
      );
      const found = await store.find([
        { id: 'x', version: '1.0.0' },
        { id: 'y', version: '1.1.0' },
        { id: 'y', version: '9.9.9' },
      ]);
      expect(found.map(({ id, version }) => `${id}@${version}`).sort()).toEqual(['x@1.0.0', 'y@1.1.0']);
      expect(await store.find([])).toEqual([]);
    });

    it('lists the keys of some or all', async () => {
      await store.add(schema('listed', '1.0.0'));
      await store.add(schema('listed', '1.0.1'));
      const some = await store.keys(['listed', 'nowhere']);
      expect(some.map(({ version }) => version).sort()).toEqual(['1.0.0', '1.0.1']);
      expect(await store.keys('all')).toEqual(expect.arrayContaining(some));
      expect((await store.keys('all')).length).toBeGreaterThan(2);
      expect(await store.keys([])).toEqual([]);
    });

    it('keeps the first withdrawal of a version, even of a shipped one', async () => {
      const later = new Date('2027-01-01T00:00:00.000Z');
      const key = { id: 'gone', version: '1.0.0' };
      await store.withdraw({ ...key, withdrawnAt: createdAt }, 'olga');
      await store.withdraw({ ...key, withdrawnAt: later }, 'oleg');
      await store.withdraw({ id: 'gone', version: '1.1.0', withdrawnAt: later }, 'olga');
      await store.withdraw({ id: 'other', version: '1.0.0', withdrawnAt: later }, 'olga');
      const found = await store.withdrawals(['gone', 'nowhere']);
      expect(found.toSorted((one, other) => (one.version < other.version ? -1 : 1))).toEqual([
        { ...key, withdrawnAt: createdAt },
        { id: 'gone', version: '1.1.0', withdrawnAt: later },
      ]);
      expect(await store.withdrawals('all')).toHaveLength(3);
      expect(await store.withdrawals([])).toEqual([]);
    });

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });
}
