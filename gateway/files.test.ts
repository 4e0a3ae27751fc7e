import { createHash, randomBytes } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createServiceHttp } from '../platform/clients/http.ts';
import { systemClock } from '../platform/clock.ts';
import { loadConfig } from '../platform/config.ts';
import { ownKeys } from '../platform/identity/service/own-keys.ts';
import { createLogger } from '../platform/logger.ts';
import type { ObjectStore } from '../platform/objects/objects.ts';
import { createFiles, type Files } from '../platform/processor/files.ts';
import { definition, record } from '../platform/processor/processor.fixture.ts';
import { createPostgresRecords } from '../platform/processor/records/postgres/records.postgres.ts';
import type { Records } from '../platform/processor/records/records.ts';
import { processorService } from '../platform/processor/service.ts';
import { createHttpServer } from '../platform/serving/http.ts';
import { testEgress, testTokens } from '../platform/testing/identity.ts';
import { openTemporaryObjects } from '../platform/testing/objects.ts';
import { startTestService, type TestService } from '../platform/testing/service.ts';
import { fileRoutes } from './files.ts';

const ID = 'book-compiler';
const TEXT = 'The quick brown fox jumps over the lazy dog.';
const SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { none: ID }
  interface Blob { id: ID! }
  type UpperCase implements Blob @key(fields: "id") { id: ID! }`;

const make = vi.fn(() => TEXT);
const artifact = (mediaType: string, fileName = 'Füchse "&" <b>.bin') => ({
  version: '1',
  mediaType,
  fileName: () => fileName,
  make,
});
const processor = {
  ...definition,
  id: ID,
  artifacts: {
    picture: artifact('image/webp'),
    drawing: artifact('image/svg+xml'),
    page: artifact('text/html; charset=utf-8'),
  },
};

let service: TestService;
let records: Records;
let files: Files;
let url: string;
let hastyUrl: string;
let objects: ObjectStore;
/** Objects whose reading has ended. */
const closed = new Set<string>();
/** How putting an object goes. */
const puts = new Map<string, 'begun' | 'done' | 'failed'>();
const logger = createLogger('silent');
const app = createHttpServer({ logger });
/** The same, that waits for less than a second for a whole request. */
const hasty = createHttpServer({
  logger,
  limits: { timeouts: { headMs: 400, requestMs: 500, checkEveryMs: 50 } },
});

beforeAll(async () => {
  objects = await openTemporaryObjects();
  service = await startTestService(processorService(processor, SDL), {
    objects: async () => ({
      ...objects,
      async put(key, body, description) {
        puts.set(key, 'begun');
        const putting = objects.put(key, body, description);
        putting.then(
          () => puts.set(key, 'done'),
          () => puts.set(key, 'failed'),
        );
        return putting;
      },
      async get(key, range) {
        const found = await objects.get(key, range);
        found?.body.once('close', () => closed.add(key));
        return found;
      },
    }),
  });
  records = createPostgresRecords(await service.runtime.sql('book_compiler'), processor.records);
  files = createFiles({ service: ID, keys: await ownKeys(ID, service.runtime), clock: systemClock });
  const http = createServiceHttp({
    urls: loadConfig({}).urls,
    tokens: testTokens('gateway'),
    egress: testEgress,
  });
  app.addHook('onClose', () => http.close());
  const hostile = createServer((asked, answer) => {
    if (asked.url?.includes('elsewhere')) answer.writeHead(307, { location: 'http://evil.example/' });
    else {
      answer.writeHead(200, {
        'content-type': 'text/html',
        'content-disposition': 'inline',
        'content-security-policy': 'default-src *',
        'set-cookie': 'a=b',
        'access-control-allow-credentials': 'true',
      });
    }
    answer.end('<script>alert(1)</script>');
  });
  await new Promise<void>((resolve) => hostile.listen(0, '127.0.0.1', resolve));
  app.addHook('onClose', async () => void hostile.close());
  const places: Record<string, string> = {
    [ID]: service.url,
    'pitch-builder': `http://127.0.0.1:${(hostile.address() as AddressInfo).port}`,
  };
  const get = async (id: string) => (places[id] ? { id, base_url: places[id] } : undefined);
  for (const door of [app, hasty])
    fileRoutes(door, { http, processors: { get: get as never }, trustedProxies: [] });
  hastyUrl = await hasty.listen({ host: '127.0.0.1', port: 0 });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await hasty.close();
  await app.close();
  await service.stop();
  await objects.close();
});

let serial = 0;
async function blob(): Promise<string> {
  const made = record(`source-${++serial}`);
  await records.insert(made);
  return made.id;
}

async function ask(address: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await fetch(`${url}${address}`, { method, headers, redirect: 'manual' });
  const body = await answer.text();
  const { code } = (body.startsWith('{') ? JSON.parse(body).error : {}) as { code?: string };
  return { status: answer.status, headers: answer.headers, body, code };
}

