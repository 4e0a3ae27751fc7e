import { randomBytes } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { newRecord, newUser } from '../../processor/records/records.contract.fixture.ts';
import { tagged } from '../../processor/records/shelf/tagged.fixture.ts';
import { openRedisRecords } from '../../testing/records.ts';
import { openTemporaryRedis, startRedis } from '../../testing/redis.ts';

/** Records in a Redis that holds a few megabytes. */
async function setUp(policy: string) {
  const redis = await startRedis('maxmemory 4mb', `maxmemory-policy ${policy}`);
  const server = openTemporaryRedis(redis.url);
  const { records } = openRedisRecords(tagged, { server });
  onTestFinished(async () => {
    await server.close().catch(() => undefined);
    await redis.stop();
  });
  await records.prepare();
  const user = newUser();
  const store = async (index: number) => {
    const createdAt = new Date(Date.UTC(2026, 0, 1) + index);
    const data = { words: `w${index}`, filling: randomBytes(4_000).toString('base64') };
    return (await records.insert(newRecord(user, { data, beside: {} }, { createdAt }))).stored.id;
  };
  return { redis, records, user, store };
}

const COUNT = 2_000;

it.each(['allkeys-lru', 'volatile-lru'])(
  'by %s room is made, and every list tells what is left',
  async (policy) => {
    const { records, user, store, redis } = await setUp(policy);
    const ids: string[] = [];
    for (let index = 0; index < COUNT; index += 1) ids.push(await store(index));
    const evicted = Number(/evicted_keys:(\d+)/.exec(String(await redis.command('INFO', 'stats')))?.[1]);
    expect(evicted).toBeGreaterThan(COUNT / 4);
    // Nothing more goes while it is looked at.
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    // Mends what of the lists was evicted.
    const inventory = new Set<string>();
    for (let after: string | undefined; ; ) {
      const page = await records.inventory({
        before: new Date('2030-01-01'),
        limit: 200,
        ...(after ? { after } : {}),
      });
      for (const { id } of page) inventory.add(id);
      after = page.at(-1)?.id;
      if (after === undefined) break;
    }
    const there = new Set<string>();
    for (let start = 0; start < COUNT; start += 500)
      for (const id of await records.existing(ids.slice(start, start + 500))) there.add(id);
    expect(inventory).toEqual(there);
    expect(there.size).toBeGreaterThan(0);
    expect(there.size).toBeLessThan(COUNT);
    const page = await records.page(user, { limit: COUNT }, new Set());
    expect(new Set(page.map(({ id }) => id))).toEqual(there);
  },
);

it('by noeviction it says that Redis is full, and what is there is read and erased', async () => {
  const { records, user, store } = await setUp('noeviction');
  const ids: string[] = [];
  const filling = async () => {
    for (let index = 0; index < COUNT; index += 1) ids.push(await store(index));
  };
  await expect(filling()).rejects.toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    message: expect.stringContaining('maxmemory'),
  });
  const [first = ''] = ids;
  expect(await records.find(first, 'all')).toMatchObject({ id: first });
  await records.erase(user, ids.slice(0, 100));
  expect(await records.find(first, 'all')).toBeNull();
  await store(COUNT);
});
