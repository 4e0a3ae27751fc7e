import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import { openRedis, type RedisServer } from '../redis/server.ts';
import { createLogger } from '../telemetry/logger.ts';
import { services } from './services.ts';

/** A Redis of a test's own, which it may fill, stop and kill. */
export interface OwnRedis {
  readonly url: string;
  /** One command, by a connection of its own. */
  command(...args: readonly string[]): Promise<unknown>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again at the same address. */
  restart(): Promise<void>;
  /** SIGSTOP: its connections stay open and say nothing. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  stop(): Promise<void>;
}

const PATIENCE_MS = 30_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address.port;
}

async function command(url: string, args: readonly string[]): Promise<unknown> {
  const client = createClient({ url, socket: { reconnectStrategy: false } });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await client.sendCommand(args);
  } finally {
    client.destroy();
  }
}

async function untilReady(url: string): Promise<void> {
  for (const until = Date.now() + PATIENCE_MS; ; await pause(20)) {
    const answer = await command(url, ['PING']).catch((error: unknown) => error);
    if (answer === 'PONG') return;
    if (Date.now() > until) throw new Error('Redis did not start', { cause: answer });
  }
}

/** Starts one with these settings, e.g. `maxmemory 4mb`, beside a password and an append-only file. */
export async function startRedis(...settings: readonly string[]): Promise<OwnRedis> {
  const [port, folder] = [await freePort(), await mkdtemp(join(tmpdir(), 'blobgraph-redis-'))];
  const password = randomBytes(12).toString('hex');
  const url = `redis://:${password}@127.0.0.1:${port}`;
  const file = join(folder, 'redis.conf');
  const fixed = ['bind 127.0.0.1', `port ${port}`, `requirepass ${password}`, `dir "${folder}"`, 'save ""'];
  await writeFile(file, [...fixed, 'appendonly yes', 'appendfsync everysec', ...settings].join('\n'));
  let child: ChildProcess | undefined;
  const start = async () => {
    child = spawn('redis-server', [file], { stdio: 'ignore' });
    await untilReady(url);
  };
  const kill = async () => {
    const gone = child;
    child = undefined;
    if (!gone || gone.exitCode !== null) return;
    gone.kill('SIGCONT');
    gone.kill('SIGKILL');
    await once(gone, 'exit');
  };
  await start();
  return {
    url,
    command: (...args) => command(url, args),
    kill,
    restart: start,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const silent = createLogger('silent');

/** A place of its own in the real Redis; closing removes its keys. */
export function openTemporaryRedis(url = services().redisUrl): RedisServer {
  const namespace = `test_${randomBytes(6).toString('hex')}`;
  const server = openRedis({ url, namespace, logger: silent });
  return {
    ...server,
    namespace,
    run: (work) => server.run(work),
    async close() {
      await removeKeys(server, namespace);
      await server.close();
    },
  };
}

async function removeKeys(server: RedisServer, namespace: string): Promise<void> {
  let cursor = '0';
  do {
    const page = await server.run((redis) => redis.scan(cursor, { MATCH: `{${namespace}:*`, COUNT: 1_000 }));
    cursor = page.cursor;
    if (page.keys.length > 0) await server.run((redis) => redis.multi().unlink(page.keys).exec());
  } while (cursor !== '0');
}
