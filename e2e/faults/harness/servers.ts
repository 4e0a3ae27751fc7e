import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerDefinition } from '../../../cli/services/definition.ts';
import { runStep, until } from '../../../cli/services/processes.ts';
import { projectFile } from '../../../platform/paths.ts';
import { freeServerPort } from '../../harness/ports.ts';

/** A server that belongs to one test file, which may do to it what it likes. */
export interface OwnServer {
  /** Without anything in between. */
  readonly url: string;
  readonly port: number;
  /** `kill -9`, or another signal that ends it; resolves once it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Starts it again, at the same port over the same data; resolves once it answers. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const ANSWERS_WITHIN_MS = 60_000;

/** Starts a server as `npm run services` would, with its data in `parent`. */
export async function startOwnServer(definition: ServerDefinition, parent: string): Promise<OwnServer> {
  const { name, ping } = definition;
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
  let child: ChildProcess | undefined;

  const spawned = async () => {
    const output = openSync(log, 'a');
    child = spawn(launch.command, launch.args, {
      stdio: ['ignore', output, output],
      cwd: launch.cwd,
      ...launch.user,
    });
    closeSync(output);
    await once(child, 'spawn');
  };
  const runs = () => child?.exitCode === null && child.signalCode === null;
  const answers = async () => {
    // One that was killed may have left behind what it finds taken for a moment.
    if (!runs()) await spawned();
    return ping(launch.url).then(
      () => true,
      () => false,
    );
  };
  const start = async () => {
    await spawned();
    if (!(await until(answers, ANSWERS_WITHIN_MS))) throw new Error(`${name} does not answer, see ${log}`);
  };
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    if (!child || !runs()) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  // No test that is broken off leaves it behind.
  const atExit = () => child?.kill('SIGKILL');
  process.once('exit', atExit);
  await start();
  return {
    url: launch.url,
    port,
    kill,
    signal: (signal) => {
      child?.kill(signal);
    },
    start,
    async close() {
      process.off('exit', atExit);
      await kill();
      const data = launch.keep?.['folder'];
      if (data !== undefined) await rm(data, { recursive: true, force: true });
    },
  };
}
