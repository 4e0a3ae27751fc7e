import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGraph, type TestGraph } from '../testing/graph.ts';
import { isLocalOrigin } from './cors.ts';

let graph: TestGraph;
let url: string;
let authorization: string;

beforeAll(async () => {
  const blobs = Array.from({ length: 50 }, (_, index) => ({
    id: `b${index}`,
    owner: 'state' as const,
    title: `Chapter ${index}`,
  }));
  graph = await startTestGraph({ blobs });
  url = `${graph.gateway.url}/graphql`;
  authorization = `Bearer ${await graph.token()}`;
});

afterAll(() => graph.stop());

const QUERY = '{ blobs(first: 50) { nodes { id title preview } } }';

async function ask(headers: Record<string, string>, query = QUERY) {
  const answer = await request(url, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return { headers: answer.headers, bytes: Buffer.from(await answer.body.arrayBuffer()) };
}

test.each([
  ['gzip', 'gzip', gunzipSync],
  ['br', 'br', brotliDecompressSync],
  ['gzip;q=0.5, br', 'br', brotliDecompressSync],
  ['deflate, gzip, br', 'gzip', gunzipSync],
] as const)('an answer is compressed for who takes %s', async (accepted, coding, decompress) => {
  const plain = await ask({});
  expect([plain.headers['content-encoding'], plain.headers['vary']]).toEqual([undefined, 'accept-encoding']);
  const { headers, bytes } = await ask({ 'accept-encoding': accepted });
  expect([headers['content-encoding'], headers['content-length']]).toEqual([coding, `${bytes.length}`]);
  expect(bytes.length).toBeLessThan(plain.bytes.length / 2);
  expect(decompress(bytes).toString()).toBe(plain.bytes.toString());
});

test('a small answer, or one for who takes no coding, is sent as it is', async () => {
  const small = await ask({ 'accept-encoding': 'gzip' }, '{ __typename }');
  expect([small.headers['content-encoding'], small.bytes.toString()]).toEqual([
    undefined,
    '{"data":{"__typename":"Query"}}',
  ]);
  for (const accepted of ['identity', 'gzip;q=0', 'deflate'])
    expect((await ask({ 'accept-encoding': accepted })).headers['content-encoding']).toBeUndefined();
});

const preflight = (origin: string) =>
  fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

test('a page that is developed on this machine may use the graph', async () => {
  const origin = 'http://localhost:5173';
  const { status, headers } = await preflight(origin);
  expect(status).toBe(204);
  expect(Object.fromEntries(headers)).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization,content-type',
    vary: 'origin',
  });
  const answer = await ask({ origin }, '{ __typename }');
  expect(answer.headers['access-control-allow-origin']).toBe(origin);
  const refused = await ask({ origin, authorization: 'Bearer none' });
  expect(refused.headers['access-control-allow-origin']).toBe(origin);
});

test('a page of another origin may not', async () => {
  const { headers } = await preflight('https://elsewhere.example');
  expect(headers.get('access-control-allow-origin')).toBeNull();
  const answer = await ask({ origin: 'https://elsewhere.example' }, '{ __typename }');
  expect(answer.headers['access-control-allow-origin']).toBeUndefined();
});

test('in production no page of another origin may', async () => {
  const production = await startTestGraph({ config: { production: true } });
  try {
    const answer = await fetch(`${production.gateway.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' },
    });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  } finally {
    await production.stop();
  }
});

test.each([
  ['http://localhost:5173', true],
  ['https://127.0.0.1', true],
  ['http://[::1]:3000', true],
  ['http://localhost.example', false],
  ['null', false],
  ['file://localhost', false],
])('%s is of this machine: %s', (origin, expected) => {
  expect(isLocalOrigin(origin)).toBe(expected);
});
