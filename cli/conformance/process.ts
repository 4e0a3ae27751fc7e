import { type ChildProcess, spawn } from 'node:child_process';
import { UsageError } from '../../platform/exit.ts';

/** The processor that is tested, where the check started it. */
export interface TestedProcess {
  /** The end of what it printed. */
  output(): string;
  /** Its exit code, or the signal that ended it; undefined while it runs. */
  ended(): number | string | undefined;
  stop(): Promise<void>;
}

const KEPT = 16_384;
const STOP_WITHIN_MS = 10_000;

async function stop(child: ChildProcess, gone: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const killing = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await gone;
  clearTimeout(killing);
}

/** Starts a processor with these variables beside those of this process. @throws UsageError when there is no such program */
export async function startProcess(
  [command = '', ...args]: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<TestedProcess> {
  const child = spawn(command, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer) => {
    output = `${output}${chunk.toString('utf8')}`.slice(-KEPT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new UsageError(`${command} cannot be started: ${error.message}`)));
  });
  return {
    output: () => output,
    ended: () => child.exitCode ?? child.signalCode ?? undefined,
    stop: () => stop(child, gone),
  };
}
