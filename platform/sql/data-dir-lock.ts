import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

interface Holder {
  readonly pid: number;
  /** Tells two processes of the same pid apart; absent where the system does not tell. */
  readonly processStart?: string;
  readonly since: string;
  readonly nonce: string;
}

/** Another process, alive, has the data directory open. */
export class DataDirLocked extends Error {
  override readonly name = 'DataDirLocked';
}

export interface DataDirLock {
  release(): void;
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** When the process started, in a form that only compares for equality; undefined when it does not run. */
function processStart(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields after the command, which is in parentheses and may hold anything: state is the 1st, start the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
  } catch {
    try {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    } catch {
      return undefined;
    }
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (!hasCode(error, 'EPERM')) return false;
  }
  return holder.processStart === undefined || processStart(holder.pid) === holder.processStart;
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Creates the lock with its content in one step, so that nobody reads half of it. False when it exists. */
function create(path: string, holder: Holder): boolean {
  const draft = `${path}.${holder.nonce}.draft`;
  writeFileSync(draft, JSON.stringify(holder));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Removes the lock of a dead process. Only who holds the lock named after that very lock may, and looks again
 * before: two processes that find it at once must not remove each other's new one.
 */
function removeStale(path: string, stale: Holder): void {
  const takeover = acquire(`${path}.${stale.nonce}`);
  try {
    if (readHolder(path)?.nonce === stale.nonce) rmSync(path);
  } finally {
    takeover.release();
  }
}

function acquire(path: string): DataDirLock {
  const start = processStart(process.pid);
  const own: Holder = {
    pid: process.pid,
    ...(start === undefined ? {} : { processStart: start }),
    since: new Date().toISOString(),
    nonce: randomUUID().slice(0, 8),
  };
  while (!create(path, own)) {
    const holder = readHolder(path);
    if (holder === undefined) continue;
    if (isAlive(holder))
      throw new DataDirLocked(
        `The data directory is in use by process ${holder.pid} since ${holder.since} (${path}): ` +
          'stop that process, or set DATA_DIR to another folder',
      );
    removeStale(path, holder);
  }
  return {
    release: () => {
      if (readHolder(path)?.nonce === own.nonce) rmSync(path);
    },
  };
}

/**
 * Takes the lock file at `path` for this process. A lock that a killed process left behind is taken over.
 * @throws DataDirLocked naming the process that holds it and the fix
 */
export const lockDataDir: (path: string) => DataDirLock = acquire;
