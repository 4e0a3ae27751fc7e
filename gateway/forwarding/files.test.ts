import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createPostgresRecords } from '../../platform/processor/records/postgres/records.postgres.ts';
import { definition } from '../../platform/processor/testing/processor.fixture.ts';
import { type FileGateway, PROCESSOR, startFileGateway, TEXT } from './files.fixture.ts';

const make = vi.fn(() => TEXT);
let gateway: FileGateway;
beforeAll(async () => {
  gateway = await startFileGateway({
    make,
    recordsOf: async ({ runtime }) =>
      createPostgresRecords(await runtime.sql('book_compiler'), definition.records),
  });
});
afterAll(() => gateway.stop());

async function ask(address: string, headers: Record<string, string> = {}, method = 'GET') {
  const answer = await fetch(`${gateway.url}${address}`, { method, headers, redirect: 'manual' });
  const body = await answer.text();
  const { code } = (body.startsWith('{') ? JSON.parse(body).error : {}) as { code?: string };
  return { status: answer.status, headers: answer.headers, body, code };
}

describe('a file at a signed address', () => {
  it('is read without a token, rendered once, and cached by its ETag', async () => {
    make.mockClear();
    const address = gateway.files.address(await gateway.blob(), 'picture');
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

  it('answers HEAD without its bytes', async () => {
    const answer = await ask(gateway.files.address(await gateway.blob(), 'picture'), {}, 'HEAD');
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
    const answer = await ask(gateway.files.address(await gateway.blob(), 'picture'), { range });
    expect([answer.status, answer.body, answer.headers.get('content-range')]).toEqual([
      status,
      body,
      contentRange,
    ]);
  });

  it('answers a range with `If-Range` only for the same version', async () => {
    const address = gateway.files.address(await gateway.blob(), 'picture');
    const etag = (await ask(address, {}, 'HEAD')).headers.get('etag') ?? '';
    const range = 'bytes=0-2';
    expect((await ask(address, { range, 'if-range': etag })).status).toBe(206);
    for (const other of ['"other"', `W/${etag}`, 'Fri, 01 May 2026 10:00:00 GMT'])
      expect((await ask(address, { range, 'if-range': other })).status).toBe(200);
  });

  it('is saved, not shown, when it could contain scripts, or on request', async () => {
    const id = await gateway.blob();
    const addresses = [
      gateway.files.address(id, 'drawing'),
      gateway.files.address(id, 'page'),
      gateway.files.address(id, 'picture', { saved: true }),
    ];
    for (const address of addresses) {
      const { headers } = await ask(address);
      expect(headers.get('content-disposition')).toMatch(/^attachment;/);
      expect(headers.get('content-security-policy')).toContain('sandbox');
    }
  });

  it('is gone with its blob', async () => {
    const id = await gateway.blob();
    const address = gateway.files.address(id, 'picture');
    expect((await ask(address)).status).toBe(200);
    await gateway.records.erase('alice', [id]);
    expect(await ask(address)).toMatchObject({ status: 404, code: 'BLOB_NOT_FOUND' });
  });
});

describe('an upload', () => {
  const MIB = 1024 ** 2;
  const bytes = randomBytes(5 * MIB);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const announce = async (key: string) => {
    const expiresAt = new Date(Date.now() + 60_000);
    const terms = { contentType: 'image/png', sizeBytes: bytes.length, sha256, expiresAt };
    return gateway.files.objects.put(key, terms);
  };
  let serial = 0;
  const fresh = () => `originals/alice/${++serial}`;
  const headers = { 'content-type': 'image/png', 'content-length': String(bytes.length) };

  it('is stored as announced, and read at its own address', async () => {
    const key = fresh();
    const { url: to, ...rest } = await announce(key);
    const answer = await fetch(`${gateway.url}${to}`, { ...rest, body: bytes });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    const expiresAt = new Date(Date.now() + 60_000);
    const read = await gateway.files.objects.get(key, {
      contentType: 'image/png',
      fileName: 'a.png',
      expiresAt,
    });
    const range = await fetch(`${gateway.url}${read.url}`, { headers: { range: 'bytes=-3' } });
    expect([range.status, Buffer.from(await range.arrayBuffer())]).toEqual([206, bytes.subarray(-3)]);
  });

  it('is refused when it differs from what was announced, with an answer that says why', async () => {
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
      const answer = await request(`${gateway.url}${address}`, { method: 'PUT', headers: of, body });
      codes.push(((await answer.body.json()) as { error: { code: string } }).error.code);
    }
    expect(codes).toEqual(['UPLOAD_MISMATCH', 'UPLOAD_MISMATCH', 'ADDRESS_INVALID', 'UPLOAD_MISMATCH']);
    expect(await gateway.objects.head(key)).toBeNull();
  });

  it('leaves nothing when its client disconnects', async () => {
    const key = fresh();
    const { url: to } = await announce(key);
    const sending = httpRequest(`${gateway.url}${to}`, { method: 'PUT', headers });
    sending.on('error', () => undefined);
    sending.write(bytes.subarray(0, MIB));
    await expect.poll(() => gateway.puts.get(key)).toBe('begun');
    sending.destroy();
    await expect.poll(() => gateway.puts.get(key)).toBe('failed');
    expect(await gateway.objects.head(key)).toBeNull();
    // The next upload succeeds.
    const again = await request(`${gateway.url}${to}`, { method: 'PUT', headers, body: bytes });
    expect(again.statusCode).toBe(200);
    await again.body.dump();
  });

  it('leaves nothing when it times out', async () => {
    const key = fresh();
    const { url: to } = await announce(key);
    const sending = httpRequest(`${gateway.hastyUrl}${to}`, { method: 'PUT', headers });
    sending.on('error', () => undefined);
    const ended = new Promise((resolve) => sending.once('close', resolve));
    sending.write(bytes.subarray(0, MIB));
    await ended;
    await expect.poll(() => gateway.puts.get(key)).toBe('failed');
    expect(await gateway.objects.head(key)).toBeNull();
  });

  it('is no longer read when its reader disconnects', async () => {
    const key = fresh();
    await gateway.objects.put(key, randomBytes(16 * MIB), { contentType: 'image/png' });
    const expiresAt = new Date(Date.now() + 60_000);
    const read = await gateway.files.objects.get(key, {
      contentType: 'image/png',
      fileName: 'a.png',
      expiresAt,
    });
    const answer = await request(`${gateway.url}${read.url}`);
    for await (const _ of answer.body) break;
    await expect.poll(() => gateway.closed.has(key)).toBe(true);
  });

  it('is allowed from pages of other origins, after a preflight', async () => {
    const { url: to } = await announce(fresh());
    const answer = await fetch(`${gateway.url}${to}`, { method: 'OPTIONS' });
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

describe('a hostile processor', () => {
  it('cannot make browsers show, run, store or load anything, or redirect them', async () => {
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

  it('that was altered, or names another blob or no processor, gets the same error', async () => {
    const [one, other] = [await gateway.blob(), await gateway.blob()];
    const address = gateway.files.address(one, 'picture');
    const altered = [
      address.replace(one, other),
      address.replace('picture', 'page'),
      address.replace(/expires=\d+/, 'expires=1999999999'),
      `${address}&saved=1`,
      `${address}&expires=1`,
      address.slice(0, -2),
      address.split('?')[0] ?? '',
      address.replace(PROCESSOR, 'nobody'),
      address.replace(PROCESSOR, '..%2Fstate'),
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

  it('is refused for HEAD, too', async () => {
    const address = gateway.files.address(await gateway.blob(), 'picture');
    expect((await ask(address.slice(0, -2), {}, 'HEAD')).status).toBe(403);
  });

  it('must name an existing file', async () => {
    const answer = await ask(gateway.files.address(await gateway.blob(), 'no-such'));
    expect(answer).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  it('allows no other method', async () => {
    const address = gateway.files.address(await gateway.blob(), 'picture');
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask(address, {}, method)).status).toBe(405);
  });

  it('is accepted from the gateway, and from no other service or user', async () => {
    const path = gateway.files
      .address(await gateway.blob(), 'picture')
      .replace(`/api/v1/files/${PROCESSOR}`, '/files');
    expect((await fetch(`${gateway.service.url}${path}`)).status).toBe(401);
    expect((await gateway.service.rest('GET', path)).status).toBe(403);
    expect(
      (await gateway.service.rest('GET', path, { caller: { service: 'state', viewer: null } })).status,
    ).toBe(403);
    expect((await gateway.service.rest('GET', path, { caller: { viewer: null } })).status).toBe(200);
  });
});
