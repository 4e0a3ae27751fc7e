import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectSocket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { projectFile } from '../process/paths.ts';

/** Three NATS servers in a cluster, each with its own storage and with the configuration that is shipped. */
export interface NatsCluster {
  /** `nats://127.0.0.1:port` of each server: its index is what the other methods take. */
  readonly urls: readonly string[];
  /** The server that leads a stream. @throws when none does within 30 s */
  leaderOf(stream: string): Promise<number>;
  /** Ends a server with SIGKILL; resolves when it is gone. Its storage stays. */
  kill(index: number): Promise<void>;
  /** Starts a server again, killing it where it runs; resolves when it takes connections. */
  restart(index: number): Promise<void>;
  /** SIGSTOP: its connections stay open and say nothing. */
  pause(index: number): void;
  /** SIGCONT. */
  resume(index: number): void;
  /** Resolves when streams of three replicas can be made. @throws when they cannot within 30 s */
  ready(): Promise<void>;
  /** Kills all and removes their storage. */
  stop(): Promise<void>;
}

const SIZE = 3;
/** An election takes up to 9 s, and a server that was away catches up first. */
const PATIENCE_MS = 30_000;
const POLL_EVERY_MS = 50;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  server.close();
  await once(server, 'close');
  return address.port;
};

const takesConnections = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connectSocket(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** Repeats `attempt` until it gives something. @throws its last error after 30 s */
async function eventually<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    let cause: unknown;
    const value = await attempt().catch((error: unknown) => {
      cause = error;
      return undefined;
    });
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${PATIENCE_MS / 1_000} s`, { cause });
    await pause(POLL_EVERY_MS);
  }
}

function program(): string {
  const installed = projectFile('.blobgraph', 'bin', 'nats-server');
  return existsSync(installed) ? installed : 'nats-server';
}

interface Node {
  readonly name: string;
  readonly port: number;
  readonly routePort: number;
}

class Cluster implements NatsCluster {
  readonly urls: readonly string[];
  readonly #folder: string;
  readonly #nodes: readonly Node[];
  readonly #processes = new Map<number, ChildProcess>();
  readonly #atExit = () => {
    for (const process of this.#processes.values()) process.kill('SIGKILL');
  };

  constructor(folder: string, nodes: readonly Node[]) {
    this.#folder = folder;
    this.#nodes = nodes;
    this.urls = nodes.map(({ port }) => `nats://127.0.0.1:${port}`);
    process.once('exit', this.#atExit);
  }

  leaderOf(stream: string): Promise<number> {
    return eventually(`${stream} has a leader`, () =>
      this.#managing(async (manager) => {
        const { cluster } = await manager.streams.info(stream);
        const index = this.#nodes.findIndex(({ name }) => name === cluster?.leader);
        return index === -1 ? undefined : index;
      }),
    );
  }

  async kill(index: number): Promise<void> {
    const child = this.#processes.get(index);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async restart(index: number): Promise<void> {
    await this.kill(index);
    const { name, port, routePort } = this.#node(index);
    const routes = this.#nodes.map((node) => `nats://127.0.0.1:${node.routePort}`).join(',');
    const child = spawn(
      program(),
      [
        ...['--config', projectFile('platform', 'event-log', 'nats', 'nats.conf')],
        ...['--addr', '127.0.0.1', '--port', `${port}`, '--server_name', name],
        ...['--store_dir', join(this.#folder, name), '--log', join(this.#folder, `${name}.log`)],
        ...['--cluster_name', 'blobgraph', '--cluster', `nats://127.0.0.1:${routePort}`, '--routes', routes],
      ],
      { stdio: 'ignore' },
    );
    await once(child, 'spawn');
    this.#processes.set(index, child);
    await eventually(`${name} takes connections`, async () => {
      if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}`);
      return (await takesConnections(port)) || undefined;
    });
  }

  pause(index: number): void {
    this.#processes.get(index)?.kill('SIGSTOP');
  }

  resume(index: number): void {
    this.#processes.get(index)?.kill('SIGCONT');
  }

  async ready(): Promise<void> {
    const name = 'cluster_is_ready';
    await eventually('The cluster is ready', () =>
      this.#managing(async (manager) => {
        await manager.streams.add({ name, subjects: [name], num_replicas: SIZE });
        return manager.streams.delete(name);
      }),
    );
  }

  async stop(): Promise<void> {
    process.off('exit', this.#atExit);
    await Promise.all(this.#nodes.map((_, index) => this.kill(index)));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #node(index: number): Node {
    const node = this.#nodes[index];
    if (!node) throw new RangeError(`The cluster has servers 0 to ${SIZE - 1}, and no ${index}`);
    return node;
  }

  async #managing<T>(work: (manager: JetStreamManager) => Promise<T>): Promise<T> {
    const connection = await connect({ servers: [...this.urls], timeout: 2_000, reconnect: false });
    try {
      return await work(await jetstreamManager(connection, { timeout: 2_000 }));
    } finally {
      await connection.close();
    }
  }
}

/**
 * Starts three servers on free ports of 127.0.0.1 with storage in a temporary folder, and resolves when they keep
 * streams of three replicas. They end with this process at the latest, unless that is killed.
 * @throws when they do not within 30 s
 */
export async function startNatsCluster(): Promise<NatsCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-nats-'));
  const nodes: Node[] = [];
  for (let n = 1; n <= SIZE; n++)
    nodes.push({ name: `node-${n}`, port: await freePort(), routePort: await freePort() });
  const cluster = new Cluster(folder, nodes);
  try {
    await Promise.all(nodes.map((_, index) => cluster.restart(index)));
    await cluster.ready();
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
