import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGraph, type TestGraph } from '../../testing/test-graph.ts';

interface Problem {
  readonly status: number;
  readonly type: string;
  readonly code: string;
  readonly field?: string;
  readonly errors?: readonly object[];
  readonly [member: string]: unknown;
}

let graph: TestGraph;

beforeAll(async () => {
  graph = await startTestGraph({ blobs: [{ id: 'b0', owner: 'state', title: 'Chapter' }] });
});
afterAll(() => graph.stop());

type Body = string | Buffer;

async function ask(
  method: string,
  path: string,
  { body, ...headers }: { body?: Body } & Record<string, Body> = {},
) {
  const answer = await request(`${graph.gateway.url}${path}`, {
    method: method as 'GET',
    headers: { authorization: `Bearer ${await graph.token()}`, ...(headers as Record<string, string>) },
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, text, problem: JSON.parse(text) as Problem };
}

const json = { 'content-type': 'application/json' };
const blob = (member = '') => `{"type":"note","schema_id":"text-input-v1","data":{}${member}}`;

test.each([
  ['no token', 401, 'UNAUTHENTICATED', 'GET', '/api/v1/blobs/b0', { authorization: '' }],
  ['no blob', 404, 'BLOB_NOT_FOUND', 'GET', '/api/v1/blobs/none', {}],
  ['no such path', 404, 'NOT_FOUND', 'GET', '/api/v1/nothing', {}],
  ['another method', 405, 'METHOD_NOT_ALLOWED', 'PUT', '/api/v1/blobs/b0', { ...json, body: '{}' }],
  ['another user', 404, 'NOT_FOUND', 'GET', '/api/v1/users/bob/blobs', {}],
  ['an unknown parameter', 400, 'VALIDATION_FAILED', 'GET', '/api/v1/users/me/blobs?bookId=b', {}],
  ['too many', 400, 'VALIDATION_FAILED', 'GET', '/api/v1/users/me/blobs?limit=101', {}],
  ['no such part', 400, 'VALIDATION_FAILED', 'GET', '/api/v1/blobs/b0?include=all', {}],
  ['no body', 400, 'VALIDATION_FAILED', 'POST', '/api/v1/blobs', {}],
  ['an empty body', 400, 'VALIDATION_FAILED', 'POST', '/api/v1/blobs', { ...json, body: '' }],
  ['no JSON', 400, 'BAD_REQUEST', 'POST', '/api/v1/blobs', { ...json, body: '{' }],
  [
    'no UTF-8',
    400,
    'BAD_REQUEST',
    'POST',
    '/api/v1/blobs',
    { ...json, body: Buffer.from([0x22, 0xff, 0x22]) },
  ],
  ['a list', 400, 'VALIDATION_FAILED', 'POST', '/api/v1/blobs', { ...json, body: `[${blob()}]` }],
  ['an unknown member', 400, 'VALIDATION_FAILED', 'POST', '/api/v1/blobs', { ...json, body: blob(',"x":1') }],
  [
    'a number that would not be kept',
    400,
    'VALIDATION_FAILED',
    'POST',
    '/api/v1/blobs',
    {
      ...json,
      body: blob(',"title":1e400'),
    },
  ],
  [
    'two keys',
    400,
    'BAD_REQUEST',
    'POST',
    '/api/v1/blobs',
    {
      ...json,
      'idempotency-key': '"a"',
      body: blob(',"idempotency_key":"b"'),
    },
  ],
  [
    'text',
    415,
    'MEDIA_TYPE_UNSUPPORTED',
    'POST',
    '/api/v1/blobs',
    { 'content-type': 'text/plain', body: blob() },
  ],
  [
    'a form',
    415,
    'MEDIA_TYPE_UNSUPPORTED',
    'POST',
    '/api/v1/blobs',
    {
      'content-type': 'application/x-www-form-urlencoded',
      body: 'type=note',
    },
  ],
  ['too much', 413, 'PAYLOAD_TOO_LARGE', 'POST', '/api/v1/blobs', { ...json, body: ' '.repeat(8_388_609) }],
  ['a path that is none', 400, 'BAD_REQUEST', 'GET', '/api/v1/blobs/%ff', {}],
  ['a service that is away', 503, 'SUBGRAPH_UNAVAILABLE', 'POST', '/api/v1/uploads/u/complete', {}],
  ['no operator', 403, 'FORBIDDEN', 'POST', '/api/v1/reconciliations', { ...json, body: '{}' }],
  [
    'a text as an upload',
    415,
    'MEDIA_TYPE_UNSUPPORTED',
    'POST',
    '/api/v1/uploads',
    {
      'content-type': 'text/plain',
      body: 'x',
    },
  ],
] as const)('%s: %i %s, as a problem document', async (_, status, code, method, path, given) => {
  const { problem, headers, ...answer } = await ask(method, path, given);
  expect([answer.status, problem]).toMatchObject([
    status,
    {
      ...{ type: `/api/v1/errors/${code}`, status, code, instance: path.split('?')[0] },
      title: expect.stringMatching(/^[A-Z].*\.$/),
      detail: expect.stringMatching(/\.$/),
      request_id: headers['x-request-id'],
    },
  ]);
  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(headers['cache-control']).toBe('no-store');
  expect(headers['retry-after']).toBe(status === 503 ? '1' : undefined);
  expect(answer.text).not.toMatch(/node_modules|\.ts:|at \w+ \(|127\.0\.0\.1/);
});

test('all mistakes are reported at once, each with its field', async () => {
  const { problem } = await ask('POST', '/api/v1/blobs', { ...json, body: '{"type":1,"schemaId":"x"}' });
  expect(problem.errors).toMatchObject([
    { field: 'type', detail: '`type` must be a string.' },
    { field: 'schema_id', detail: '`schema_id` is missing.' },
    { field: 'data', detail: '`data` is missing.' },
    { field: 'schemaId', code: 'VALIDATION_FAILED' },
  ]);
  expect([problem.field, problem['detail']]).toEqual(['type', '`type` must be a string.']);
});

test('the graph’s refusals are answered with REST names', async () => {
  const { status, problem } = await ask('POST', '/api/v1/blobs', {
    ...json,
    body: blob(',"title":"refused"'),
  });
  expect([status, problem]).toMatchObject([
    422,
    { code: 'SCHEMA_UNKNOWN', field: 'schema_id', detail: '`schema_id` names no schema.' },
  ]);
});

test('an operation that is refused for overload has `Retry-After`', async () => {
  const { status, headers, problem } = await ask('POST', '/api/v1/blobs', {
    ...json,
    body: blob(',"title":"too much"'),
  });
  expect([status, problem.code, headers['retry-after']]).toEqual([503, 'OVERLOADED', '1']);
});

test('each code is explained at the URI that is its type', async () => {
  const { problem } = await ask('GET', '/api/v1/blobs/none');
  const explained = await request(`${graph.gateway.url}${problem.type}`);
  expect(await explained.body.json()).toEqual({
    error: {
      code: 'BLOB_NOT_FOUND',
      title: problem['title'],
      status: 404,
      meaning: expect.stringContaining('no blob of that id'),
    },
  });
  const all = await request(`${graph.gateway.url}/api/v1/errors`);
  expect(((await all.body.json()) as { errors: object[] }).errors.length).toBeGreaterThan(50);
  expect((await ask('GET', '/api/v1/errors/constructor')).status).toBe(404);
});
