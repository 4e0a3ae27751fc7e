import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hasCode, identify, isRunning, type ProcessIdentity } from './process-identity.ts';

interface Holder extends ProcessIdentity {
  /** ISO 8601. */
  readonly since: string;
  readonly nonce: string;
}

/** Another process, alive, holds the lock. */
export class FileLocked extends Error {
  override readonly name = 'FileLocked';
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;

  constructor(path: string, { pid, since }: Holder) {
    super(`${path} is held by process ${pid} since ${since}`);
    this.pid = pid;
    this.since = since;
  }
}

export interface FileLock {
  /** Removes the lock; does nothing once it is another's, or gone. */
  release(): void;
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    throw new Error(`${path} is damaged: remove it when no other process uses its folder`, { cause: error });
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
  const takeover = lockFile(`${path}.${stale.nonce}`);
  try {
    if (readHolder(path)?.nonce === stale.nonce) rmSync(path);
  } finally {
    takeover.release();
  }
}

/**
 * Takes the lock file at `path` for this process. A lock that a killed process left behind is taken over.
 * @throws FileLocked naming the process that holds it
 */
export function lockFile(path: string): FileLock {
  const own: Holder = {
    ...identify(process.pid),
    since: new Date().toISOString(),
    nonce: randomUUID().slice(0, 8),
  };
  while (!create(path, own)) {
    const holder = readHolder(path);
    if (holder === undefined) continue;
    if (isRunning(holder)) throw new FileLocked(path, holder);
    removeStale(path, holder);
  }
  return {
    release: () => {
      if (readHolder(path)?.nonce === own.nonce) rmSync(path);
    },
  };
}
