import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keepContract, numbered } from './kept.contract.ts';
import { fileKeep } from './kept.file.ts';
import { keepInAll, type SupergraphKeep } from './kept.ts';

async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'blobgraph-kept-'));
  return { path, close: () => rm(path, { recursive: true, force: true }) };
}

keepContract(async () => {
  const { path, close } = await folder();
  const file = join(path, 'supergraph', 'gateway.json');
  const damage = async (alter: (kept: string) => string) =>
    writeFile(file, alter(await readFile(file, 'utf8')));
  return { keep: fileKeep(file), damage, close };
});

it('nothing is left beside the file, and nobody else reads it', async () => {
  const { path, close } = await folder();
  const file = join(path, 'supergraph', 'gateway.json');
  await Promise.all([1, 2, 3].map((version) => fileKeep(file).keep(numbered(version))));
  expect(await readdir(join(path, 'supergraph'))).toEqual(['gateway.json']);
  await close();
});

it('a folder in which nothing can be written costs what is kept, and what was there stays', async () => {
  const { path, close } = await folder();
  const file = join(path, 'supergraph');
  await writeFile(file, 'a file in the place of the folder');
  await expect(fileKeep(join(file, 'gateway.json')).keep(numbered(1))).rejects.toThrow();
  expect(await readFile(file, 'utf8')).toBe('a file in the place of the folder');
  await close();
});

const broken: SupergraphKeep = {
  load: () => Promise.reject(new Error('away')),
  keep: () => Promise.reject(new Error('away')),
};
const holding = (version: number): SupergraphKeep => ({
  load: async () => numbered(version),
  keep: async () => {},
});

it('of several places the newest counts; one that fails is told of and costs nothing', async () => {
  const told: string[] = [];
  const logger = { warn: (_facts: unknown, text: string) => void told.push(text) } as never;
  const all = keepInAll([holding(2), broken, holding(5), holding(3)], logger);
  expect(await all.load()).toEqual(numbered(5));
  await all.keep(numbered(6));
  expect(told).toEqual([expect.stringContaining('reading'), expect.stringContaining('keeping')]);
  expect(await keepInAll([broken], logger).load()).toBeUndefined();
});