describe('a file at a signed address', () => {
  it('is read without a token, made once, and kept by its tag', async () => {
    make.mockClear();
    const address = files.address(await blob(), 'picture');
    const first = await ask(address);
    expect([first.status, first.body]).toEqual([200, TEXT]);
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'content-type': 'image/webp',
      'content-length': String(TEXT.length),
      'content-disposition': expect.stringMatching(/^inline; filename=.*filename\*=UTF-8''F%C3%BCchse/),
      'accept-ranges': 'bytes',
      'cache-control': 'private, max-age=300',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
    });
    const etag = first.headers.get('etag') ?? '';
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await ask(address, { 'if-none-match': known });
      expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, '', etag]);
    }
    expect((await ask(address, { 'if-none-match': '"other"' })).status).toBe(200);
    expect(make).toHaveBeenCalledTimes(1);
  });

  it('is told of by HEAD without its bytes', async () => {
    const answer = await ask(files.address(await blob(), 'picture'), {}, 'HEAD');
    expect([answer.status, answer.body, answer.headers.get('content-length')]).toEqual([
      200,
      '',
      String(TEXT.length),
    ]);
  });

  it.each([
    ['bytes=0-2', 206, 'The', 'bytes 0-2/44'],
    ['bytes=40-', 206, 'dog.', 'bytes 40-43/44'],
    ['bytes=-4', 206, 'dog.', 'bytes 40-43/44'],
    ['bytes=-4000', 206, TEXT, 'bytes 0-43/44'],
    ['bytes=43-9999', 206, '.', 'bytes 43-43/44'],
    ['bytes=44-', 416, '', 'bytes */44'],
    ['bytes=-0', 416, '', 'bytes */44'],
    ['bytes=5-2', 200, TEXT, null],
    ['bytes=0-1,3-4', 200, TEXT, null],
    ['bytes=-', 200, TEXT, null],
    ['lines=0-1', 200, TEXT, null],
    ['bytes=99999999999999999999-', 200, TEXT, null],
  ])('answers range %j with %i', async (range, status, body, contentRange) => {
    const answer = await ask(files.address(await blob(), 'picture'), { range });
    expect([answer.status, answer.body, answer.headers.get('content-range')]).toEqual([
      status,
      body,
      contentRange,
    ]);
  });

  it('goes on with a range only of the same version', async () => {
    const address = files.address(await blob(), 'picture');
    const etag = (await ask(address, {}, 'HEAD')).headers.get('etag') ?? '';
    const range = 'bytes=0-2';
    expect((await ask(address, { range, 'if-range': etag })).status).toBe(206);
    for (const other of ['"other"', `W/${etag}`, 'Fri, 01 May 2026 10:00:00 GMT'])
      expect((await ask(address, { range, 'if-range': other })).status).toBe(200);
  });

  it('is saved, not shown, where a script could be in it, or where that is asked for', async () => {
    const id = await blob();
    const addresses = [
      files.address(id, 'drawing'),
      files.address(id, 'page'),
      files.address(id, 'picture', { saved: true }),
    ];
    for (const address of addresses) {
      const { headers } = await ask(address);
      expect(headers.get('content-disposition')).toMatch(/^attachment;/);
      expect(headers.get('content-security-policy')).toContain('sandbox');
    }
  });

  it('is gone with its blob', async () => {
    const id = await blob();
    const address = files.address(id, 'picture');
    expect((await ask(address)).status).toBe(200);
    await records.erase('alice', [id]);
    expect(await ask(address)).toMatchObject({ status: 404, code: 'BLOB_NOT_FOUND' });
  });
});

