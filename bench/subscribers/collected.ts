import { setTimeout as pause } from 'node:timers/promises';
import { residentMemory } from '../harness/processes.ts';

/** Code that runs before a process's own: it collects its garbage when it is told to. */
const code = `
  import v8 from 'node:v8';
  import vm from 'node:vm';
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc');
  process.on('SIGWINCH', () => collect());
`;

/** Environment variables by which a process collects its garbage at SIGWINCH. */
export const collecting = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };

const COLLECTIONS = 4;
const BETWEEN_MS = 500;

/** Resident memory of a process that was started with {@link collecting}, in KiB, without garbage. */
export async function residentCollected(pid: number): Promise<number> {
  for (let count = 0; count < COLLECTIONS; count += 1) {
    process.kill(pid, 'SIGWINCH');
    await pause(BETWEEN_MS);
  }
  return residentMemory(pid) * 1_024;
}
