import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { installPackage } from './debian.ts';
import { type OsUser, type PrepareContext, type ServerDefinition, StepFailed } from './definition.ts';
import { versionOf } from './programs.ts';

const OLDEST: readonly [number, number] = [15, 0];
const DEBIAN_FOLDER = '/usr/lib/postgresql';
const USER = 'postgres';

/** The folder of the newest PostgreSQL's programs; empty when they are on the PATH, undefined when there is none. */
async function findBinaries(): Promise<string | undefined> {
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER).map(Number) : [];
  for (const version of versions.sort((a, b) => b - a)) {
    const bin = join(DEBIAN_FOLDER, `${version}`, 'bin');
    if (version >= OLDEST[0] && existsSync(join(bin, 'postgres'))) return bin;
  }
  return (await versionOf('postgres', ['--version'], OLDEST)) ? '' : undefined;
}

async function binaries(context: PrepareContext): Promise<string> {
  const found = await findBinaries();
  if (found !== undefined) return found;
  await installPackage(context, 'postgresql');
  const installed = await findBinaries();
  if (installed === undefined)
    throw new StepFailed(`postgresql: the system’s packages have no version from ${OLDEST[0]}`);
  return installed;
}

/** The user to run as: PostgreSQL refuses root, which then uses the user of its package. */
async function serverUser(): Promise<OsUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const id = async (flag: string) => Number((await promisify(execFile)('id', [flag, USER])).stdout);
  try {
    return { uid: await id('-u'), gid: await id('-g') };
  } catch {
    throw new StepFailed(`postgresql: it cannot run as root, and there is no user ${USER} to run it as`);
  }
}

interface Cluster {
  readonly folder: string;
  readonly password: string;
}

/** A folder that the server's user can write: in the project, unless only root can enter it. */
async function clusterParent(folder: string, user: OsUser | undefined): Promise<string> {
  if (!user) return folder;
  chownSync(folder, user.uid, user.gid);
  return promisify(execFile)('test', ['-w', folder], user).then(
    () => folder,
    () => tmpdir(),
  );
}

async function createCluster(context: PrepareContext, bin: string, user?: OsUser): Promise<Cluster> {
  const parent = await clusterParent(context.folder, user);
  const folder = mkdtempSync(join(parent, 'blobgraph-postgresql-'));
  const password = randomBytes(18).toString('base64url');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (user) for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid);
  const args = ['--pgdata', join(folder, 'data'), '--username', USER, '--pwfile', passwordFile];
  await context.run(
    'initdb',
    join(bin, 'initdb'),
    [...args, '--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-locale'],
    { cwd: folder, ...(user ? { user } : {}) },
  );
  rmSync(passwordFile);
  return { folder, password };
}

/** PostgreSQL from a system package, with its default durability. */
export const postgresql: ServerDefinition = {
  name: 'postgresql',
  variable: 'POSTGRES_URL',
  // A fast shutdown: clients are disconnected, nothing is lost.
  stopSignal: 'SIGINT',
  async prepare(context) {
    const bin = await binaries(context);
    const user = await serverUser();
    const { folder: known, password } = context.kept;
    const cluster =
      known && password && existsSync(join(known, 'data'))
        ? { folder: known, password }
        : await createCluster(context, bin, user);
    const settings = {
      port: context.port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: 200,
      fsync: 'on',
      synchronous_commit: 'on',
    };
    return {
      command: join(bin, 'postgres'),
      args: [
        '-D',
        join(cluster.folder, 'data'),
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      cwd: cluster.folder,
      ...(user ? { user } : {}),
      url: `postgres://${USER}:${cluster.password}@127.0.0.1:${context.port}/postgres`,
      keep: { ...cluster },
    };
  },
  async ping(url) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
    } finally {
      await client.end();
    }
  },
};
