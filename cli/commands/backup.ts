import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadConfig } from '../../platform/config/config.ts';
import { UsageError } from '../../platform/process/exit.ts';
import { lockDataDir } from '../../platform/sql/pglite-lock.ts';
import { assertEmbedded } from '../backup/embedded.ts';
import { writeBackup } from '../backup/write.ts';
import { type Define, print, withExamples, withJson } from '../terminal/command.ts';
import { interruptible } from '../terminal/interrupt.ts';
import { assertPlace } from '../terminal/new-file.ts';
import { progressOf } from '../terminal/progress.ts';

const today = (now: Date): string => now.toISOString().slice(0, 19).replaceAll(':', '');

async function backup(given: string | undefined, { json }: { json: boolean }): Promise<void> {
  const config = loadConfig();
  assertEmbedded(config);
  const { dataDir } = config;
  const database = join(dataDir, 'postgres');
  if (!existsSync(database))
    throw new UsageError(`${resolve(dataDir)} holds no embedded data: set DATA_DIR to the system’s folder.`);
  const now = new Date();
  const path = resolve(given ?? `blobgraph-${today(now)}.zip`);
  await assertPlace(path, { force: false, fix: 'name another file.' });
  const lock = lockDataDir(database);
  try {
    const progress = progressOf('backing up', 'bytes');
    const manifest = await interruptible(
      (signal) => writeBackup(path, { dataDir, now, progress, signal }),
      'Stopped: no backup was written.',
    );
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    const result = { file: path, created_at: manifest.created_at, files: manifest.files.length, bytes };
    print(json, result, () => [path]);
  } finally {
    lock.release();
  }
}

export const define: Define = (command) => {
  command.argument('[file]', 'default: blobgraph-TIME.zip, here; it holds keys, and only you may read it');
  withJson(command, 'print the file and what is in it as JSON').action(backup);
  withExamples(command, [
    ['backup', 'of the data in .blobgraph, while the system is stopped'],
    ['backup /mnt/backups/monday.zip', 'into a file by its name'],
  ]);
};
