import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { serve } from '../../../platform/testing/http-server.ts';
import { testEgress } from '../../../platform/testing/identity.ts';
import { openHttpProbe } from './probe.http.ts';

const { probe, close } = openHttpProbe(testEgress);
afterAll(close);

const at = (base_url: string, health_endpoint = '/health') => ({ id: 'mine', base_url, health_endpoint });
const soon = () => AbortSignal.timeout(5_000);

/** Answers by path; another is not found. */
const answering =
  (
    routes: Readonly<Record<string, readonly [status: number, body: string]>>,
    seen: string[] = [],
  ): RequestListener =>
  ({ url = '', headers }: IncomingMessage, response: ServerResponse) => {
    seen.push(...Object.keys(headers));
    const [status, body] = routes[url] ?? [404, ''];
    response.writeHead(status, { location: '/elsewhere' }).end(body);
  };
const found = async (routes: Parameters<typeof answering>[0]) =>
  probe(at(await serve(answering(routes))), soon());

/** A server of its own protocol. */
async function serveRaw(answer: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each([
  [200, 'ok', 'up', null],
  [204, '', 'up', null],
  [200, '{"status":"ok","service":"mine"}', 'up', null],
  [200, '{"status":"UP"}', 'up', null],
  [200, '{"status":true,"service":7}', 'up', null],
  [200, '{"status":"unwell"}', 'degraded', 'Its health check says `unwell`.'],
  [200, '{"status":"ok","service":"yours"}', 'down', 'At its address answers `yours`.'],
  [200, ' <!doctype html><title>Welcome</title>', 'down', 'Its health check answers with a web page.'],
  [200, 'x'.repeat(5_000_000), 'down', 'Its health check answers with more than 64 KiB.'],
  [302, '', 'down', 'Its health check answers 302.'],
  [404, '', 'down', 'Its health check answers 404.'],
  [503, '', 'down', 'Its health check answers 503.'],
])('an answer %i %.40s is %s', async (status, body, expected, reason) => {
  const { latencyMs, ...rest } = await found({ '/health': [status, body] });
  expect(rest).toEqual({ status: expected, reason });
  expect(latencyMs).toBeGreaterThanOrEqual(0);
});

it.each([
  [
    503,
    '{"status":"unavailable","checks":{"store":"unreachable","log":"ok"}}',
    'It is not ready: store unreachable.',
  ],
  [200, '{"status":"degraded","checks":{"a":"degraded: slow"}}', 'It is not ready: a degraded: slow.'],
  [503, '{"checks":{"a":{"toString":1},"b":null}}', 'It is not ready: a {"toString":1}; b null.'],
  [503, 'garbage', 'It is not ready (503).'],
  [503, `{"checks":{"a":"${'x\\n'.repeat(500)}"}}`, expect.stringMatching(/^It is not ready: a (x )+x?\.?$/)],
  [200, 'garbage', null],
  [200, '{"status":"ready"}', null],
  [404, '', null],
  [401, '{"status":"no"}', null],
])('beside it, readiness %i %.40s says %s', async (status, body, reason) => {
  const { latencyMs: _, ...rest } = await found({ '/health': [200, 'ok'], '/ready': [status, body] });
  expect(rest).toEqual({ status: reason === null ? 'up' : 'degraded', reason });
});

it('no readiness harms the process, be the health told before or after it', async () => {
  const unheard: unknown[] = [];
  const hear = (error: unknown) => unheard.push(error);
  process.on('unhandledRejection', hear);
  onTestFinished(() => void process.off('unhandledRejection', hear));
  const strange = '{"checks":{"a":{"toString":1}}}';
  for (const health of [200, 500]) await found({ '/health': [health, 'ok'], '/ready': [503, strange] });
  await new Promise((resolve) => setImmediate(resolve));
  expect(unheard).toEqual([]);
});

it('one whose readiness hangs is degraded, one whose health hangs is down', async () => {
  const hanging = (path: string) =>
    serve(({ url }, response) => {
      if (url !== path) response.end('ok');
    });
  const within = () => AbortSignal.timeout(300);
  expect(await probe(at(await hanging('/ready')), within())).toMatchObject({
    status: 'degraded',
    reason: 'It does not answer whether it is ready.',
  });
  expect(await probe(at(await hanging('/health')), within())).toEqual({
    status: 'down',
    latencyMs: null,
    reason: 'It does not answer in time.',
  });
});

it('an answer that drips for ever is given up in time', async () => {
  const dripping = await serve((_request, response) => {
    const drip = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(drip));
  });
  expect((await probe(at(dripping), AbortSignal.timeout(300))).reason).toBe('It does not answer in time.');
});

it('what is no HTTP, or nobody’s, is down', async () => {
  const garbage = await serveRaw((socket) => socket.end('\0\xff garbage\r\n\r\n'));
  expect(await probe(at(garbage), soon())).toMatchObject({ status: 'down', latencyMs: null });
  const ending = await serveRaw((socket) => socket.destroy());
  expect((await probe(at(ending), soon())).reason).toMatch(/ended the connection/);
  expect((await probe(at('http://127.0.0.1:9'), soon())).reason).toBe('Nothing listens at its address.');
  expect((await probe(at('not an address'), soon())).status).toBe('down');
  // Of cloud hosts' metadata.
  expect((await probe(at('http://169.254.169.254'), soon())).status).toBe('down');
});

it('asks without an identity, and once where health and readiness are one', async () => {
  const seen: string[] = [];
  const url = await serve(answering({ '/ready': [200, '{"status":"ready","service":"mine"}'] }, seen));
  expect((await probe(at(url, '/ready'), soon())).status).toBe('up');
  expect(seen.filter((header) => header === 'host')).toHaveLength(1);
  expect(seen).not.toContain('authorization');
});
