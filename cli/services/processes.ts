import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { identify, isRunning, type ProcessIdentity } from '../../platform/process/process-identity.ts';
import type { Launch, RunOptions } from './definition.ts';
import { StepFailed } from './definition.ts';

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Polls until `done` is true. @returns false when it is not within `timeoutMs` */
export async function until(done: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await done()) return true;
    if (Date.now() > deadline) return false;
    await pause(100);
  }
}

/** Runs a program to its end; its output is appended to `log`. @throws StepFailed */
export async function runStep(
  step: string,
  log: string,
  command: string,
  args: readonly string[],
  { user, cwd }: RunOptions = {},
): Promise<void> {
  const output = openSync(log, 'a');
  const child = spawn(command, args, { stdio: ['ignore', output, output], cwd, ...user });
  closeSync(output);
  const ended = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code === 0 ? '' : `ended with ${code ?? signal}`));
  });
  if (ended) throw new StepFailed(`${step}: ${ended}, see ${log}`);
}

/** Starts a program that outlives this process; its output is appended to `log`. @throws StepFailed */
export async function startDetached(launch: Launch, log: string): Promise<ProcessIdentity> {
  const output = openSync(log, 'a');
  const child = spawn(launch.command, launch.args, {
    detached: true,
    stdio: ['ignore', output, output],
    cwd: launch.cwd,
    ...launch.user,
  });
  closeSync(output);
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new StepFailed(`start: ${reason(error)}`)));
  });
  child.unref();
  return identify(child.pid ?? Number.NaN);
}

/** Ends a process, with SIGKILL after `graceMs`. @throws StepFailed when it is still there */
export async function stopProcess(
  process_: ProcessIdentity,
  signal: NodeJS.Signals,
  graceMs = 20_000,
): Promise<void> {
  const gone = () => !isRunning(process_);
  if (gone()) return;
  process.kill(process_.pid, signal);
  if (await until(gone, graceMs)) return;
  process.kill(process_.pid, 'SIGKILL');
  if (!(await until(gone, 5_000))) throw new StepFailed(`stop: process ${process_.pid} does not end`);
}

/** Listens on a port of 127.0.0.1 and frees it. `wanted`: 0 for any. @returns the port; undefined when it is in use */
const tryPort = (wanted: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });

/**
 * `preferred` if it is free on 127.0.0.1, else any free port. Waits briefly for the preferred one, which a killed
 * process may hold for some milliseconds longer.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred && (await until(async () => (await tryPort(preferred)) === preferred, 2_000)))
    return preferred;
  const port = await tryPort(0);
  if (port === undefined) throw new StepFailed('no free port on 127.0.0.1');
  return port;
}
