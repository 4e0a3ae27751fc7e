import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../config.ts';
import { withinTime } from '../deadline.ts';
import { testEgress, testTokens } from '../testing/identity.ts';
import { createServiceHttp } from './http.ts';

const tokens = testTokens('gateway');
const get = { method: 'GET', path: '/', viewer: null } as const;

/** A client, and where the server that answers as `listener` says is. */
async function connect(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const http = createServiceHttp({ urls: loadConfig({}).urls, tokens, egress: testEgress });
  onTestFinished(async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
  });
  return {
    http,
    target: { id: 'summary', baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    server,
  };
}

test('an answer comes with its status, its headers and its body', async () => {
  const { http, target } = await connect(({ headers }, response) => {
    response.writeHead(200, { etag: '"e"' }).end(`for ${headers['if-none-match']}`);
  });
  const { status, headers, body } = await http.stream(target, { ...get, headers: { 'if-none-match': 'x' } });
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
  const { http, target, server } = await connect((_request, response) => {
    response.writeHead(200).write('a beginning');
  });
  const given = new AbortController();
  const { body } = await http.stream(target, { ...get, signal: given.signal });
  given.abort();
  await expect(text(body)).rejects.toThrow();
  const open = () =>
    new Promise<number>((resolve, reject) => {
      server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  await expect.poll(open).toBe(0);
});
