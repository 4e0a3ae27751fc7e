import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile } from '../../platform/paths.ts';
import type { InstallContext, ProgramDefinition } from './definition.ts';

/** Packages of the processor in Python, each in one version. */
const REQUIREMENTS = projectFile('e2e', 'python-processor', 'requirements.txt');

const folderIn = (toolsFolder: string): string => join(toolsFolder, 'python-processor');

/** Python with those packages, once they are installed. */
export const pythonIn = (toolsFolder: string): string => join(folderIn(toolsFolder), 'bin', 'python');

/** The packages, in an environment of their own; the tests of processors from outside need them. */
export const pythonProcessor: ProgramDefinition = {
  name: 'python-processor',
  async install({ toolsFolder, run, say }: InstallContext) {
    const folder = folderIn(toolsFolder);
    const mark = join(folder, 'installed');
    const wanted = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
    if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
    say('python-processor: installing its packages');
    await run('python3 -m venv (needs Python 3.11 with venv)', 'python3', ['-m', 'venv', '--clear', folder]);
    await run('pip install', join(folder, 'bin', 'pip'), [
      'install',
      '--no-deps',
      '--requirement',
      REQUIREMENTS,
    ]);
    // Last: what was cut short is done again.
    writeFileSync(mark, wanted);
  },
};
