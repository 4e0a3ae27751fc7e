import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Launch, ServerDefinition } from '../../../cli/services/definition.ts';
import { runStep, until } from '../../../cli/services/processes.ts';
import { projectFile } from '../../../platform/process/paths.ts';
import { freeServerPort } from '../../harness/ports.ts';

/** A server of a single test file, which may kill it. */
export interface OwnServer {
  /** Its address, without a proxy. */
  readonly url: string;
  readonly port: number;
  /** Ends it by `kill -9`, or another signal; resolves once it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Starts it again with the same port and data; resolves once it answers. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const ANSWERS_WITHIN_MS = 60_000;

class ChildServer implements OwnServer {
  readonly port: number;
  readonly #definition: ServerDefinition;
  readonly #launch: Launch;
  readonly #log: string;
  #child: ChildProcess | undefined;

  constructor(definition: ServerDefinition, launch: Launch, { port, log }: { port: number; log: string }) {
    this.port = port;
    this.#definition = definition;
    this.#launch = launch;
    this.#log = log;
    // Ends with this process, also when tests are interrupted.
    process.once('exit', this.#atExit);
  }

  get url(): string {
    return this.#launch.url;
  }

  async start(): Promise<void> {
    await this.#spawn();
    if (await until(() => this.#answers(), ANSWERS_WITHIN_MS)) return;
    throw new Error(`${this.#definition.name} does not answer, see ${this.#log}`);
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.#child || !this.#runs()) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill(signal);
    await gone;
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  async close(): Promise<void> {
    process.off('exit', this.#atExit);
    await this.kill();
    const data = this.#launch.keep?.['folder'];
    if (data !== undefined) await rm(data, { recursive: true, force: true });
  }

  readonly #atExit = () => this.#child?.kill('SIGKILL');

  #runs(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  async #spawn(): Promise<void> {
    const { command, args, cwd, user } = this.#launch;
    const output = openSync(this.#log, 'a');
    this.#child = spawn(command, args, { stdio: ['ignore', output, output], cwd, ...user });
    closeSync(output);
    await once(this.#child, 'spawn');
  }

  async #answers(): Promise<boolean> {
    // A killed server may hold locks or its port for a moment, so that a new one ends at once.
    if (!this.#runs()) await this.#spawn();
    return this.#definition.ping(this.#launch.url).then(
      () => true,
      () => false,
    );
  }
}

/** Starts a server as `npm run services` does, with its data in `parent`. */
export async function startOwnServer(definition: ServerDefinition, parent: string): Promise<OwnServer> {
  const { name } = definition;
  const folder = join(parent, name);
  const log = join(parent, `${name}.log`);
  mkdirSync(folder, { recursive: true });
  const port = await freeServerPort();
  const launch = await definition.prepare({
    toolsFolder: projectFile('.blobgraph'),
    folder,
    port,
    kept: {},
    say: () => undefined,
    run: (step, command, args, options) => runStep(`${name}: ${step}`, log, command, args, options),
  });
  const server = new ChildServer(definition, launch, { port, log });
  await server.start();
  return server;
}
