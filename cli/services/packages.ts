import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile } from '../../platform/process/paths.ts';
import type { InstallContext, ProgramDefinition } from './definition.ts';

/** Packages in an environment of their own, in `.blobgraph/<name>`. */
export interface Packages extends ProgramDefinition {
  /** The path of a program of the environment, once it is installed. */
  programIn(toolsFolder: string, program: string): string;
}

type Fill = (context: InstallContext, folder: string) => Promise<void>;

/** Runs `fill` unless the environment matches `list`, a file with one version of each package. */
const filled =
  (name: string, list: string, fill: Fill) =>
  async (context: InstallContext): Promise<void> => {
    const folder = join(context.toolsFolder, name);
    const mark = join(folder, 'installed');
    const wanted = createHash('sha256').update(readFileSync(list)).digest('hex');
    if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
    context.say(`${name}: installing its packages`);
    await fill(context, folder);
    // Written last: an interrupted installation is repeated.
    writeFileSync(mark, wanted);
  };

function pythonPackages(name: string, requirements: string): Packages {
  const programIn = (toolsFolder: string, program: string): string => join(toolsFolder, name, 'bin', program);
  const fill: Fill = async ({ run, toolsFolder }, folder) => {
    await run('python3 -m venv (needs Python 3.11 with venv)', 'python3', ['-m', 'venv', '--clear', folder]);
    const args = ['install', '--no-deps', '--requirement', requirements];
    await run('pip install', programIn(toolsFolder, 'pip'), args);
  };
  return { name, programIn, install: filled(name, requirements, fill) };
}

/** @param source the folder of `package.json` and `package-lock.json` */
function nodePackages(name: string, source: string): Packages {
  const fill: Fill = async ({ run }, folder) => {
    mkdirSync(folder, { recursive: true });
    for (const file of ['package.json', 'package-lock.json', '.npmrc'])
      copyFileSync(join(source, file), join(folder, file));
    // Below `npm run`, this project's own `engine-strict` is in the environment, which goes before the folder's `.npmrc`.
    const args = ['ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-engine-strict'];
    await run('npm ci', 'npm', args, { cwd: folder });
  };
  return {
    name,
    programIn: (toolsFolder, program) => join(toolsFolder, name, 'node_modules', '.bin', program),
    install: filled(name, join(source, 'package-lock.json'), fill),
  };
}

/** Packages of the processor in Python, for tests of processors from outside. */
export const pythonProcessor = pythonPackages(
  'python-processor',
  projectFile('e2e', 'python-processor', 'requirements.txt'),
);

/** Schemathesis, which generates requests from API descriptions. */
export const schemathesis = pythonPackages(
  'schemathesis',
  projectFile('e2e', 'schemathesis', 'requirements.txt'),
);

/** A client generator. It needs TypeScript's compiler in JavaScript, which this project does not use. */
export const openApiClient = nodePackages('openapi-client', projectFile('e2e', 'openapi-client'));

/** Another gateway, for tests of the graph through it. */
export const hiveGateway = nodePackages('hive-gateway', projectFile('examples', 'hive-gateway'));
