import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Packages, pythonProcessor } from '../../cli/services/packages.ts';
import { runStep, until } from '../../cli/services/processes.ts';
import { newServiceKey } from '../../platform/identity/keys/service-keys.ts';
import { type FileLock, FileLocked, lockFile } from '../../platform/process/file-lock.ts';
import { projectFile } from '../../platform/process/paths.ts';

/** Folder of the processor in Python. */
export const PYTHON_PROCESSOR = projectFile('e2e', 'python-processor');

const INSTALL_WITHIN_MS = 300_000;

/** Installs missing packages, one process at a time. @returns the path of their `program` */
export async function installedProgram(packages: Packages, program: string): Promise<string> {
  const toolsFolder = projectFile('.blobgraph');
  mkdirSync(toolsFolder, { recursive: true });
  let lock: FileLock | undefined;
  await until(() => {
    try {
      lock = lockFile(join(toolsFolder, `${packages.name}.lock`));
      return true;
    } catch (error) {
      if (!(error instanceof FileLocked)) throw error;
      return false;
    }
  }, INSTALL_WITHIN_MS);
  const log = join(toolsFolder, `${packages.name}.log`);
  try {
    await packages.install({
      toolsFolder,
      say: () => undefined,
      run: (step, command, args) => runStep(step, log, command, args),
    });
  } finally {
    lock?.release();
  }
  return packages.programIn(toolsFolder, program);
}

/** Path of a Python with the processor's packages, installed if missing. */
export const python = (): Promise<string> => installedProgram(pythonProcessor, 'python');

/** Writes a new private key of the processor. @returns its path */
export function keyFile(folder: string): string {
  const path = join(folder, 'word-count.pem');
  writeFileSync(path, newServiceKey(), { mode: 0o600 });
  return path;
}
