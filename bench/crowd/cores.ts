import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { cpuTime } from '../harness/processes.ts';

/** How many cores were at work, for whom, in a stretch of time. */
export interface Cores {
  /** Of the machine, everything on it included. */
  readonly all: number;
  readonly byProcess: ReadonlyMap<string, number>;
  /** Share of the time (0–1) that the main thread of the watched process was ready to run and had no core. */
  readonly waiting: number;
}

const busyMs = (): number =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);

/** Milliseconds for which a process's main thread waited for a core since it began (Linux only, `sched-stats.rst`). */
function waitedMs(pid: number): number {
  const [, waited] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
  return Number(waited) / 1e6;
}

/** Counts anew with each call of what it returns. `watched`: the one of `pids` whose wait for a core is measured. */
export function watchCores(pids: ReadonlyMap<string, number>, watched: number): () => Cores {
  const look = () => ({
    at: performance.now(),
    all: busyMs(),
    waited: waitedMs(watched),
    each: new Map([...pids].map(([name, pid]) => [name, cpuTime(pid)])),
  });
  let before = look();
  return () => {
    const now = look();
    const ms = now.at - before.at;
    const each = [...now.each].map(
      ([name, spent]) => [name, (spent - (before.each.get(name) ?? 0)) / ms] as const,
    );
    const found = {
      all: (now.all - before.all) / ms,
      byProcess: new Map(each),
      waiting: (now.waited - before.waited) / ms,
    };
    before = now;
    return found;
  };
}
