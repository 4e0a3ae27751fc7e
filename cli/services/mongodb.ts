import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Db, MongoClient } from 'mongodb';
import type { Launch, PrepareContext, ServerDefinition } from './definition.ts';
import { versionOf } from './programs.ts';

/**
 * Speaks MongoDB's protocol on WiredTiger, where no `mongod` is installed: a Python package, or the same server in
 * Rust, which is several times as fast and takes about 5 minutes to build.
 */
const PACKAGE = 'secantusdb';
const PINNED = '0.7.0b3';
const REPLICA_SET = 'blobgraph';

async function installedPackage({ toolsFolder, run, say }: PrepareContext): Promise<string> {
  const bin = join(toolsFolder, 'venv', 'bin');
  const check = `import importlib.metadata as m, sys; sys.exit(m.version("${PACKAGE}") != "${PINNED}")`;
  const installed = await run('check the package', join(bin, 'python'), ['-c', check]).then(
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

/** A replica set remembers its members' ports: another port needs another folder. */
function dataFolder({ folder, port }: PrepareContext): string {
  const data = join(folder, `data-${port}`);
  mkdirSync(data, { recursive: true });
  return data;
}

const mongod = (context: PrepareContext): Launch => ({
  command: 'mongod',
  args: [
    ...['--bind_ip', '127.0.0.1', '--port', `${context.port}`],
    ...['--dbpath', dataFolder(context), '--replSet', REPLICA_SET],
  ],
  cwd: context.folder,
  url: `mongodb://127.0.0.1:${context.port}/?replicaSet=${REPLICA_SET}`,
});

const standIn = (context: PrepareContext, command: string): Launch => ({
  command,
  args: [
    ...['--host', '127.0.0.1', '--port', `${context.port}`],
    // Without --sync-on-commit, acknowledged writes are lost when the server is killed.
    ...['--storage-path', dataFolder(context), '--sync-on-commit'],
  ],
  cwd: context.folder,
  url: `mongodb://127.0.0.1:${context.port}/?replicaSet=secantus`,
});

/** The path of `.blobgraph/bin/secantusd-rs`, where it was built. */
async function rustServer({ toolsFolder }: PrepareContext): Promise<string | undefined> {
  const command = join(toolsFolder, 'bin', 'secantusd-rs');
  return (await versionOf(command, ['--version'], [0, 5])) && command;
}

async function pythonServer(context: PrepareContext): Promise<Launch> {
  const launch = standIn(context, await installedPackage(context));
  // At each write it searches its 10,000 answers of retryable writes.
  return { ...launch, url: `${launch.url}&retryWrites=false` };
}

async function withAdmin<T>(url: string, work: (admin: Db) => Promise<T>): Promise<T> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 2_000 });
  try {
    return await work(client.db('admin'));
  } finally {
    await client.close();
  }
}

/** Creates the replica set of a single node, where it does not exist. */
async function initiate(url: string): Promise<void> {
  const { host } = new URL(url);
  await withAdmin(`mongodb://${host}/?directConnection=true`, async (admin) => {
    const hello = await admin.command({ hello: 1 });
    if (hello['setName'] !== undefined) return;
    await admin.command({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host }] } });
  });
}

/** MongoDB with one node, as a replica set: `mongod` where it is installed, else the stand-in. */
export const mongodb: ServerDefinition = {
  name: 'mongodb',
  variable: 'MONGO_URL',
  stopSignal: 'SIGTERM',
  async prepare(context) {
    if (await versionOf('mongod', ['--version'], [7, 0])) return mongod(context);
    const rust = await rustServer(context);
    return rust === undefined ? pythonServer(context) : standIn(context, rust);
  },
  async ping(url) {
    await initiate(url);
    await withAdmin(url, (admin) => admin.command({ ping: 1 }));
  },
};
