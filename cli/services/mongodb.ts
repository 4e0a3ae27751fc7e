import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Db, MongoClient } from 'mongodb';
import type { Launch, PrepareContext, ServerDefinition } from './definition.ts';
import { versionOf } from './programs.ts';

/** Speaks MongoDB's protocol on WiredTiger, where no `mongod` is installed. */
const PACKAGE = 'secantusdb';
const PINNED = '0.7.0b3';
const REPLICA_SET = 'blobgraph';

async function installedPackage({ toolsFolder, run, say }: PrepareContext): Promise<string> {
  const bin = join(toolsFolder, 'venv', 'bin');
  const check = `import importlib.metadata as m, sys; sys.exit(m.version("${PACKAGE}") != "${PINNED}")`;
  const installed = await run('look for the package', join(bin, 'python'), ['-c', check]).then(
    () => true,
    () => false,
  );
  if (!installed) {
    say(`mongodb: installing ${PACKAGE} ${PINNED}`);
    await run('python3 -m venv (needs Python 3 with venv)', 'python3', [
      '-m',
      'venv',
      join(toolsFolder, 'venv'),
    ]);
    await run(`pip install ${PACKAGE}`, join(bin, 'pip'), ['install', `${PACKAGE}==${PINNED}`]);
  }
  return join(bin, 'secantusd-py');
}

const mongod = ({ folder, port }: PrepareContext, data: string): Launch => ({
  command: 'mongod',
  args: ['--bind_ip', '127.0.0.1', '--port', `${port}`, '--dbpath', data, '--replSet', REPLICA_SET],
  cwd: folder,
  url: `mongodb://127.0.0.1:${port}/?replicaSet=${REPLICA_SET}`,
});

async function withAdmin<T>(url: string, work: (admin: Db) => Promise<T>): Promise<T> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2_000 });
  try {
    return await work(client.db('admin'));
  } finally {
    await client.close();
  }
}

/** A single-node replica set does not exist before it is told to be one. */
async function initiate(url: string): Promise<void> {
  const { host } = new URL(url);
  await withAdmin(`mongodb://${host}/?directConnection=true`, async (admin) => {
    const hello = await admin.command({ hello: 1 });
    if (hello['setName'] !== undefined) return;
    await admin.command({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host }] } });
  });
}

/** A MongoDB of one node, as a replica set: `mongod` where there is one, else the pinned package. */
export const mongodb: ServerDefinition = {
  name: 'mongodb',
  variable: 'MONGO_URL',
  stopSignal: 'SIGTERM',
  async prepare(context) {
    const { folder, port } = context;
    // A replica set remembers its members' ports, so another port starts afresh.
    const data = join(folder, `data-${port}`);
    mkdirSync(data, { recursive: true });
    if (await versionOf('mongod', ['--version'], [6, 0])) return mongod(context, data);
    const command = await installedPackage(context);
    return {
      command,
      // Without --sync-on-commit an acknowledged write is lost when the server is killed.
      args: ['--host', '127.0.0.1', '--port', `${port}`, '--storage-path', data, '--sync-on-commit'],
      cwd: folder,
      url: `mongodb://127.0.0.1:${port}/?replicaSet=secantus`,
    };
  },
  async ping(url) {
    await initiate(url);
    await withAdmin(url, (admin) => admin.command({ ping: 1 }));
  },
};
