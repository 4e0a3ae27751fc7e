import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { withinTime } from '../../time/deadline.ts';
import type { Hop } from './hop.fixture.ts';

const get = { method: 'GET', path: '/', viewer: null } as const;

/** Answers that are read as they come, over any transport. */
export function streamsContract(hop: Hop): void {
  /** A client, and where the service that answers as `listener` says is. */
  async function connect(listener: RequestListener) {
    const { url, inWork } = await hop.serve('summary', listener);
    return { http: hop.client('gateway'), target: { id: 'summary', baseUrl: url }, inWork };
  }

  test('an answer comes with its status, its headers and its body', async () => {
    const { http, target } = await connect(({ headers }, response) => {
      response.writeHead(200, { etag: '"e"' }).end(`for ${headers['if-none-match']}`);
    });
    const { status, headers, body } = await http.stream(target, {
      ...get,
      headers: { 'if-none-match': 'x' },
    });
    expect([status, headers['etag'], await text(body)]).toEqual([200, '"e"', 'for x']);
  });

  test('a refusal has the service’s own code', async () => {
    const { http, target } = await connect((_request, response) => {
      response.writeHead(404).end('{"error":{"code":"BLOB_NOT_FOUND","message":"None."}}');
    });
    await expect(http.stream(target, get)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
  });

  test('no answer in time is told so, also while it waits for a connection', async () => {
    const { http, target } = await connect(() => undefined);
    const asked = Array.from({ length: 70 }, () => http.stream(target, { ...get, timeoutMs: 100 }));
    const codes = (await Promise.allSettled(asked)).map(({ status, ...rest }) => [
      status,
      (rest as { reason?: { code?: string } }).reason?.code,
    ]);
    expect(new Set(codes.map(String))).toEqual(new Set(['rejected,SERVICE_UNAVAILABLE']));
  });

  test('the request’s own time is heeded', async () => {
    const { http, target } = await connect(() => undefined);
    const asked = withinTime(50, () => http.stream(target, get));
    await expect(asked).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  test('who reads slowly keeps no calls from the same target', async () => {
    const piece = Buffer.alloc(1_000_000);
    const { http, target } = await connect(({ url }, response) => {
      if (url === '/call') response.end('{}');
      else response.end(piece);
    });
    const slow = await Promise.all(Array.from({ length: 64 }, () => http.stream(target, get)));
    expect(await http.call(target, { ...get, path: '/call' })).toEqual({});
    for (const { body } of slow) body.destroy();
  });

  test('whoever gives up ends the answer', async () => {
    const { http, target, inWork } = await connect((_request, response) => {
      response.writeHead(200).write('a beginning');
    });
    const given = new AbortController();
    const { body } = await http.stream(target, { ...get, signal: given.signal });
    given.abort();
    await expect(text(body)).rejects.toThrow();
    await expect.poll(inWork).toBe(0);
  });

  test('a head comes without its body', async () => {
    const { http, target } = await connect(({ method }, response) => {
      response.writeHead(200, { 'content-length': 5 }).end(method === 'HEAD' ? undefined : 'hello');
    });
    const { headers, body } = await http.stream(target, { ...get, method: 'HEAD' });
    expect([headers['content-length'], await text(body)]).toEqual(['5', '']);
  });

  const pieces = (...texts: string[]) => Readable.from(texts.map((piece) => Buffer.from(piece)));
  const put = { method: 'PUT', path: '/', viewer: null } as const;

  test('a file is sent as it comes', async () => {
    const { http, target } = await connect(async (request, response) => {
      const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
      response.end(`${length} ${coding} ${await text(request)}`);
    });
    const sent = async (headers: Record<string, string>) =>
      text((await http.stream(target, { ...put, headers, upload: pieces('one ', 'two') })).body);
    expect(await sent({})).toBe('undefined chunked one two');
    expect(await sent({ 'content-length': '7' })).toBe('7 undefined one two');
  });

  test('a file that breaks off, or is not as long as it says, breaks the request off', async () => {
    let broken = 0;
    const { http, target, inWork } = await connect((request) => {
      text(request).catch(() => {
        broken += 1;
      });
    });
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('a beginning');
        throw new Error('The disk is gone');
      })(),
    );
    const unavailable = { code: 'SERVICE_UNAVAILABLE' };
    await expect(http.stream(target, { ...put, upload: failing })).rejects.toMatchObject(unavailable);
    const headers = { 'content-length': '9' };
    const short = http.stream(target, { ...put, headers, upload: pieces('four') });
    await expect(short).rejects.toMatchObject(unavailable);
    await expect.poll(() => broken).toBe(2);
    await expect.poll(inWork).toBe(0);
    const given = new AbortController();
    const upload = new Readable({ read: () => undefined });
    const asked = http.stream(target, { ...put, upload, signal: given.signal });
    given.abort();
    await expect(asked).rejects.toMatchObject(unavailable);
    await expect.poll(() => upload.destroyed).toBe(true);
  });
}
