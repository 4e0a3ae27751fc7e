import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { endChild } from '../../platform/process/end-child.ts';
import { builtFile } from '../../platform/process/paths.ts';

/** A service process of a test. */
export interface ServiceProcess {
  readonly pid: number;
  /** All of its output. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** Resolves to the exit code once it has ended; null after a signal. */
  readonly gone: Promise<number | null>;
  /** Ends it by SIGTERM. @throws when it had to be killed after 15 s */
  stop(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
}

const STOP_WITHIN_MS = 15_000;

/**
 * Starts a built entry point, e.g. `cli/start.ts`, or a script by its absolute path, with only this environment.
 * `logFile`: its output is appended.
 */
export function startProcess(
  entry: string,
  environment: Record<string, string>,
  logFile: string,
  args: readonly string[] = [],
): ServiceProcess {
  const script = isAbsolute(entry) ? entry : builtFile(entry);
  const child: ChildProcess = spawn(process.execPath, ['--enable-source-maps', script, ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      appendFileSync(logFile, chunk);
    });
  }
  const gone = once(child, 'exit').then(([code]) => code as number | null);
  return {
    pid: child.pid ?? 0,
    output: () => printed,
    signal: (name) => {
      child.kill(name);
    },
    gone,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      await endChild(child, STOP_WITHIN_MS);
      if (child.signalCode === 'SIGKILL')
        throw new Error(`${entry} did not stop within 15 s:\n${printed.slice(-4_000)}`);
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
