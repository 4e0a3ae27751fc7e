import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { identify, isRunning, type ProcessIdentity } from '../process/process-identity.ts';

/** Names what is not an object yet, or no more, by the process that is at it: several may share a folder. */
export interface Drafts {
  /** A path that nothing has yet. */
  path(): string;
  /** Removes what dead processes left behind. */
  sweep(): Promise<void>;
}

const ownerPart = ({ pid, processStart = '' }: ProcessIdentity): string =>
  `${pid}.${Buffer.from(processStart).toString('base64url')}`;

function ownerOf(name: string): ProcessIdentity | undefined {
  const [, pid, start] = /^(\d+)\.([\w-]*)\.[\w-]+$/.exec(name) ?? [];
  if (pid === undefined) return undefined;
  const processStart = Buffer.from(start ?? '', 'base64url').toString();
  return processStart === '' ? { pid: Number(pid) } : { pid: Number(pid), processStart };
}

export function draftsIn(folder: string): Drafts {
  const own = ownerPart(identify(process.pid));
  return {
    path: () => join(folder, `${own}.${randomUUID()}`),
    async sweep() {
      for (const name of await readdir(folder)) {
        const owner = ownerOf(name);
        if (owner && !isRunning(owner)) await rm(join(folder, name), { recursive: true, force: true });
      }
    },
  };
}
