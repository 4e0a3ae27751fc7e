import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'redis';
import { installPackage } from './debian.ts';
import { type PrepareContext, type ServerDefinition, StepFailed } from './definition.ts';
import { versionOf } from './programs.ts';

/** Has all commands that the code uses. */
const OLDEST: readonly [number, number] = [7, 0];
const PROGRAM = 'redis-server';

async function program(context: PrepareContext): Promise<string> {
  if (await versionOf(PROGRAM, ['--version'], OLDEST)) return PROGRAM;
  await installPackage(context, PROGRAM);
  if (await versionOf(PROGRAM, ['--version'], OLDEST)) return PROGRAM;
  throw new StepFailed(`redis: the system’s packages have no version from ${OLDEST.join('.')}`);
}

/**
 * Redis from a system package. Its data can be made again, so a kill may lose the last second: an append-only file,
 * synced each second. When full it evicts keys with an expiry (`volatile-lru`).
 */
export const redis: ServerDefinition = {
  name: 'redis',
  variable: 'REDIS_URL',
  stopSignal: 'SIGTERM',
  async prepare(context) {
    const { folder, port, kept } = context;
    const { password = randomBytes(18).toString('base64url') } = kept;
    const data = join(folder, 'data');
    mkdirSync(data, { recursive: true });
    // Not as arguments, which every user of the machine can read.
    const settings = join(folder, 'redis.conf');
    const lines = [
      'bind 127.0.0.1',
      `port ${port}`,
      `requirepass ${password}`,
      `dir "${data}"`,
      'daemonize no',
      'appendonly yes',
      'appendfsync everysec',
      'save ""',
      'maxmemory 512mb',
      'maxmemory-policy volatile-lru',
      // A user's list may have millions of members: freeing it must not block other commands.
      'lazyfree-lazy-eviction yes',
      'lazyfree-lazy-expire yes',
    ];
    writeFileSync(settings, `${lines.join('\n')}\n`, { mode: 0o600 });
    return {
      command: await program(context),
      args: [settings],
      cwd: folder,
      url: `redis://:${password}@127.0.0.1:${port}`,
      keep: { password },
    };
  },
  async ping(url) {
    const client = createClient({ url, socket: { connectTimeout: 2_000, reconnectStrategy: false } });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.ping();
    } finally {
      if (client.isOpen) client.destroy();
    }
  },
};
