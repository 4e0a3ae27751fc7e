import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

interface ProcessStat {
  readonly parent: number;
  /** Processor time of the process and its ended children. */
  readonly cpuMs: number;
}

/** A process's entry in `/proc` (Linux only, `man 5 proc`); undefined when it is gone. */
function statOf(pid: number): ProcessStat | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The program's name, in parentheses, may contain anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const number = (index: number): number => Number(fields[index]);
  const ticks = number(11) + number(12) + number(13) + number(14);
  return { parent: number(1), cpuMs: (ticks * 1_000) / TICKS_PER_SECOND };
}

/** A process and its descendants. */
function tree(root: number): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  const parents = new Map(pids.map((pid) => [pid, statOf(pid)?.parent]));
  const found = [root];
  for (const pid of found) found.push(...pids.filter((child) => parents.get(child) === pid));
  return found;
}

/** Processor time of a process and its descendants, in milliseconds. */
export const cpuTime = (root: number): number =>
  tree(root).reduce((sum, pid) => sum + (statOf(pid)?.cpuMs ?? (pid === root ? Number.NaN : 0)), 0);

function megabytes(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1_024;
}

/** Resident memory of a single process, in MiB. @throws when it is gone */
export const residentMemory = (pid: number): number => megabytes(pid, 'VmRSS');

/** Resident memory in MiB: `now` of a process and its descendants, and `peak` of the process itself. */
export const memory = (root: number): { readonly now: number; readonly peak: number } => ({
  now: tree(root).reduce((sum, pid) => sum + megabytes(pid, 'VmRSS'), 0),
  peak: megabytes(root, 'VmHWM'),
});
