import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ZipFile } from 'yazl';
import type { Progress } from '../terminal/progress.ts';
import { DATA, MANIFEST, manifestOf } from './manifest.ts';
import { restoreBackup } from './restore.ts';
import { writeBackup } from './write.ts';

const signal = new AbortController().signal;
const silent: Progress = { at: () => {}, end: () => {} };
const now = new Date('2026-06-01T12:00:00Z');

let folder: string;
let dataDir: string;
let archive: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blobgraph-backup-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  dataDir = join(folder, 'data');
  archive = join(folder, 'backup.zip');
  await mkdir(join(dataDir, 'postgres', 'pgdata', 'pg_notify'), { recursive: true });
  await mkdir(join(dataDir, 'keys'), { mode: 0o700 });
  await mkdir(join(dataDir, 'redis'));
  await writeFile(join(dataDir, 'keys', 'user-key.jwk'), '{}', { mode: 0o600 });
  await writeFile(join(dataDir, 'postgres', 'pgdata', 'PG_VERSION'), '17\n');
  await writeFile(join(dataDir, 'postgres', 'pgdata', 'base'), randomBytes(300_000));
  await writeFile(join(dataDir, 'postgres', 'pgdata', 'empty'), '');
  await writeFile(join(dataDir, 'postgres', 'pgdata.lock'), '{}');
  await writeFile(join(dataDir, 'redis', 'shelf'), 'made again');
  await chmod(join(dataDir, 'postgres', 'pgdata'), 0o700);
});

const write = () => writeBackup(archive, { dataDir, now, progress: silent, signal });
const restore = (to: string, given = signal) =>
  restoreBackup(archive, { dataDir: to, progress: silent, signal: given });
const modeOf = async (...path: string[]) => (await stat(join(...path))).mode & 0o777;

/** An archive with this manifest and these files. */
async function archiveOf(manifest: unknown, files: Readonly<Record<string, string>>): Promise<void> {
  const zip = new ZipFile();
  for (const [path, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), `${DATA}${path}`);
  if (manifest !== undefined) zip.addBuffer(Buffer.from(JSON.stringify(manifest)), MANIFEST);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(archive));
}

const listed = (path: string, text: string) => ({
  ...{ path, mode: 0o600, bytes: Buffer.byteLength(text) },
  sha256: createHash('sha256').update(text).digest('hex'),
});
const folders = [{ path: 'keys', mode: 0o700 }];

describe('a backup', () => {
  it('fails with the error of a folder that is not there', async () => {
    const path = join(folder, 'nowhere', 'backup.zip');
    await expect(writeBackup(path, { dataDir, now, progress: silent, signal })).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  it('is restored with every file, folder and mode, locks and what can be made again aside', async () => {
    const manifest = await write();
    expect(manifest.files).toHaveLength(4);
    expect(await modeOf(archive)).toBe(0o600);
    const restored = join(folder, 'restored');
    expect(await restore(restored)).toEqual(manifest);
    expect((await readdir(restored)).sort()).toEqual(['keys', 'postgres']);
    expect(await readdir(join(restored, 'postgres'))).toEqual(['pgdata']);
    for (const name of await readdir(join(dataDir, 'postgres', 'pgdata'))) {
      const [from, to] = [dataDir, restored].map((root) => join(root, 'postgres', 'pgdata', name));
      if (name === 'pg_notify') expect(await readdir(to ?? '')).toEqual([]);
      else expect(await readFile(to ?? '')).toEqual(await readFile(from ?? ''));
    }
    expect(await modeOf(restored, 'keys', 'user-key.jwk')).toBe(0o600);
    expect(await modeOf(restored, 'postgres', 'pgdata')).toBe(0o700);
    expect((await readdir(folder)).sort()).toEqual(['backup.zip', 'data', 'restored']);
  });

  it('that is stopped leaves no file', async () => {
    const stopped = writeBackup(archive, { dataDir, now, progress: silent, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['data']);
  });

  it('goes into an empty folder alone', async () => {
    await write();
    await expect(restore(dataDir)).rejects.toThrow('is not empty: set DATA_DIR to a new folder');
    const empty = join(folder, 'empty');
    await mkdir(empty);
    await restore(empty);
    expect((await readdir(empty)).sort()).toEqual(['keys', 'postgres']);
  });

  it('takes the place of what a killed restore left behind', async () => {
    await write();
    const restored = join(folder, 'restored');
    await mkdir(join(`${restored}.restoring`, 'half'), { recursive: true });
    await restore(restored);
    expect((await readdir(restored)).sort()).toEqual(['keys', 'postgres']);
    expect((await readdir(folder)).sort()).toEqual(['backup.zip', 'data', 'restored']);
  });
});

describe('half a restore is never left behind', () => {
  const restored = () => join(folder, 'restored');
  const nothingLeft = async () => expect((await readdir(folder)).sort()).toEqual(['backup.zip', 'data']);

  it('when it is not there, or a folder, and says so', async () => {
    await expect(restore(restored())).rejects.toMatchObject({ code: 'ENOENT', path: archive });
    await mkdir(archive);
    await expect(restore(restored())).rejects.toMatchObject({ code: 'EISDIR', path: archive });
    await nothingLeft();
  });

  it('when the archive is cut off', async () => {
    await write();
    const bytes = await readFile(archive);
    await writeFile(archive, bytes.subarray(0, bytes.length - 100));
    await expect(restore(restored())).rejects.toThrow('is no whole backup');
    await nothingLeft();
  });

  it('when a byte in it is another', async () => {
    await write();
    const bytes = await readFile(archive);
    const at = Math.floor(bytes.length / 2);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
    await writeFile(archive, bytes);
    await expect(restore(restored())).rejects.toThrow();
    await nothingLeft();
  });

  it('when it is stopped', async () => {
    await write();
    await expect(restore(restored(), AbortSignal.abort(new Error('Stopped.')))).rejects.toThrow('Stopped.');
    await nothingLeft();
  });

  it.each<[string, unknown, Record<string, string>, string]>([
    ['no manifest', undefined, { 'keys/a': 'a' }, 'it has no manifest.json'],
    ['another format', { format: 'other' }, {}, 'format of its manifest.json is not that of a backup'],
    [
      'a later format',
      { ...manifestOf(now, [], []), format_version: 2 },
      {},
      'is of a later release: restore it with that one',
    ],
    ['a file that is missing', manifestOf(now, folders, [listed('keys/a', 'a')]), {}, 'keys/a is missing'],
    [
      'a file of other content',
      manifestOf(now, folders, [listed('keys/a', 'a')]),
      { 'keys/a': 'b' },
      'keys/a is not what its manifest.json says',
    ],
    [
      'a path that leads out',
      manifestOf(now, folders, [listed('../a', 'a')]),
      { 'keys/a': 'a' },
      'leads out of the folder',
    ],
  ])('when it has %s', async (_name, manifest, files, message) => {
    await archiveOf(manifest, files);
    await expect(restore(restored())).rejects.toThrow(message);
    await nothingLeft();
  });
});
