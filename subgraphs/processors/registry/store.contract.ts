import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_VERSIONS, type Processor } from './processor.ts';
import type { ProcessorStore } from './store.ts';

/** The contract of {@link ProcessorStore} for any adapter. `open` is called once and returns an empty store. */
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
      readable_schema_ids: ['a-v1', 'b-v1'],
      output_schema_id: 'c-v1',
      graphql_type: 'C',
      base_url: 'http://127.0.0.1:1',
      health_endpoint: '/health',
      query_endpoint: '/graphql',
      event_subscriptions: [],
      takes: {},
      opt_in_schema_ids: [],
      takes_versions: {},
      shown_as: null,
      versions: [more.version ?? '1'],
      max_concurrency: 4,
      timeout_seconds: 60,
      active: false,
      status: 'active',
      status_since: null,
      status_reason: null,
      retired_versions: [],
      canary: null,
      resting: [],
      canary_ended_at: null,
      created_at: new Date('2026-01-02T03:04:05.678Z'),
      ...more,
    });

    beforeAll(async () => {
      ({ store, close } = await open());
      await store.prepare();
      await store.prepare();
    });
    afterAll(() => close?.());

    it('returns what was put, without the connection string', async () => {
      const given = processor('put');
      expect(await store.put(given, 'sealed')).toEqual(given);
      expect(await store.find(['put', 'absent'])).toEqual([given]);
      expect(await store.find([])).toEqual([]);
      expect(await store.sealedConnection('put')).toBe('sealed');
      expect(await store.sealedConnection('absent')).toBeUndefined();
    });

    it('replaces all but the time of the first declaration', async () => {
      const first = processor('again');
      await store.put(first, 'one');
      const changed = processor('again', {
        name: 'Other',
        storage_type: 'redis',
        input_schema_ids: ['b-v1', 'd-v1'],
        event_subscriptions: ['blob.created'],
        takes: { 'blob.created': ['text-v1', 'text-v1'], 'blob.indexed': [] },
        opt_in_schema_ids: ['text-v1', 'other-v1'],
        takes_versions: { 'text-v1': '>=1.0.0 <3.0.0' },
        shown_as: 'book.compiled',
        active: true,
        version: '2',
        created_at: new Date('2027-01-01T00:00:00Z'),
      });
      const kept = { created_at: first.created_at, readable_schema_ids: ['b-v1', 'd-v1', 'a-v1'] };
      const expected = { ...changed, ...kept, versions: ['2', '1'] };
      expect(await store.put(changed, 'two')).toEqual(expected);
      expect(await store.find(['again'])).toEqual([expected]);
      expect(await store.sealedConnection('again')).toBe('two');
    });

    it('keeps every version, the present one first, up to the newest', async () => {
      const register = async (version: string) => {
        const { versions: _, ...registered } = processor('versions', { version });
        return (await store.put(registered, 'sealed')).versions;
      };
      for (const version of ['1', '2', '3', '2']) await register(version);
      expect(await register('1')).toEqual(['1', '2', '3']);
      expect(await register('1')).toEqual(['1', '2', '3']);
      for (let version = 4; version <= MAX_VERSIONS + 1; version++) await register(String(version));
      const [kept] = await store.find(['versions']);
      expect(kept?.versions).toHaveLength(MAX_VERSIONS);
      expect([kept?.versions.at(0), kept?.versions.at(-1)]).toEqual([`${MAX_VERSIONS + 1}`, '2']);
    });

    it('writes nothing when the check fails', async () => {
      await store.put(processor('checked'), 'first');
      const seen: string[] = [];
      const refusal = new Error('refused');
      const refused = store.put(processor('checked', { name: 'Other' }), 'second', (others) => {
        seen.push(...others.map(({ id }) => id));
        throw refusal;
      });
      await expect(refused).rejects.toBe(refusal);
      expect(seen).toContain('versions');
      expect(seen).not.toContain('checked');
      expect(await store.find(['checked'])).toEqual([processor('checked')]);
      expect(await store.sealedConnection('checked')).toBe('first');
    });

    it('changes the status only from an allowed one, and records retired versions', async () => {
      const { status: _, ...first } = processor('life', { version: '1' });
      await store.put(first, 'sealed');
      await store.put({ ...first, version: '2' }, 'sealed');
      const change = { status: 'paused', status_since: new Date(5), status_reason: 'Größe' } as const;
      expect(await store.changeStatus('life', ['active'], change)).toMatchObject({
        ...change,
        retired_versions: [],
      });
      expect(await store.changeStatus('life', ['active'], { ...change, status_reason: 'other' })).toBeNull();
      expect(await store.changeStatus('absent', ['active'], change)).toBeNull();
      expect(await store.put({ ...first, version: '3' }, 'sealed')).toMatchObject(change);
      const retired = { status: 'retired', status_since: new Date(6), status_reason: null } as const;
      const gone = { ...retired, retired_versions: ['1', '2', '3'] };
      expect(await store.changeStatus('life', ['active', 'paused'], retired)).toMatchObject(gone);
      expect(await store.find(['life'])).toMatchObject([gone]);
    });

    it('starts a retired one again with another version', async () => {
      const [gone] = await store.find(['life']);
      const seen: (string | undefined)[] = [];
      const back = await store.put(processor('life', { version: '4' }), 'sealed', (_, earlier) => {
        seen.push(earlier?.status);
      });
      expect(seen).toEqual(['retired']);
      expect(gone?.versions).toEqual(['3', '2', '1']);
      const anew = {
        status: 'active',
        status_since: null,
        versions: ['4'],
        retired_versions: ['1', '2', '3'],
      };
      expect(back).toMatchObject(anew);
    });

    it('accepts one of two concurrent changes of a status', async () => {
      for (let round = 0; round < 10; round++) {
        const id = `both-${round}`;
        await store.put(processor(id), 'sealed');
        const change = (status_reason: string) =>
          store.changeStatus(id, ['active'], { status: 'paused', status_since: new Date(1), status_reason });
        const done = await Promise.all([change('one'), change('two')]);
        expect(done.filter((one) => one !== null)).toHaveLength(1);
        expect(await store.find([id])).toEqual(done.filter((one) => one !== null));
      }
    });

    it('accepts one of two concurrent declarations that exclude each other', async () => {
      for (let round = 0; round < 10; round++) {
        const put = (id: string, other: string) =>
          store.put(processor(id), 'sealed', (others) => {
            if (others.some((each) => each.id === other)) throw new Error(`${other} is there`);
          });
        const [one, two] = [`one-${round}`, `two-${round}`];
        const outcomes = await Promise.allSettled([put(one, two), put(two, one)]);
        expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
        expect(await store.find([one, two])).toHaveLength(1);
      }
    });

    it('accepts concurrent declarations of one processor', async () => {
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

    it('changes a candidate with its connection string, one change after the other', async () => {
      const { canary: _, ...declaration } = processor('canaried', { version: '2' });
      const canary = { share: 0.25, user_ids: ['ü'], since: '2026-01-01T00:00:00.000Z', declaration };
      expect(await store.changeCanary('canaried', () => null)).toBeNull();
      await store.put(processor('canaried'), 'one');
      expect(await store.sealedCandidate('canaried')).toBeUndefined();
      const connections = { kind: 'candidate', sealed: 'two' } as const;
      const changed = await store.changeCanary('canaried', (found) => ({
        processor: { ...found, canary },
        connections,
      }));
      expect(changed?.canary).toMatchObject({ share: 0.25, user_ids: ['ü'], declaration: { version: '2' } });
      expect(await store.find(['canaried'])).toEqual([changed]);
      expect(await store.changeCanary('canaried', () => null)).toEqual(changed);
      expect([await store.sealedConnection('canaried'), await store.sealedCandidate('canaried')]).toEqual([
        ...['one', 'two'],
      ]);
      // A new declaration of the present version leaves it.
      expect((await store.put(processor('canaried', { name: 'New' }), 'three')).canary).toEqual(
        changed?.canary,
      );
      const refuse = () => {
        throw new Error('refused');
      };
      await expect(store.changeCanary('canaried', refuse)).rejects.toThrow('refused');
      const seen: (string | undefined)[] = [];
      const drop = () =>
        store.changeCanary('canaried', (found) => {
          seen.push(found.canary?.declaration.version);
          const none = { ...found, canary: null, canary_ended_at: new Date(7) };
          return found.canary ? { processor: none, connections: { kind: 'promote' } } : null;
        });
      const [one, other] = await Promise.all([drop(), drop()]);
      expect(seen).toEqual(['2', undefined]);
      expect(one).toEqual(other);
      expect(one?.canary_ended_at).toEqual(new Date(7));
      expect([await store.sealedConnection('canaried'), await store.sealedCandidate('canaried')]).toEqual([
        ...['two', undefined],
      ]);
    });
  });
}
