import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { PrepareContext, ServerDefinition } from './definition.ts';
import { versionOf } from './programs.ts';

const PINNED = '2.15.2';
/** Older ones differ from what people run, Debian 12's 2.9 among them. */
const OLDEST: readonly [number, number] = [2, 11];

async function program({ toolsFolder, run, say }: PrepareContext): Promise<string> {
  const own = join(toolsFolder, 'bin', 'nats-server');
  if (existsSync(own)) return own;
  if (await versionOf('nats-server', ['--version'], OLDEST)) return 'nats-server';
  say(`nats: installing nats-server ${PINNED} (some minutes)`);
  await run('go install nats-server (needs Go)', 'env', [
    `GOBIN=${join(toolsFolder, 'bin')}`,
    'go',
    'install',
    `github.com/nats-io/nats-server/v2@v${PINNED}`,
  ]);
  return own;
}

/** `sync_interval: always`: an acknowledged message is on the disk. */
const configuration = (port: number, storeDir: string) => `listen: "127.0.0.1:${port}"
max_payload: 1048576
jetstream {
  store_dir: ${JSON.stringify(storeDir)}
  max_memory_store: 67108864
  max_file_store: 4294967296
  sync_interval: always
}
`;

/** NATS with JetStream on files. */
export const nats: ServerDefinition = {
  name: 'nats',
  variable: 'NATS_URL',
  stopSignal: 'SIGTERM',
  async prepare(context) {
    const command = await program(context);
    const path = join(context.folder, 'nats.conf');
    writeFileSync(path, configuration(context.port, join(context.folder, 'jetstream')));
    return { command, args: ['--config', path], url: `nats://127.0.0.1:${context.port}` };
  },
  async ping(url) {
    const connection = await connect({ servers: url, reconnect: false, timeout: 2_000 });
    try {
      await (await jetstreamManager(connection)).getAccountInfo();
    } finally {
      await connection.close();
    }
  },
};
