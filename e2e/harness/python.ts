import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep, until } from '../../cli/services/processes.ts';
import { pythonIn, pythonProcessor } from '../../cli/services/python-processor.ts';
import { type FileLock, FileLocked, lockFile } from '../../platform/file-lock.ts';
import { newServiceKey } from '../../platform/identity/service/keys.ts';
import { projectFile } from '../../platform/paths.ts';

/** The folder of the processor in Python. */
export const PYTHON_PROCESSOR = projectFile('e2e', 'python-processor');

const INSTALL_WITHIN_MS = 300_000;

/** Python with the processor's packages, which are installed where they are missing. */
export async function python(): Promise<string> {
  const toolsFolder = projectFile('.blobgraph');
  mkdirSync(toolsFolder, { recursive: true });
  let lock: FileLock | undefined;
  await until(() => {
    try {
      lock = lockFile(join(toolsFolder, 'python-processor.lock'));
      return true;
    } catch (error) {
      if (!(error instanceof FileLocked)) throw error;
      return false;
    }
  }, INSTALL_WITHIN_MS);
  const log = join(toolsFolder, 'python-processor.log');
  try {
    await pythonProcessor.install({
      toolsFolder,
      say: () => undefined,
      run: (step, command, args) => runStep(step, log, command, args),
    });
  } finally {
    lock?.release();
  }
  return pythonIn(toolsFolder);
}

/** A new private key of the processor's, in a file. */
export function keyFile(folder: string): string {
  const path = join(folder, 'word-count.pem');
  writeFileSync(path, newServiceKey(), { mode: 0o600 });
  return path;
}
