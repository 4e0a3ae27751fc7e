import { expect, test } from 'vitest';
import { openRedis } from '../../../platform/redis/server.ts';
import { textHash } from '../../../platform/serving/graphql/operation.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { openTemporaryRedis, startRedis } from '../../../platform/testing/redis.ts';
import { textsContract } from './registered-texts.contract.ts';
import { MemoryTexts } from './registered-texts.memory.ts';
import { RedisTexts } from './registered-texts.redis.ts';
import { sharedTexts } from './registered-texts.shared.ts';

textsContract(async (bytesOfUser) => {
  const server = openTemporaryRedis();
  return { texts: new RedisTexts(server, { bytesOfUser }), close: () => server.close() };
});

const text = '{ __typename }';

test('a text that was altered in Redis is not used', async () => {
  const server = openTemporaryRedis();
  const texts = new RedisTexts(server);
  await texts.put(textHash(text), text, 'alice');
  const keys = [`{${server.namespace}:texts}:of:${textHash(text)}`];
  await server.run((redis) => redis.eval("redis.call('SET', KEYS[1], '{ me { id } }')", { keys }));
  expect(await texts.get(textHash(text))).toBeUndefined();
  await server.close();
});

test('while Redis is down, texts registered here are found here', async () => {
  const redis = await startRedis();
  const logger = createLogger('silent');
  const server = openRedis({ url: redis.url, namespace: 'test', logger });
  const texts = sharedTexts(new MemoryTexts(), new RedisTexts(server), logger);
  await redis.kill();
  await texts.put(textHash(text), text, 'alice');
  expect(await texts.get(textHash(text))).toBe(text);
  expect(await texts.get('0'.repeat(64))).toBeUndefined();
  await server.close();
  await redis.stop();
});
