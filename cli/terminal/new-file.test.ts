import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { UsageError } from '../../platform/process/exit.ts';
import { assertPlace, writeWhole } from './new-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blobgraph-file-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'there.txt'), 'old');
  await mkdir(join(folder, 'below'));
});

describe('a place for a file', () => {
  const place = (name: string, force = false) =>
    assertPlace(join(folder, name), { force, fix: 'add --force.' });

  it('is one where nothing is, or a file that may be replaced', async () => {
    await place('new.txt');
    await place('there.txt', true);
  });

  it('is none where something is that is not to be replaced', async () => {
    await expect(place('there.txt')).rejects.toThrow('there.txt exists: add --force.');
    await expect(place('below', true)).rejects.toThrow(UsageError);
    await expect(place('below', true)).rejects.toThrow('below is there, and no file');
  });

  it('is none in a folder that is not there, or a file', async () => {
    await expect(place('nowhere/x')).rejects.toMatchObject({ code: 'ENOENT', path: join(folder, 'nowhere') });
    await expect(place('there.txt/x')).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});

describe('a file that appears whole or not at all', () => {
  const path = () => join(folder, 'there.txt');

  it('replaces the one before once it is written', async () => {
    const before = await writeWhole(path(), 0o600, async (openFile) => {
      await pipeline(['new'], await openFile());
      return readFile(path(), 'utf8');
    });
    expect([before, await readFile(path(), 'utf8')]).toEqual(['old', 'new']);
  });

  it('leaves nothing behind when it is not', async () => {
    const writing = writeWhole(path(), 0o600, async (openFile) => {
      await pipeline(['new'], await openFile());
      throw new Error('broken off');
    });
    await expect(writing).rejects.toThrow('broken off');
    expect((await readdir(folder)).sort()).toEqual(['below', 'there.txt']);
    expect(await readFile(path(), 'utf8')).toBe('old');
  });
});
