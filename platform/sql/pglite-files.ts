import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  linkSync,
  openAsBlob,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import { builtFile, projectFile } from '../process/paths.ts';

/** `initdb` takes seconds, so what it makes is kept, once per version of PGlite. Without its extension: as a folder. */
function templatePath(extension = ''): string {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const manifest = readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return projectFile('dist', `pglite-${version}${extension}`);
}

async function makeTemplate(path: string): Promise<void> {
  const draft = `${path}.${process.pid}`;
  const database = await PGlite.create();
  writeFileSync(draft, Buffer.from(await (await database.dumpDataDir('none')).arrayBuffer()));
  await database.close();
  keepFirst(draft, path);
}

/**
 * Moves a file or folder `draft` to `path`, unless one is there: replaced, that could not be read by those who have it
 * open.
 */
export function keepFirst(draft: string, path: string): void {
  try {
    // A file would be replaced by `rename`; a folder that is not empty is not.
    if (statSync(draft).isDirectory()) renameSync(draft, path);
    else linkSync(draft, path);
  } catch (error) {
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function unpack(archive: string, path: string): Promise<void> {
  const draft = `${path}.${process.pid}`;
  const database = await PGlite.create(draft, { loadDataDir: await openAsBlob(archive) });
  await database.close();
  keepFirst(draft, path);
}

/**
 * Run as a program: makes the templates that are missing. A process of its own, because the memory that this takes
 * (800 MB) would stay resident in the serving one.
 */
async function main(): Promise<void> {
  const archive = templatePath('.tar');
  if (!existsSync(archive)) await makeTemplate(archive);
  if (!existsSync(templatePath())) await unpack(archive, templatePath());
}

async function template(extension?: string): Promise<string> {
  const path = templatePath(extension);
  if (!existsSync(path))
    await promisify(execFile)(process.execPath, [builtFile('platform/sql/pglite-files.ts')]);
  return path;
}

/** The files of a new, empty PostgreSQL as a tar archive. */
export const pgliteTemplate = async (): Promise<Blob> => openAsBlob(await template('.tar'));

/** Makes a new PostgreSQL in the folder `dataDir`, which must not exist; cut short, it leaves no `dataDir`. */
export async function createPgliteDataDir(dataDir: string): Promise<void> {
  const draft = `${dataDir}.draft`;
  rmSync(draft, { recursive: true, force: true });
  cpSync(await template(), draft, { recursive: true });
  renameSync(draft, dataDir);
}

if (argv[1] === fileURLToPath(import.meta.url)) await main();
