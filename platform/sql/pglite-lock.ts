import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type FileLock, FileLocked, lockFile } from '../process/file-lock.ts';
import { DataDirLocked } from './database.ts';

/** Its name in the folder that it locks. */
export const LOCK_NAME = 'pgdata.lock';

/** Takes the embedded PostgreSQL's folder for this process. @throws DataDirLocked when another process has it */
export function lockDataDir(dataDir: string): FileLock {
  mkdirSync(dataDir, { recursive: true });
  try {
    return lockFile(join(dataDir, LOCK_NAME));
  } catch (error) {
    if (!(error instanceof FileLocked)) throw error;
    throw new DataDirLocked(
      `The data directory ${dataDir} is in use by process ${error.pid} since ${error.since}: ` +
        'stop that process, or set DATA_DIR to another folder',
    );
  }
}
