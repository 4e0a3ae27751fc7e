import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startAuditServer } from './server.ts';

async function folder(files: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'blobgraph-audit-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(dir, path, '..'), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return dir;
}

const description = '{ "name": "@graphql-hive/federation-gateway-audit" }';

it.each<[string, Record<string, string>, string]>([
  [
    'an empty folder',
    {},
    'is not a work tree of graphql-hive/federation-gateway-audit: it has no package.json.',
  ],
  ['another package', { 'package.json': '{ "name": "other" }' }, 'its package has another name.'],
  ['a clone without dependencies', { 'package.json': description }, 'are not installed: run `npm ci` there.'],
])('says what is wrong with %s', async (_what, files, message) => {
  await expect(startAuditServer(await folder(files))).rejects.toThrow(message);
});

it('shows the output of a server that did not start', async () => {
  const dir = await folder({
    'package.json': description,
    'node_modules/tsx/package.json': '{ "name": "tsx", "main": "index.js" }',
    'node_modules/tsx/index.js': 'throw new Error("This is no TypeScript");',
  });
  await expect(startAuditServer(dir)).rejects.toThrow(/did not start:.*This is no TypeScript/s);
});
