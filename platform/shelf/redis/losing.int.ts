import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newRecord, newUser } from '../../processor/records/records.contract.fixture.ts';
import { tagged } from '../../processor/records/shelf/tagged.fixture.ts';
import { createTags } from '../../processor/records/shelf/tags.ts';
import type { RedisServer } from '../../redis/server.ts';
import { openRedisRecords } from '../../testing/records.ts';
import { type OwnRedis, openTemporaryRedis, startRedis } from '../../testing/redis.ts';
import { keysOf, userKey } from './keys.ts';

let redis: OwnRedis;
let server: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
  server = openTemporaryRedis(redis.url);
});
afterAll(async () => {
  await server?.close();
  await redis?.stop();
});

/** Records at a place of their own, whose keys the test may remove as Redis would. */
async function setUp(ttlMs?: number) {
  const own = { ...server, namespace: `${server.namespace}_${Math.random().toString(36).slice(2)}` };
  const place = { ...own, run: server.run.bind(server), close: async () => undefined };
  const opened = openRedisRecords(tagged, { server: place, ...(ttlMs ? { ttlMs } : {}) });
  await opened.records.prepare();
  const keys = keysOf(own.namespace, tagged.name);
  const store = async (userId: string, words: string, second = 0) => {
    const createdAt = new Date(Date.UTC(2026, 0, 1, 0, 0, second));
    const made = newRecord(userId, { data: { words }, beside: {} }, { createdAt });
    return (await opened.records.insert(made)).stored;
  };
  const evict = (...names: string[]) => redis.command('DEL', ...names);
  const card = async (key: string) => Number(await redis.command('ZCARD', key));
  return { ...opened, tags: createTags(opened.shelf, tagged), keys, store, evict, card };
}

const LATER = new Date('2030-01-01');
const ids = (items: readonly { id: string }[]) => items.map(({ id }) => id);

describe('a record that Redis has evicted', () => {
  it('is in no list any more, and its place is free', async () => {
    const { records, store, evict, keys, card } = await setUp();
    const user = newUser();
    const [one, two, three] = [
      await store(user, 'a', 1),
      await store(user, 'a', 2),
      await store(user, 'a', 3),
    ];
    await evict(keys.record(two.id));
    expect(await records.find(two.id, 'all')).toBeNull();
    expect(ids(await records.page(user, { limit: 2 }, 'all'))).toEqual([one.id, three.id]);
    expect(await records.existing(ids([one, two, three]))).toEqual([one.id, three.id]);
    expect(await records.dueRegistrations(LATER, 10)).not.toContain(two.id);
    expect(await records.countsOf([user], LATER)).toEqual([{ userId: user, older: 2, total: 2 }]);
    expect(
      (await records.insert(newRecord(user, { data: { words: 'b' }, beside: {} }, { id: two.id }))).inserted,
    ).toBe(true);
    // One member says that the list is whole.
    expect(await card(keys.places)).toBe(4);
  });

  it('is found by no tag, once its places are looked through', async () => {
    const { records, tags, store, evict, keys, card } = await setUp();
    const user = newUser();
    const [one, gone] = [await store(user, 'sea light'), await store(user, 'sea light')];
    await evict(keys.record(gone.id));
    await records.inventory({ before: LATER, limit: 100 });
    expect(await tags.sharing(one, 10)).toEqual([]);
    expect(await card(keys.tags(userKey(user)))).toBe(2);
  });

  it('that is erased leaves nothing', async () => {
    const { records, store, evict, keys, card } = await setUp();
    const user = newUser();
    const gone = await store(user, 'sea');
    await evict(keys.record(gone.id));
    expect(await records.eraseUser(user, 10)).toEqual([]);
    expect(await card(keys.places)).toBe(1);
  });
});

it('a record goes when its time is over, and its places with it', async () => {
  const { records, store, keys, card } = await setUp(1_000);
  const user = newUser();
  const one = await store(user, 'sea');
  expect(Number(await redis.command('PTTL', keys.record(one.id)))).toBeLessThanOrEqual(1_000);
  await expect.poll(() => records.find(one.id, new Set())).toBeNull();
  expect(await records.inventory({ before: LATER, limit: 10 })).toEqual([]);
  expect(await card(keys.ids)).toBe(1);
  expect(await card(keys.due)).toBe(0);
});

describe('a list that Redis has evicted', () => {
  it('is made again at the next inventory, and at the next start', async () => {
    const { records, store, evict, keys } = await setUp();
    const user = newUser();
    const all = [await store(user, 'a', 1), await store(user, 'b', 2), await store(user, 'c', 3)];
    const [told, refused] = all.map(({ id, contentHash }) => ({ id, contentHash }));
    if (!told || !refused) throw new Error('There are three');
    await records.markRegistered(told, LATER);
    await records.refuseRegistration(refused.id, 'SOURCE_UNKNOWN: gone');
    for (const work of [() => records.inventory({ before: LATER, limit: 10 }), () => records.prepare()]) {
      await evict(keys.ids, keys.places, keys.due, keys.refused);
      await work();
      expect(ids(await records.page(user, { limit: 10 }, 'all'))).toEqual(ids(all));
      expect(await records.dueRegistrations(LATER, 10)).toEqual(ids(all.slice(2)));
      expect(await records.countsOf([user], LATER)).toEqual([{ userId: user, older: 2, total: 2 }]);
      expect(
        (await records.inventory({ before: LATER, limit: 10 }))
          .map(({ registration }) => registration)
          .toSorted(),
      ).toEqual(['refused', 'registered', 'waiting']);
    }
  });

  it('of tags is made again by whoever asks for it', async () => {
    const { tags, store, evict, keys } = await setUp();
    const user = newUser();
    const [one, two, other] = [await store(user, 'sea'), await store(user, 'sea'), await store(user, 'land')];
    await evict(keys.tags(userKey(user)));
    const answers = await Promise.all([
      tags.sharing(one, 10),
      tags.sharing(two, 10),
      tags.sharing(other, 10),
    ]);
    expect(answers).toEqual([[two.id], [one.id], []]);
  });
});

it('a user’s records are told by a list, without a look at every key', async () => {
  const { records, store } = await setUp();
  const user = newUser();
  await store(user, 'sea');
  await redis.command('CONFIG', 'RESETSTAT');
  await records.page(user, { limit: 10 }, 'all');
  await records.inventory({ before: LATER, limit: 10 });
  await records.eraseUser(user, 10);
  const stats = String(await redis.command('INFO', 'commandstats'));
  expect(stats).not.toMatch(/cmdstat_(keys|scan):/);
});
