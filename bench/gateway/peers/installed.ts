import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { UsageError } from '../../../platform/process/exit.ts';
import { projectFile } from '../../../platform/process/paths.ts';
import { startForked } from '../../harness/forked.ts';
import { FORWARDED, type Peer } from './peer.ts';

/** Peers installed from `bench/package.json`, each started by a script in this folder. */

const installed = (...parts: string[]): string => projectFile('bench', 'node_modules', ...parts);

/** @throws UsageError when the peers are not installed */
function versionOf(dependency: string): string {
  const manifest = installed(dependency, 'package.json');
  if (!existsSync(manifest)) throw new UsageError('Install the peers first: npm run bench:install');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

/** Major version of Node. */
const HIVE_NEEDS = 22;

/** Path of a Node for Hive Gateway: this one, or that of the peers; undefined when neither is new enough. */
function newerNode(): string | undefined {
  if (Number(process.versions.node.split('.')[0]) >= HIVE_NEEDS) return process.execPath;
  const brought = installed('.bin', 'node');
  return existsSync(brought) ? brought : undefined;
}

const nodeVersion = (execPath: string): string =>
  `Node ${execFileSync(execPath, ['--version'], { encoding: 'utf8' }).trim().slice(1)}`;

interface Script {
  readonly id: string;
  readonly name: string;
  readonly file: string;
  readonly packages: readonly string[];
  readonly execPath: string;
  readonly options?: Readonly<Record<string, string>>;
}

const peerOf = ({ id, name, file, packages, execPath, options }: Script): Peer => ({
  id,
  name,
  versions: [...packages.map((each) => `${each} ${versionOf(each)}`), nodeVersion(execPath)].join(', '),
  async start({ supergraph }) {
    const script = projectFile('bench', 'gateway', 'peers', file);
    const args = [JSON.stringify({ supergraph, headers: FORWARDED, ...options })];
    const env = { APOLLO_TELEMETRY_DISABLED: 'true', NODE_ENV: 'production' };
    const { told: endpoint, pid, stop } = await startForked<string>(script, args, { execPath, env });
    return { endpoint, pid, stop };
  },
});

/** Apollo's gateway as its documentation sets it up. @throws UsageError when the peers are not installed */
export const stockPeer = (): Peer =>
  peerOf({
    id: 'stock',
    name: 'stock',
    file: 'stock.mjs',
    packages: ['@apollo/gateway', '@apollo/server'],
    execPath: process.execPath,
  });

/** Apollo's gateway behind Fastify, with undici. @throws UsageError when the peers are not installed */
export const tunedPeer = (): Peer =>
  peerOf({
    id: 'undici',
    name: 'stock, undici, Fastify',
    file: 'undici-fastify.mjs',
    packages: ['@as-integrations/fastify', 'fastify', 'undici'],
    execPath: process.execPath,
  });

/** Hive Gateway with either planner; empty without a Node that it supports. */
export function hivePeers(): readonly Peer[] {
  const execPath = newerNode();
  if (!execPath) return [];
  const file = 'hive.mjs';
  const gateway = '@graphql-hive/gateway-runtime';
  return [
    peerOf({ id: 'hive', name: 'Hive Gateway', file, packages: [gateway], execPath }),
    peerOf({
      id: 'hive-rust',
      name: 'Hive Gateway, Rust planner',
      file,
      packages: ['@graphql-hive/router-runtime'],
      execPath,
      options: { planner: 'rust' },
    }),
  ];
}
