import { resolve } from 'node:path';
import { loadConfig } from '../../platform/config/config.ts';
import { assertEmbedded } from '../backup/embedded.ts';
import { restoreBackup } from '../backup/restore.ts';
import { type Define, print, withExamples, withJson } from '../terminal/command.ts';
import { interruptible } from '../terminal/interrupt.ts';
import { progressOf } from '../terminal/progress.ts';

async function restore(path: string, { json }: { json: boolean }): Promise<void> {
  const config = loadConfig();
  assertEmbedded(config);
  const dataDir = resolve(config.dataDir);
  const progress = progressOf('restoring', 'bytes');
  const manifest = await interruptible(
    (signal) => restoreBackup(path, { dataDir, progress, signal }),
    'Stopped: nothing was restored.',
  );
  const result = { dataDir, created_at: manifest.created_at, files: manifest.files.length };
  print(json, result, () => [`${dataDir}: the data of ${manifest.created_at}`]);
}

export const define: Define = (command) => {
  command.argument('<file>', 'an archive that `backup` wrote');
  withJson(command).action(restore);
  withExamples(command, [
    ['restore monday.zip', 'into DATA_DIR, which has to be empty or not there'],
    ['restore monday.zip && npx blobgraph start', 'and runs it'],
  ]);
};
