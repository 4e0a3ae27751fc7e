import { execFile } from 'node:child_process';
import { existsSync, linkSync, openAsBlob, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PGlite } from '@electric-sql/pglite';
import { builtFile, projectFile } from '../paths.ts';

/** `initdb` takes seconds, so what it makes is kept, once per version of PGlite. */
function templatePath(): string {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const manifest = readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return projectFile('dist', `pglite-${version}.tar`);
}

async function makeTemplate(path: string): Promise<void> {
  const draft = `${path}.${process.pid}`;
  const database = await PGlite.create();
  writeFileSync(draft, Buffer.from(await (await database.dumpDataDir('none')).arrayBuffer()));
  await database.close();
  keepFirst(draft, path);
}

/** Moves `draft` to `path` unless a file is there: replaced, that could not be read by those who have it open. */
export function keepFirst(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
}

async function makeDataDir(template: string, path: string): Promise<void> {
  const draft = `${path}.draft`;
  rmSync(draft, { recursive: true, force: true });
  const database = await PGlite.create(draft, { loadDataDir: await openAsBlob(template) });
  await database.close();
  renameSync(draft, path);
}

/**
 * Run as a program: makes the template when missing, and the data directory given as the argument. A process
 * of its own, because the memory that this takes (800 MB) would stay resident in the serving one.
 */
async function main(dataDir: string | undefined): Promise<void> {
  const template = templatePath();
  if (!existsSync(template)) await makeTemplate(template);
  if (dataDir !== undefined) await makeDataDir(template, dataDir);
}

const runInChild = (...args: string[]) =>
  promisify(execFile)(process.execPath, [builtFile('platform/sql/pglite-files.ts'), ...args]);

/** The files of a new, empty PostgreSQL as a tar archive. */
export async function pgliteTemplate(): Promise<Blob> {
  const path = templatePath();
  if (!existsSync(path)) await runInChild();
  return openAsBlob(path);
}

/** Makes a new PostgreSQL in the folder `dataDir`, which must not exist; cut short, it leaves no `dataDir`. */
export async function createPgliteDataDir(dataDir: string): Promise<void> {
  await runInChild(dataDir);
}

if (argv[1] === fileURLToPath(import.meta.url)) await main(argv[2]);
