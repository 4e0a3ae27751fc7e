import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isUnavailable } from '../errors/unavailable.ts';
import { createLogger } from '../telemetry/logger.ts';
import { type OwnRedis, startRedis } from '../testing/redis.ts';
import { withinTime } from '../time/deadline.ts';
import { openRedis, type RedisServer } from './server.ts';

let redis: OwnRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis?.stop());

const PATIENT = { timeout: 30_000 };
const ping = (server: RedisServer) => server.run((one) => one.ping());
const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

function open(url = redis.url, over: { answerMs?: number; connectMs?: number } = {}) {
  const lines: string[] = [];
  const logger = createLogger('debug', { write: (line) => void lines.push(line) });
  const server = openRedis({ url, namespace: 'test', logger, answerMs: 500, connectMs: 200, ...over });
  return { server, lines };
}

describe('Redis', () => {
  it('that is killed is away by name, and found again when it is back', async () => {
    const { server, lines } = open();
    await ping(server);
    const under = Promise.all(Array.from({ length: 50 }, () => failure(ping(server))));
    await redis.kill();
    await under;
    const away = await failure(ping(server));
    expect(isUnavailable(away)).toBe(true);
    await redis.restart();
    await expect.poll(() => failure(ping(server)), PATIENT).toBeUndefined();
    expect(lines.join('')).toContain('Redis is out of reach; trying again');
    await server.close();
  });

  it('that says nothing is given up after its time, or its caller’s, and found again', async () => {
    const { server } = open();
    await ping(server);
    redis.pause();
    expect(isUnavailable(await failure(ping(server)))).toBe(true);
    expect(await failure(withinTime(100, () => ping(server)))).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    redis.resume();
    await expect.poll(() => failure(ping(server)), PATIENT).toBeUndefined();
    await server.close();
  });

  it('that refuses the password is away, and no line of the log holds the password', async () => {
    const url = new URL(redis.url);
    url.password = 'a-wrong-secret';
    const { server, lines } = open(url.href);
    const refused = await failure(ping(server));
    expect(isUnavailable(refused)).toBe(true);
    await expect.poll(() => lines.join(''), PATIENT).toContain('WRONGPASS');
    expect(`${lines.join('')}${String(refused)}${String((refused as Error).cause)}`).not.toContain(
      'a-wrong-secret',
    );
    await server.close();
  });

  it('that is nowhere is away, and closing does not wait for it', async () => {
    const { server, lines } = open('redis://:secret@127.0.0.1:9');
    expect(isUnavailable(await failure(ping(server)))).toBe(true);
    expect(lines.join('')).toContain('ECONNREFUSED');
    expect(lines.join('')).not.toContain('secret');
    await server.close();
  });

  it('that may not write says so as one that is away', async () => {
    const { server } = open();
    await redis.command('CONFIG', 'SET', 'min-replicas-to-write', '1');
    const write = (one: Parameters<Parameters<RedisServer['run']>[0]>[0]) =>
      one.eval("return redis.call('SET', KEYS[1], '1')", { keys: ['a'], arguments: [] });
    expect(isUnavailable(await failure(server.run(write)))).toBe(true);
    await redis.command('CONFIG', 'SET', 'min-replicas-to-write', '0');
    await server.run(write);
    await server.close();
  });
});
