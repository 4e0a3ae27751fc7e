import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServiceHttp } from '../clients/http/http.ts';
import { loadConfig } from '../config/config.ts';
import { projectFile } from '../process/paths.ts';
import { createHttpServer } from '../serving/http/http.ts';
import { createLogger } from '../telemetry/logger.ts';
import { testEgress, testTokens } from '../testing/identity.ts';
import { isEscaping, path, routed } from './service-path.ts';

const tokens = testTokens('state');
const http = createServiceHttp({ urls: loadConfig({}).urls, tokens, egress: testEgress });
const app = createHttpServer({ logger: createLogger('silent') });
const served = (route: string) => app.get(route, async ({ params }) => ({ route, params }));
let baseUrl = '';
const target = () => ({ id: 'summary', baseUrl });

beforeAll(async () => {
  for (const route of ['/', '/users', '/blobs', '/users/:user_id/blobs', '/users/:user_id/books/:book_id'])
    served(route);
  baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await http.close();
  await app.close();
});

const NASTY = [
  ...['..', '.', '', '~', '~~', '~..', '~.', '~~..', '...', '~x', '~...', ' ', '%2e%2e', '%2E', '%', '%25'],
  ...[
    'a/b',
    '/',
    '../x',
    '..\\x',
    '\\',
    '//evil.example',
    'a?b=c',
    'a#b',
    '?',
    '#',
    'a;b',
    'ü😀',
    '\t',
    '*',
    ':id',
  ],
  ...['auth0|1', 'http://a/b', '@', '..%2f..', '%00', 'x'.repeat(256)],
];

describe('an id in a path', () => {
  it.each(NASTY)('%j reaches its own route, and no other', async (id) => {
    for (const prefix of ['', '/behind/a/prefix']) {
      // Something in between may make the path shorter wherever it may be.
      const normal = new URL(`${baseUrl}${prefix}${path`/users/${id}/books/${id}`}`).pathname;
      expect(normal).toBe(`${prefix}${path`/users/${id}/books/${id}`}`);
    }
    const call = { method: 'GET', viewer: null } as const;
    expect(await http.call(target(), { ...call, path: routed`/users/${id}/books/${id}` })).toEqual({
      route: '/users/:user_id/books/:book_id',
      params: { user_id: id, book_id: id },
    });
    expect(await http.call(target(), { ...call, path: routed`/users/${id}/blobs` })).toEqual({
      route: '/users/:user_id/blobs',
      params: { user_id: id },
    });
  });

  it('is one of its own for each id', () => {
    expect(new Set(NASTY.map((id) => path`/${id}`)).size).toBe(NASTY.length);
  });

  it('of the release before is read as it was', async () => {
    const answer = await request(`${baseUrl}/users/~alice/books/a%2Fb..`);
    expect(await answer.body.json()).toMatchObject({ params: { user_id: '~alice', book_id: 'a/b..' } });
  });
});

describe('a path', () => {
  it.each([
    '/a/../b',
    '/..',
    '/a/%2e%2E/b',
    '/a/.',
    '/.',
    '//evil.example/x',
    'users',
    '/\\evil.example',
    '',
    '/a\\..\\b',
  ])('%s is not sent', async (built) => {
    expect(isEscaping(built)).toBe(true);
    const call = { method: 'GET', path: built, viewer: null } as const;
    await expect(http.call(target(), call)).rejects.toThrow(TypeError);
    await expect(http.stream(target(), call)).rejects.toThrow(TypeError);
  });

  it.each(['/', '/a.b/..c', '/users/~../blobs', '/inventory?before=../..&x=/../', '/.well-known/x'])(
    '%s is sent',
    (built) => expect(isEscaping(built)).toBe(false),
  );

  it('is built nowhere by hand', () => {
    const byHand = /(?<![#=]\$\{)encodeURIComponent\(|(?<!path|routed)`\/(?!proc\/)[\w/-]*\/\$\{/;
    const folders = ['platform', 'subgraphs', 'cli'];
    const files = folders.flatMap((folder) =>
      readdirSync(projectFile(folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(folder, file),
      ),
    );
    const sources = files.filter(
      (file) => /^[^.]+(\.\w+)?\.ts$/.test(file) && !/\.(test|int|fixture)\.ts$/.test(file),
    );
    const guilty = sources.filter((file) => byHand.test(readFileSync(projectFile(file), 'utf8')));
    // Not paths of services: headers of S3, files within a book.
    expect(guilty.sort()).toEqual([
      'platform/ids/service-path.ts',
      'platform/objects/names.ts',
      'subgraphs/book-compiler/exports/pdf/images.ts',
    ]);
  });
});