describe('a file that is sent', () => {
  const MIB = 1024 ** 2;
  const bytes = randomBytes(5 * MIB);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const announce = async (key: string) => {
    const expiresAt = new Date(Date.now() + 60_000);
    const terms = { contentType: 'image/png', sizeBytes: bytes.length, sha256, expiresAt };
    return files.objects.put(key, terms);
  };
  const fresh = () => `originals/alice/${++serial}`;
  const headers = { 'content-type': 'image/png', 'content-length': String(bytes.length) };

  it('arrives as it was announced, and is read again at its own address', async () => {
    const key = fresh();
    const { url: to, ...rest } = await announce(key);
    const answer = await fetch(`${url}${to}`, { ...rest, body: bytes });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    const expiresAt = new Date(Date.now() + 60_000);
    const read = await files.objects.get(key, { contentType: 'image/png', fileName: 'a.png', expiresAt });
    const range = await fetch(`${url}${read.url}`, { headers: { range: 'bytes=-3' } });
    expect([range.status, Buffer.from(await range.arrayBuffer())]).toEqual([206, bytes.subarray(-3)]);
  });

  it('is refused by name when it is another, and its sender reads why', async () => {
    const key = fresh();
    const { url: to } = await announce(key);
    const altered = Buffer.from(bytes);
    altered[0] = (altered[0] ?? 0) ^ 1;
    const sent: [string, Record<string, string>, Uint8Array][] = [
      [to, headers, altered],
      [to, { ...headers, 'content-type': 'image/jpeg' }, bytes],
      [to.replace('image%2Fpng', 'image%2Fjpeg'), headers, bytes],
      [to, { 'content-type': 'image/png', 'content-length': String(MIB) }, bytes.subarray(0, MIB)],
    ];
    const codes = [];
    for (const [address, of, body] of sent) {
      const answer = await request(`${url}${address}`, { method: 'PUT', headers: of, body });
      codes.push(((await answer.body.json()) as { error: { code: string } }).error.code);
    }
    expect(codes).toEqual(['UPLOAD_MISMATCH', 'UPLOAD_MISMATCH', 'ADDRESS_INVALID', 'UPLOAD_MISMATCH']);
    expect(await objects.head(key)).toBeNull();
  });

  it('leaves nothing when its sender breaks off', async () => {
    const key = fresh();
    const { url: to } = await announce(key);
    const sending = httpRequest(`${url}${to}`, { method: 'PUT', headers });
    sending.on('error', () => undefined);
    sending.write(bytes.subarray(0, MIB));
    await expect.poll(() => puts.get(key)).toBe('begun');
    sending.destroy();
    await expect.poll(() => puts.get(key)).toBe('failed');
    expect(await objects.head(key)).toBeNull();
    // The next one is taken all the same.
    const again = await request(`${url}${to}`, { method: 'PUT', headers, body: bytes });
    expect(again.statusCode).toBe(200);
    await again.body.dump();
  });

  it('leaves nothing when it does not come in time', async () => {
    const key = fresh();
    const { url: to } = await announce(key);
    const sending = httpRequest(`${hastyUrl}${to}`, { method: 'PUT', headers });
    sending.on('error', () => undefined);
    const ended = new Promise((resolve) => sending.once('close', resolve));
    sending.write(bytes.subarray(0, MIB));
    await ended;
    await expect.poll(() => puts.get(key)).toBe('failed');
    expect(await objects.head(key)).toBeNull();
  });

  it('is read no further when its reader goes', async () => {
    const key = fresh();
    await objects.put(key, randomBytes(16 * MIB), { contentType: 'image/png' });
    const expiresAt = new Date(Date.now() + 60_000);
    const read = await files.objects.get(key, { contentType: 'image/png', fileName: 'a.png', expiresAt });
    const answer = await request(`${url}${read.url}`);
    for await (const _ of answer.body) break;
    await expect.poll(() => closed.has(key)).toBe(true);
  });

  it('may be sent by a page of another origin, which asks first', async () => {
    const { url: to } = await announce(fresh());
    const answer = await fetch(`${url}${to}`, { method: 'OPTIONS' });
    expect([answer.status, Object.fromEntries(answer.headers)]).toMatchObject([
      204,
      {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET, HEAD, PUT',
        'access-control-allow-headers': expect.stringContaining('content-type'),
      },
    ]);
  });
});

describe('a processor that goes astray', () => {
  it('has nothing shown, run, set or loaded by a browser, and sends none elsewhere', async () => {
    const page = await ask('/api/v1/files/pitch-builder/artifacts/a/b?x=1');
    expect(page.status).toBe(200);
    const headers = Object.fromEntries(page.headers);
    expect(headers).toMatchObject({
      'content-disposition': 'attachment',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['set-cookie']));
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    expect(await ask('/api/v1/files/pitch-builder/artifacts/elsewhere/b')).toMatchObject({
      status: 403,
      code: 'ADDRESS_INVALID',
    });
  });
});

describe('an address', () => {
  const refused = { status: 403, code: 'ADDRESS_INVALID' };

  it('that was altered, is of another or of nobody, is refused by one error', async () => {
    const [one, other] = [await blob(), await blob()];
    const address = files.address(one, 'picture');
    const altered = [
      address.replace(one, other),
      address.replace('picture', 'page'),
      address.replace(/expires=\d+/, 'expires=1999999999'),
      `${address}&saved=1`,
      `${address}&expires=1`,
      address.slice(0, -2),
      address.split('?')[0] ?? '',
      address.replace(ID, 'nobody'),
      address.replace(ID, '..%2Fstate'),
      address.replace(one, '..%2F..%2Fhealth'),
    ];
    const messages = new Set<string>();
    for (const each of altered) {
      const answer = await ask(each);
      expect(answer, each).toMatchObject(refused);
      messages.add(JSON.parse(answer.body).error.message);
    }
    expect(messages.size).toBe(1);
  });

  it('is refused to HEAD, too', async () => {
    const address = files.address(await blob(), 'picture');
    expect((await ask(address.slice(0, -2), {}, 'HEAD')).status).toBe(403);
  });

  it('names a file that there is', async () => {
    const answer = await ask(files.address(await blob(), 'no-such'));
    expect(answer).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  it('opens nothing by another method', async () => {
    const address = files.address(await blob(), 'picture');
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask(address, {}, method)).status).toBe(404);
  });

  it('is for the gateway to ask, and for no other service or user', async () => {
    const path = files.address(await blob(), 'picture').replace(`/api/v1/files/${ID}`, '/files');
    expect((await fetch(`${service.url}${path}`)).status).toBe(401);
    expect((await service.rest('GET', path)).status).toBe(403);
    expect((await service.rest('GET', path, { caller: { service: 'state', viewer: null } })).status).toBe(
      403,
    );
    expect((await service.rest('GET', path, { caller: { viewer: null } })).status).toBe(200);
  });
});
