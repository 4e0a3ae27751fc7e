import { expect, test } from 'vitest';
import { openRedis, type RedisServer } from '../redis/server.ts';
import { createLogger } from '../telemetry/logger.ts';
import { openTemporaryRedis, startRedis } from '../testing/redis.ts';
import { systemClock } from '../time/clock.ts';
import { limiterContract, type OpenedLimiters, sharedLimiterContract } from './limiter.contract.ts';
import { createRedisLimiter } from './limiter.redis.ts';
import type { Rate } from './rate.ts';

const logger = createLogger('silent');
/** A busy machine is no server that is away. */
const patience = { withinMs: 30_000 };
const limiterOn = (server: RedisServer, rate: Rate, over: object = { patience }) =>
  createRedisLimiter({ server, rate, clock: systemClock, logger, ...over });

async function open(rate: Rate): Promise<OpenedLimiters> {
  const server = openTemporaryRedis();
  return {
    limiters: [limiterOn(server, rate), limiterOn(server, rate), limiterOn(server, rate)],
    close: () => server.close(),
  };
}

limiterContract(open);
sharedLimiterContract(open);

const rate = { name: 'user', quota: 6_000, windowMs: 3_600_000 };

function counting(server: RedisServer) {
  let asked = 0;
  const counted: RedisServer = {
    namespace: server.namespace,
    run(work) {
      asked += 1;
      return server.run(work);
    },
    close: () => server.close(),
  };
  return { counted, asked: () => asked };
}

test('Redis is asked once for a hundred requests, and not at all for those that are refused', async () => {
  const server = openTemporaryRedis();
  const { counted, asked } = counting(server);
  const limiter = limiterOn(counted, rate);
  for (let each = 0; each < 1_000; each += 1) await limiter.take('alice');
  expect(asked()).toBeLessThanOrEqual(25);
  const few = limiterOn(counted, { ...rate, name: 'few', quota: 1 });
  for (let each = 0; each < 2; each += 1) await few.take('alice');
  const before = asked();
  for (let each = 0; each < 100; each += 1) expect((await few.take('alice')).isAllowed).toBe(false);
  expect(asked()).toBe(before);
  await server.close();
});

test('keys go by themselves when the quota is there again', async () => {
  const server = openTemporaryRedis();
  const limiter = limiterOn(server, { name: 'user', quota: 10, windowMs: 200 });
  await limiter.take('alice');
  const key = `{${server.namespace}:rates}:user:alice`;
  await expect.poll(() => server.run((redis) => redis.exists(key))).toBe(0);
  await server.close();
});

test('while Redis is away each process counts by itself, and shares again when it is back', async () => {
  const own = await startRedis();
  const server = openRedis({ url: own.url, namespace: 'test', logger });
  const hour = { name: 'user', quota: 5, windowMs: 3_600_000 };
  const patient = { patience: { withinMs: 300, restMs: 0 } };
  const [one, two] = [limiterOn(server, hour, patient), limiterOn(server, hour, patient)];
  await own.kill();
  for (const limiter of [one, two]) {
    const taken = [];
    for (let each = 0; each < 6; each += 1) taken.push((await limiter.take('alice')).isAllowed);
    expect(taken).toEqual([true, true, true, true, true, false]);
    expect(limiter.isSpent('alice')).toBeDefined();
  }
  await own.restart();
  // Redis has counted nothing of that. Questions that nobody waits for any more may be answered first, to either.
  const either = async () => {
    const taken = [await one.take('alice'), await two.take('alice')];
    return taken.some(({ isAllowed }) => isAllowed);
  };
  await expect.poll(either, { timeout: 30_000 }).toBe(true);
  await server.close();
  await own.stop();
});

test('a Redis that hangs holds up nobody', async () => {
  const own = await startRedis();
  const server = openRedis({ url: own.url, namespace: 'test', logger });
  const limiter = limiterOn(server, rate, {});
  await expect.poll(() => server.run((redis) => redis.ping())).toBe('PONG');
  own.pause();
  const asked = Promise.all(Array.from({ length: 500 }, () => limiter.take('alice')));
  expect((await asked).every(({ isAllowed }) => isAllowed)).toBe(true);
  own.resume();
  await server.close();
  await own.stop();
});
