import { spawn } from 'node:child_process';
import { endChild } from '../../platform/process/end-child.ts';
import { UsageError } from '../../platform/process/exit.ts';

/** The tested processor, when it was started here. */
export interface TestedProcess {
  /** The last 16 KiB of its output. */
  output(): string;
  /** Its exit code, or the signal that ended it; undefined while it runs. */
  ended(): number | string | undefined;
  /** Sends SIGTERM, and SIGKILL after 10 s. Resolves once it has ended. Idempotent. */
  stop(): Promise<void>;
}

const KEPT = 16_384;
const STOP_WITHIN_MS = 10_000;

/** Starts a processor. @throws UsageError when the program does not exist */
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
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new UsageError(`${command} cannot be started: ${error.message}`)));
  });
  return {
    output: () => output,
    ended: () => child.exitCode ?? child.signalCode ?? undefined,
    stop: () => endChild(child, STOP_WITHIN_MS),
  };
}
