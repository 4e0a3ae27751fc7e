import { expect, it } from 'vitest';
import { openRedis } from '../../redis/server.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { openTemporaryRedis } from '../../testing/redis.ts';
import { keepContract } from './kept.contract.ts';
import { redisKeep } from './kept.redis.ts';

keepContract(async () => {
  const server = openTemporaryRedis();
  const key = `{${server.namespace}:supergraph}:gateway`;
  const damage = (alter: (kept: string) => string) =>
    server.run(async (redis) => {
      await redis.set(key, alter((await redis.get(key)) ?? ''));
    });
  return { keep: redisKeep(server, 'gateway'), damage, close: () => server.close() };
});

it('a Redis that is away does not hold up a start', async () => {
  const server = openRedis({ url: 'redis://127.0.0.1:9', namespace: 'test', logger: createLogger('silent') });
  await expect(redisKeep(server, 'gateway').load()).rejects.toThrow();
  await server.close();
});
