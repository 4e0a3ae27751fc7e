import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { downloadFile } from './download.ts';

/** A server of one file, of which the first answers `break` off. */
async function served(breaks = 0) {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(200, { 'content-length': 5 }).write('who');
    if (asked > breaks) response.end('le');
    else setImmediate(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = await mkdtemp(join(tmpdir(), 'blobgraph-download-'));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const progress = { at: () => {}, end: () => {} };
  const to = (name: string) =>
    downloadFile(join(folder, name), { url, progress, signal: new AbortController().signal });
  return { folder, to };
}

it('begins again after an answer that broke off, and leaves one file', async () => {
  const { folder, to } = await served(1);
  expect(await to('a.epub')).toBe(5);
  expect(await readdir(folder)).toEqual(['a.epub']);
  expect(await readFile(join(folder, 'a.epub'), 'utf8')).toBe('whole');
});

it('fails with the error of a file that cannot be made', async () => {
  const { to } = await served();
  await expect(to('nowhere/a.epub')).rejects.toMatchObject({ code: 'ENOENT' });
});
