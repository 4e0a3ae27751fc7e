import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Ends a child process: SIGTERM, and SIGKILL after `withinMs`. Resolves once it has ended; one that never ran has. */
export async function endChild(child: ChildProcess, withinMs: number): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const killing = setTimeout(() => child.kill('SIGKILL'), withinMs);
  await gone;
  clearTimeout(killing);
}
