import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sendText, textBytes } from './text.ts';

const PAIR = '😀';
/** Pairs of surrogates across the ends of pieces, and characters of one to four bytes. */
const LONG = `a${PAIR.repeat(70_000)}é${'漢'.repeat(70_000)}${'x'.repeat(70_000)}`;
const texts: Readonly<Record<string, string>> = {
  long: LONG,
  short: 'Mara – 漢字',
  one: PAIR,
  none: '',
  // As long as one piece, and one unit more.
  piece: 'y'.repeat(64 * 1024),
  cut: `${'y'.repeat(64 * 1024 - 1)}${PAIR}`,
};

let app: FastifyInstance;
beforeAll(async () => {
  app = fastify();
  app.decorateRequest('part', null);
  app.get<{ Params: { name: string } }>('/:name', (request, reply) => {
    const { name } = request.params;
    return sendText(request, reply, { etag: `"${name}"`, open: () => textBytes(texts[name] ?? '') });
  });
  await app.ready();
});
afterAll(() => app?.close());

const read = (name: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  app.inject({ method, url: `/${name}`, headers });

it.each(Object.keys(texts))('%s is sent whole, as UTF-8 of a known length', async (name) => {
  const { statusCode, headers, rawPayload } = await read(name);
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    etag: `"${name}"`,
  });
  expect(headers['cache-control']).toContain('private');
  expect(headers['content-length']).toBe(String(rawPayload.length));
  expect(rawPayload.equals(Buffer.from(texts[name] ?? ''))).toBe(true);
});

describe('a range', () => {
  const whole = Buffer.from(LONG);
  it.each([
    [0, 0],
    [1, 3],
    [2, 262_143],
    [262_141, 262_149],
    [280_000, 280_010],
    [whole.length - 1, whole.length - 1],
    [0, whole.length - 1],
  ])('from %i to %i is those bytes', async (start, end) => {
    const answer = await read('long', { range: `bytes=${start}-${end}` });
    expect(answer.statusCode).toBe(206);
    expect(answer.headers['content-range']).toBe(`bytes ${start}-${end}/${whole.length}`);
    expect(answer.headers['content-length']).toBe(String(end - start + 1));
    expect(answer.rawPayload.equals(whole.subarray(start, end + 1))).toBe(true);
  });

  it('put together gives the text, wherever it is cut', async () => {
    const parts: Buffer[] = [];
    for (let start = 0; start < whole.length; start += 99_991) {
      const { rawPayload } = await read('long', { range: `bytes=${start}-${start + 99_990}` });
      parts.push(rawPayload);
    }
    expect(Buffer.concat(parts).toString('utf8')).toBe(LONG);
  });

  it('open, of the last bytes, or beyond the end', async () => {
    expect((await read('short', { range: 'bytes=7-' })).rawPayload.toString()).toBe(
      Buffer.from('Mara – 漢字').subarray(7).toString(),
    );
    expect((await read('short', { range: 'bytes=-3' })).rawPayload.toString()).toBe('字');
    const beyond = await read('short', { range: 'bytes=100-' });
    expect([beyond.statusCode, beyond.headers['content-range'], beyond.body]).toEqual([
      416,
      'bytes */15',
      '',
    ]);
    expect((await read('none', { range: 'bytes=0-' })).statusCode).toBe(416);
  });

  it('that is none, or of several, is answered with all', async () => {
    for (const range of ['bytes=5-1', 'lines=1-2', 'bytes=0-1,3-4', 'bytes=-'])
      expect((await read('short', { range })).statusCode).toBe(200);
  });

  it('of another version is answered with all', async () => {
    const range = 'bytes=0-3';
    expect((await read('short', { range, 'if-range': '"short"' })).statusCode).toBe(206);
    expect((await read('short', { range, 'if-range': '"other"' })).statusCode).toBe(200);
    expect((await read('short', { range, 'if-range': 'W/"short"' })).statusCode).toBe(200);
  });
});

it('HEAD tells of it without it', async () => {
  const { statusCode, headers, body } = await read('long', {}, 'HEAD');
  expect([statusCode, body]).toEqual([200, '']);
  expect(headers['content-length']).toBe(String(Buffer.byteLength(LONG)));
});

it('who has it is told so', async () => {
  for (const tag of ['"short"', 'W/"short"', '"other", "short"', '*']) {
    const { statusCode, headers, body } = await read('short', { 'if-none-match': tag });
    expect([statusCode, headers['etag'], body]).toEqual([304, '"short"', '']);
  }
  expect((await read('short', { 'if-none-match': '"other"' })).statusCode).toBe(200);
});
