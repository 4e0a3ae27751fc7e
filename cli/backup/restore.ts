import { mkdir, readdir, rename, rm, rmdir, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../../platform/process/exit.ts';
import { lockFile } from '../../platform/process/file-lock.ts';
import { hasCode } from '../../platform/process/process-identity.ts';
import { CommandFailed } from '../terminal/failure.ts';
import type { Progress } from '../terminal/progress.ts';
import type { Manifest } from './manifest.ts';
import { type OpenBackup, openBackup } from './read.ts';

/** @throws UsageError unless it is empty, or not there */
async function assertEmpty(dataDir: string): Promise<void> {
  const names = await readdir(dataDir).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  });
  if (names.length > 0)
    throw new UsageError(
      `${dataDir} is not empty: set DATA_DIR to a new folder, or move this one away. Nothing was restored.`,
    );
}

async function assertRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize > bytes) return;
  const mebibytes = Math.ceil(bytes / 1024 ** 2);
  throw new CommandFailed(`${folder} has no room for the ${mebibytes} MiB of the backup: make some.`);
}

/** Puts the whole folder in its place, in one step. */
async function place(draft: string, dataDir: string): Promise<void> {
  try {
    await rmdir(dataDir).catch((error: unknown) => {
      if (!hasCode(error, 'ENOENT')) throw error;
    });
    await rename(draft, dataDir);
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY')) await assertEmpty(dataDir);
    if (!hasCode(error, 'EBUSY', 'EXDEV')) throw error;
    throw new CommandFailed(
      `${dataDir} is a mount point: set DATA_DIR to a folder in it. Nothing was restored.`,
    );
  }
}

export interface RestoreOptions {
  readonly dataDir: string;
  /** Made once the archive's size is known. */
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function restoreFrom(backup: OpenBackup, { dataDir, progress, signal }: RestoreOptions): Promise<void> {
  const draft = `${dataDir}.restoring`;
  const lock = lockFile(`${draft}.lock`);
  try {
    // Left behind by one that was killed.
    await rm(draft, { recursive: true, force: true });
    await assertRoom(dirname(dataDir), backup.bytes);
    await mkdir(draft, { mode: 0o700 });
    await backup.extract(draft, progress, signal);
    await place(draft, dataDir);
  } finally {
    progress.end();
    await rm(draft, { recursive: true, force: true });
    lock.release();
  }
}

/**
 * Makes the data folder of an archive: all of it, checked, or nothing.
 * @throws UsageError when the folder is not empty; CommandFailed when the archive is damaged
 */
export async function restoreBackup(path: string, options: RestoreOptions): Promise<Manifest> {
  const dataDir = resolve(options.dataDir);
  await assertEmpty(dataDir);
  const backup = await openBackup(path);
  try {
    await mkdir(dirname(dataDir), { recursive: true });
    await restoreFrom(backup, { ...options, dataDir });
    return backup.manifest;
  } finally {
    backup.close();
  }
}
