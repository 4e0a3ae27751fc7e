import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../platform/config/config.ts';
import { developmentKeys } from '../../platform/identity/keys/development-keys.ts';
import { lookAtToken } from './token.ts';

/** A data folder, and a gateway that answers so. */
async function systemWith(answer: object) {
  const dataDir = await mkdtemp(join(tmpdir(), 'blobgraph-doctor-'));
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const config = loadConfig();
  const gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { config: { ...config, dataDir, urls: { ...config.urls, gateway } }, asked: () => asked };
}

const faulty = (code: string) => ({ errors: [{ message: 'No.', extensions: { code } }] });

it.each([
  ['taken', { data: { blobs: { liveCursor: 'c' } } }],
  ['refused', faulty('UNAUTHENTICATED')],
  ['unknown', faulty('FORBIDDEN')],
])('a token is %s as the gateway answers', async (look, answer) => {
  const { config, asked } = await systemWith(answer);
  await developmentKeys(config.dataDir).userKey();
  expect(await lookAtToken(config, undefined)).toBe(look);
  expect(asked()).toBe(1);
});

it('a folder without keys is not that of a system that runs, and gets none by being looked at', async () => {
  const { config, asked } = await systemWith({});
  expect(await lookAtToken(config, undefined)).toBe('refused');
  expect([asked(), await readdir(config.dataDir)]).toEqual([0, []]);
});

it('a token that is given is tried, whatever keys there are', async () => {
  const { config } = await systemWith({ data: { blobs: { liveCursor: 'c' } } });
  expect(await lookAtToken(config, 'given')).toBe('taken');
});
