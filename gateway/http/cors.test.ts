import { once } from 'node:events';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { originList } from '../../platform/serving/doors/origins.ts';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';

let graph: TestGraph;
let url: string;
let authorization: string;

const PAGE = 'https://app.example.com';
const corsOrigins = originList.parse(`${PAGE}, https://*.example.org`);

beforeAll(async () => {
  graph = await startTestGraph({ config: { corsOrigins } });
  ({ url } = graph.gateway);
  authorization = `Bearer ${await graph.token()}`;
});

afterAll(() => graph.stop());

async function preflight(path: string, headers: Record<string, string> = {}) {
  const answer = await request(`${url}${path}`, {
    method: 'OPTIONS',
    headers: {
      origin: PAGE,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
      ...headers,
    },
  });
  await answer.body.dump();
  return answer;
}

describe('a page whose origin is allowed', () => {
  test.each([
    ['/graphql', 'GET, HEAD, POST'],
    ['/graphql/', 'GET, HEAD, POST'],
    ['/graphql?query={__typename}', 'GET, HEAD, POST'],
    ['/api/v1/blobs/batch', 'POST'],
    ['/api/v1/processors/state/blobs/a-blob', 'GET, HEAD'],
    ['/api/v1/uploads', 'POST'],
    // The page must be able to read the 404.
    ['/api/v1/nothing', 'GET, HEAD, POST, PUT, PATCH, DELETE'],
  ])('gets a preflight answer for %s without a token', async (path, methods) => {
    const { statusCode, headers } = await preflight(path);
    expect(statusCode).toBe(204);
    const allowed = String(headers['access-control-allow-methods']).split(', ');
    expect(allowed).toEqual(expect.arrayContaining(methods.split(', ')));
    expect(headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-headers': 'authorization,content-type,idempotency-key',
      vary: 'origin',
    });
    expect(headers['access-control-allow-credentials']).toBeUndefined();
  });

  test('may read answers and errors, with the headers that it needs', async () => {
    for (const [path, token, status] of [
      ['/graphql', authorization, 200],
      ['/graphql', 'Bearer none', 401],
      ['/api/v1/nothing', authorization, 404],
      ['/api/v1/uploads', 'Bearer none', 401],
    ] as const) {
      const { statusCode, headers, body } = await request(`${url}${path}`, {
        method: 'POST',
        headers: { origin: PAGE, authorization: token, 'content-type': 'application/json' },
        body: '{"query":"{ __typename }"}',
      });
      await body.dump();
      expect([statusCode, headers['access-control-allow-origin']]).toEqual([status, PAGE]);
      for (const name of ['x-request-id', 'retry-after', 'etag', 'link', 'location', 'ratelimit'])
        expect(headers['access-control-expose-headers']).toContain(name);
    }
  });

  test('may reach a private network when its browser asks', async () => {
    const { headers } = await preflight('/graphql', { 'access-control-request-private-network': 'true' });
    expect(headers['access-control-allow-private-network']).toBe('true');
    const other = { origin: 'https://evil.example', 'access-control-request-private-network': 'true' };
    expect(
      (await preflight('/graphql', other)).headers['access-control-allow-private-network'],
    ).toBeUndefined();
  });
});

test.each([
  'null',
  'https://app.example.com.evil.example',
  'http://app.example.com',
  'HTTPS://APP.EXAMPLE.COM',
  '*',
])('a page of %s is not allowed', async (origin) => {
  for (const { headers } of [
    await preflight('/graphql', { origin }),
    await preflight('/api/v1/blobs', { origin }),
  ])
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  const { headers, body } = await request(`${url}/graphql?query={__typename}`, {
    headers: { origin, authorization },
  });
  await body.dump();
  expect([headers['access-control-allow-origin'], headers['vary']]).toEqual([undefined, 'origin']);
});

test('a cached answer without an origin is not used for pages', async () => {
  const { headers, body } = await request(`${url}/graphql?query={__typename}`, {
    headers: { authorization },
  });
  await body.dump();
  expect(headers['vary']).toBe('origin');
});

test('health and pages are not shared with other origins; files have their own rule', async () => {
  const file = await preflight('/api/v1/files/text-expansion/objects/key');
  expect([file.statusCode, file.headers['access-control-allow-origin']]).toEqual([204, '*']);
  for (const path of ['/ready', '/health', '/metrics', '/graphiql/', '/'])
    expect((await preflight(path)).headers['access-control-allow-origin']).toBeUndefined();
});

describe('over WebSocket', () => {
  /** The status of an upgrade request; 101 when it succeeds. */
  async function connect(headers: Record<string, string>, search = ''): Promise<number> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql${search}`, 'graphql-transport-ws', {
      headers,
    });
    const refused = once(socket, 'unexpected-response').then(([, { statusCode }]) => statusCode as number);
    const opened = once(socket, 'open').then(() => 101);
    refused.catch(() => undefined);
    opened.catch(() => undefined);
    const status = await Promise.race([refused, opened]);
    socket.on('error', () => undefined).terminate();
    return status;
  }

  test('clients other than browsers, pages of the gateway and of allowed origins connect', async () => {
    const { host } = new URL(url);
    for (const headers of [
      {},
      { origin: `http://${host}` },
      { origin: PAGE },
      { origin: 'https://a.example.org' },
    ])
      expect(await connect(headers)).toBe(101);
  });

  test.each([
    'null',
    'https://evil.example',
    'https://app.example.com.evil.example',
    'http://127.0.0.1',
    'x',
  ])('a page of %s does not connect', async (origin) => expect(await connect({ origin })).toBe(403));

  test('a token in the URL is refused before anything else', async () => {
    expect(await connect({}, '?access_token=a.b.c')).toBe(400);
    expect(graph.gateway.logs.join('')).not.toContain('a.b.c');
  });
});

test('pages on loopback are allowed, but not in production', async () => {
  const local = await startTestGraph();
  const production = await startTestGraph({ config: { production: true, corsOrigins: [] } });
  const ask = ({ gateway }: TestGraph) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' },
    });
  try {
    expect((await ask(local)).headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    expect((await ask(production)).headers.get('access-control-allow-origin')).toBeNull();
  } finally {
    await Promise.all([local.stop(), production.stop()]);
  }
});
