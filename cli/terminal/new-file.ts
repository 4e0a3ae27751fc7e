import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { UsageError } from '../../platform/process/exit.ts';
import { hasCode } from '../../platform/process/process-identity.ts';

/** How the name ends under which a file is written until it is whole. */
export const DRAFT_ENDING = /\.[0-9a-f]{8}\.part$/;

/**
 * Looks whether a new file can be written there, before work is done for it. `force`: in the place of a file.
 * @throws UsageError when something else is there; the system's error when the folder is not there or not writable
 */
export async function assertPlace(
  path: string,
  { force, fix }: { readonly force: boolean; readonly fix: string },
): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (found && !found.isFile()) throw new UsageError(`${path} is there, and no file: name another.`);
  if (found && !force) throw new UsageError(`${path} exists: ${fix}`);
  await access(dirname(path), constants.W_OK);
}

/** Has `write` write a file that appears whole or not at all. It opens the file itself, when it has what to write. */
export async function writeWhole<T>(
  path: string,
  mode: number,
  write: (openFile: () => Promise<Writable>) => Promise<T>,
): Promise<T> {
  const draft = `${path}.${randomBytes(4).toString('hex')}.part`;
  try {
    const written = await write(async () =>
      (await open(draft, 'wx', mode)).createWriteStream({ flush: true }),
    );
    await rename(draft, path);
    return written;
  } finally {
    await rm(draft, { force: true });
  }
}
