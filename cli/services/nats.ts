import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { projectFile } from '../../platform/process/paths.ts';
import type { PrepareContext, ServerDefinition } from './definition.ts';
import { versionOf } from './programs.ts';

const PINNED = '2.15.2';
/** Older versions, such as Debian 12's 2.9, differ from those in use. */
const OLDEST: readonly [number, number] = [2, 11];

async function program({ toolsFolder, run, say }: PrepareContext): Promise<string> {
  const own = join(toolsFolder, 'bin', 'nats-server');
  if (existsSync(own)) return own;
  if (await versionOf('nats-server', ['--version'], OLDEST)) return 'nats-server';
  say(`nats: installing nats-server ${PINNED} (a few minutes)`);
  await run('go install nats-server (needs Go)', 'env', [
    `GOBIN=${join(toolsFolder, 'bin')}`,
    'go',
    'install',
    `github.com/nats-io/nats-server/v2@v${PINNED}`,
  ]);
  return own;
}

/** NATS with JetStream, stored in files. */
export const nats: ServerDefinition = {
  name: 'nats',
  variable: 'NATS_URL',
  stopSignal: 'SIGTERM',
  async prepare(context) {
    const { folder, port } = context;
    return {
      command: await program(context),
      args: [
        ...['--config', projectFile('platform', 'event-log', 'nats', 'nats.conf')],
        ...['--addr', '127.0.0.1', '--port', `${port}`, '--store_dir', join(folder, 'jetstream')],
      ],
      url: `nats://127.0.0.1:${port}`,
    };
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
