import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHttpServer } from '../../platform/serving/http/http.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { strangeSegments } from '../../platform/testing/strange-paths.ts';
import type { GraphiqlConfig } from './config.ts';
import { graphiqlRoutes, storySteps } from './routes.ts';

let folder: string;
let app: FastifyInstance;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graphiql-'));
  app = createHttpServer({ logger: createLogger('silent') });
  await app.register(graphiqlRoutes, { token: async () => 'a.b.c', appFolder: folder });
});

afterEach(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

async function build(): Promise<void> {
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html>');
  await writeFile(join(folder, 'assets', 'index-AbCd1234.js'), 'export {};');
}

const token = async (headers: Record<string, string>) => {
  const response = await app.inject({ url: '/graphiql/config.json', headers });
  expect(response.headers['cache-control']).toBe('no-store, no-transform');
  return response.json().token;
};

test('the page is revalidated, its hashed files are immutable, and its policy allows no other origin', async () => {
  await build();
  const page = await app.inject('/graphiql/');
  expect(page.statusCode).toBe(200);
  expect(page.headers['cache-control']).toBe('no-cache');
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; .*connect-src 'self'/);
  expect(page.headers['content-security-policy']).not.toMatch(/https?:|\*/);

  const asset = await app.inject('/graphiql/assets/index-AbCd1234.js');
  expect(asset.headers['content-type']).toMatch(/javascript/);
  expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');

  const bare = await app.inject('/graphiql');
  expect([bare.statusCode, bare.headers.location]).toEqual([301, '/graphiql/']);
});

test('a missing file is a 404, also outside of the folder', async () => {
  await build();
  await writeFile(join(folder, '..', 'graphiql-secret.txt'), 'secret');
  const urls = ['/graphiql/assets/other.js', '/graphiql/..%2fgraphiql-secret.txt'];
  const codes = await Promise.all(urls.map(async (url) => (await app.inject(url)).statusCode));
  await rm(join(folder, '..', 'graphiql-secret.txt'));
  expect(codes).toEqual([404, 404]);
});

test.each(strangeSegments)('no path causes a 500: %s', async (segment) => {
  await build();
  for (const path of [`/graphiql/${segment}`, `/graphiql/assets/${segment}`, `/graphiql${segment}`]) {
    const { statusCode, body } = await app.inject(path);
    expect(statusCode).toBeLessThan(500);
    if (statusCode >= 400)
      expect(JSON.parse(body)).toMatchObject({
        error: { code: expect.stringMatching(/^(NOT_FOUND|BAD_REQUEST)$/) },
      });
  }
});

test('without a build the page names the command, and a build is served without a restart', async () => {
  const missing = await app.inject('/graphiql');
  expect(missing.statusCode).toBe(503);
  expect(missing.body).toContain('npm run build');
  await build();
  expect((await app.inject('/graphiql/')).statusCode).toBe(200);
});

test('the settings hold the token and the steps of the story in order', async () => {
  const config: GraphiqlConfig = (await app.inject('/graphiql/config.json')).json();
  expect(config.token).toBe('a.b.c');
  const names = config.story.map(({ name }) => name);
  expect(names).toEqual((await storySteps()).map(({ name }) => name));
  expect([names[0], names.at(-1)]).toEqual(['CreateDraft', 'DeleteBook']);
  expect(config.story[0]).toMatchObject({
    kind: 'mutation',
    sentences: expect.stringMatching(/^A draft is stored: .* same blob\.$/),
    variables: { input: { schemaId: 'text-input-v1' } },
  });
});

test('the page for writers is linked to where it is served', async () => {
  const studio = async () => (await app.inject('/graphiql/config.json')).json().studio;
  expect(await studio()).toBeNull();
  const other = createHttpServer({ logger: createLogger('silent') });
  await other.register(graphiqlRoutes, { token: async () => null, appFolder: folder });
  other.get('/studio/', async () => '');
  expect((await other.inject('/graphiql/config.json')).json().studio).toBe('/studio/');
  await other.close();
});

test('the token is for our own page on this machine only', async () => {
  expect(await token({ host: '127.0.0.1:8010', 'sec-fetch-site': 'same-origin' })).toBe('a.b.c');
  expect(await token({ host: '[::1]:8010' })).toBe('a.b.c');
  expect(await token({ host: 'rebound.example:8010', 'sec-fetch-site': 'same-origin' })).toBeNull();
  expect(await token({ host: 'localhost:8010', 'sec-fetch-site': 'cross-site' })).toBeNull();
  expect(await token({ host: 'localhost:8010', 'sec-fetch-site': 'same-site' })).toBeNull();
});

test('files are sent as compressed at build time, to clients that accept it', async () => {
  await build();
  const compressed = brotliCompressSync('export {};');
  await writeFile(join(folder, 'assets', 'index-AbCd1234.js.br'), compressed);
  const ask = (encoding: string) =>
    app.inject({ url: '/graphiql/assets/index-AbCd1234.js', headers: { 'accept-encoding': encoding } });
  const { headers, rawPayload } = await ask('gzip, br');
  expect(headers).toMatchObject({
    'content-encoding': 'br',
    'content-type': expect.stringMatching(/javascript/),
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
  });
  expect(rawPayload.equals(compressed)).toBe(true);
  const plain = await ask('identity');
  expect([plain.headers['content-encoding'], plain.headers['vary'], plain.body]).toEqual([
    undefined,
    'accept-encoding',
    'export {};',
  ]);
  expect(plain.headers['etag']).not.toBe(headers['etag']);
});
