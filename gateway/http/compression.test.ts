import { Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { FastifyReply } from 'fastify';
import { request } from 'undici';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createHttpServer } from '../../platform/serving/http/http.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';
import { compressAnswers } from './compression.ts';

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
  expect([plain.headers['content-encoding'], plain.headers['vary']]).toEqual([
    undefined,
    'origin, accept-encoding',
  ]);
  const { headers, bytes } = await ask({ 'accept-encoding': accepted });
  expect([headers['content-encoding'], headers['content-length']]).toEqual([coding, `${bytes.length}`]);
  expect(bytes.length).toBeLessThan(plain.bytes.length / 2);
  expect(decompress(bytes).toString()).toBe(plain.bytes.toString());
});

test('a small answer, or one for a client that accepts no coding, is not compressed', async () => {
  const small = await ask({ 'accept-encoding': 'gzip' }, '{ __typename }');
  expect([small.headers['content-encoding'], small.bytes.toString()]).toEqual([
    undefined,
    '{"data":{"__typename":"Query"}}',
  ]);
  for (const accepted of ['identity', 'gzip;q=0', 'deflate', ''])
    expect((await ask({ 'accept-encoding': accepted })).headers['content-encoding']).toBeUndefined();
});

/** An app with one route that gives this answer. */
function answering(send: (reply: FastifyReply) => FastifyReply) {
  const app = createHttpServer({ logger: createLogger('silent') });
  onTestFinished(() => app.close());
  compressAnswers(app);
  app.get('/', (_request, reply) => send(reply));
  return (headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    app.inject({ method, url: '/', headers: { 'accept-encoding': 'br', ...headers } });
}

const text = 'A chapter of words. '.repeat(5_000);

test('a streamed text is compressed, and its ETag weakened', async () => {
  const ask = answering((reply) =>
    reply
      .type('text/plain; charset=utf-8')
      .headers({ etag: '"one"', 'accept-ranges': 'bytes', 'content-length': text.length })
      .send(Readable.from([text.slice(0, 10_000), text.slice(10_000)])),
  );
  const { headers, rawPayload } = await ask();
  expect(headers).toMatchObject({ 'content-encoding': 'br', etag: 'W/"one"', vary: 'accept-encoding' });
  expect([headers['content-length'], headers['accept-ranges']]).toEqual([undefined, undefined]);
  expect(brotliDecompressSync(rawPayload).toString()).toBe(text);
  const plain = await ask({ 'accept-encoding': 'identity' });
  expect(plain.headers).toMatchObject({ etag: '"one"', 'content-length': `${text.length}` });
});

test('a stream that fails is not a complete answer', async () => {
  async function* breaking() {
    yield text;
    throw new Error('The store is gone');
  }
  const ask = answering((reply) => reply.type('text/plain').send(Readable.from(breaking())));
  const { statusCode, headers, body } = await ask();
  expect([statusCode, JSON.parse(body).error.code]).toEqual([500, 'INTERNAL']);
  expect([headers['content-encoding'], headers['content-type']]).toEqual([
    undefined,
    'application/json; charset=utf-8',
  ]);
});

test.each<[string, (reply: FastifyReply) => FastifyReply, Record<string, string>?]>([
  ['a picture', (reply) => reply.type('image/png').send(Buffer.from(text))],
  ['a ZIP', (reply) => reply.type('application/epub+zip').send(Buffer.from(text))],
  ['what is compressed', (reply) => reply.header('content-encoding', 'gzip').type('text/css').send(text)],
  ['a range', (reply) => reply.status(206).type('text/plain').send(text)],
  ['an answer to a range request', (reply) => reply.type('text/plain').send(text), { range: 'bytes=0-9' }],
  ['lines told as they happen', (reply) => reply.type('application/x-ndjson').send(text)],
  ['events', (reply) => reply.type('text/event-stream').send(text)],
  ['what says so', (reply) => reply.header('cache-control', 'no-transform').type('text/css').send(text)],
  ['a small text', (reply) => reply.type('text/plain').send('short')],
  [
    'a small stream',
    (reply) =>
      reply
        .type('text/plain')
        .header('content-length', 5)
        .send(Readable.from(['short'])),
  ],
])('%s is not compressed', async (_, send, headers = {}) => {
  const before = await answering(send)({ ...headers, 'accept-encoding': 'identity' });
  const answer = await answering(send)(headers);
  expect(answer.headers['content-encoding']).toBe(before.headers['content-encoding']);
  expect(answer.rawPayload.equals(before.rawPayload)).toBe(true);
});

test('HEAD is answered without a body, with any coding', async () => {
  const ask = answering((reply) => reply.type('text/plain').send(text));
  const { headers, rawPayload } = await ask({}, 'HEAD');
  expect([headers['vary'], rawPayload.length]).toEqual(['accept-encoding', 0]);
});
