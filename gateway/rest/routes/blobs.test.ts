import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTestGraph, type TestGraph } from '../../testing/test-graph.ts';

interface Blob {
  readonly id: string;
  readonly processor: string;
  readonly data: unknown;
  readonly content?: Readonly<Record<string, unknown>> | null;
  readonly derived: readonly Blob[];
}

interface Told {
  readonly blob: Blob;
  readonly blobs: readonly Blob[];
  readonly next_cursor: string | null;
  readonly unavailable?: readonly object[];
  readonly code: string;
}

interface Options {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const madeOf = (index: number) =>
  [
    { id: `b${index}`, owner: 'state', title: `Chapter ${index}` },
    { id: `e${index}`, owner: 'text-expansion', title: `Expansion ${index}`, parentId: `b${index}` },
    { id: `c${index}`, owner: 'book-compiler', title: `Book ${index}`, parentId: `b${index}` },
  ] as const;

let graph: TestGraph;

beforeAll(async () => {
  const broken = { id: 'broken', owner: 'text-expansion', title: 'Gone', parentId: 'b1' } as const;
  graph = await startTestGraph({
    blobs: [...Array.from({ length: 100 }, (_, index) => madeOf(index)).flat(), broken],
  });
});
beforeEach(() => {
  graph.asked.length = 0;
});
afterAll(() => graph.stop());

async function rest(method: string, path: string, { body, headers = {} }: Options = {}) {
  const response = await fetch(`${graph.gateway.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${await graph.token()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const told = (text === '' ? {} : JSON.parse(text)) as Told;
  return { status: response.status, headers: response.headers, text, body: told };
}

const asked = () => graph.asked.map(({ subgraph }) => subgraph).sort();

test('a blob is answered with REST names, with the blobs derived from it', async () => {
  const { status, body } = await rest('GET', '/api/v1/blobs/b0');
  expect(status).toBe(200);
  expect(body.blob).toMatchObject({
    ...{ id: 'b0', processor: 'state', processor_id: 'state', type: 'chapter_draft', size_bytes: 12 },
    data: { text: 'body of b0' },
    derived: [
      { id: 'e0', processor: 'text-expansion', preview: 'Expansion 0' },
      { id: 'c0', processor: 'book-compiler', preview: 'Book 0' },
    ],
    derived_next_cursor: null,
  });
  expect(body.blob.content).toBeUndefined();
  expect(asked()).toEqual(['state']);
});

test('contents of all owners are read in one operation, with one request to each owner', async () => {
  const path = '/api/v1/users/me/blobs?limit=100&include=content,derived.content';
  const { status, body } = await rest('GET', path);
  expect(status).toBe(200);
  expect(body.blobs).toHaveLength(100);
  expect(body.blobs[0]).toMatchObject({
    data: { text: 'body of b0' },
    content: { graphql_type: 'UserBlob', processing_state: 'COMPLETED' },
    derived: [
      { content: { graphql_type: 'ExpandedText', data: { style_analysis: { vocabulary_level: 'basic' } } } },
      { content: { graphql_type: 'CompiledBook', word_count: 12 } },
    ],
  });
  expect(body.blobs[0]?.derived[1]?.content).not.toHaveProperty('full_text');
  expect(asked()).toEqual(['book-compiler', 'state', 'text-expansion']);
});

test('unavailable parts are null, and listed once for each processor with their places', async () => {
  const { status, body, headers } = await rest('GET', '/api/v1/users/alice/blobs?include=derived.content');
  expect(status).toBe(200);
  expect(body.blobs[1]?.derived[2]).toMatchObject({ id: 'broken', content: null });
  expect(body.unavailable).toEqual([
    {
      processor: 'text-expansion',
      code: 'BLOB_NOT_FOUND',
      detail: 'There is no text broken.',
      at: ['/blobs/1/derived/2/content'],
    },
  ]);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('etag')).toBeNull();
});

test('a blob is stored as sent, and found at its `Location`', async () => {
  const data = '{"__proto__":{"a":1},"n":9007199254740991,"schemaId":{"camelCase":"x"}}';
  const created = await rest('POST', '/api/v1/blobs', {
    body: `{"type":"note","schema_id":"text-input-v1","data":${data},"title":"New","conversation_id":"c"}`,
    headers: { 'idempotency-key': '"8e03978e"' },
  });
  expect([created.status, created.headers.get('location')]).toEqual([
    201,
    `/api/v1/blobs/${created.body.blob.id}`,
  ]);
  const { input = {} } = (graph.asked[0]?.variables ?? {}) as { input?: Record<string, unknown> };
  expect(JSON.stringify(input['data'])).toBe(data);
  expect(input).toMatchObject({
    ...{ type: 'note', schemaId: 'text-input-v1', title: 'New', conversationId: 'c' },
    idempotencyKey: '8e03978e',
  });
  expect((await rest('GET', created.headers.get('location') ?? '')).status).toBe(200);
});

test('a blob’s data is cached for a day; answers that change are revalidated by their ETag', async () => {
  const own = await rest('GET', '/api/v1/blobs/b0/data');
  expect(own.text).toBe('{"text":"body of b0"}');
  expect(own.headers.get('cache-control')).toBe('private, max-age=86400, immutable');
  const derived = await rest('GET', '/api/v1/blobs/e0/data');
  expect(derived.headers.get('cache-control')).toBe('private, no-cache');
  expect(derived.body).toMatchObject({ expanded: 'expansion e0', expansion_ratio: 2 });
  for (const { headers } of [own, derived]) {
    expect(headers.get('vary')).toContain('authorization');
    expect(headers.get('etag')).toMatch(/^"[\w-]{43}"$/);
  }
  const tag = own.headers.get('etag') ?? '';
  for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
    const again = await rest('GET', '/api/v1/blobs/b0/data', { headers: { 'if-none-match': known } });
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', tag]);
  }
  const other = await rest('GET', '/api/v1/blobs/e0/data', { headers: { 'if-none-match': tag } });
  expect(other.status).toBe(200);
  const missing = await rest('GET', '/api/v1/blobs/none/data', { headers: { 'if-none-match': '*' } });
  expect([missing.status, missing.body.code]).toEqual([404, 'BLOB_NOT_FOUND']);
});

test('HEAD answers like GET without a body', async () => {
  const headers = { 'accept-encoding': 'identity' };
  const [head, get] = [
    await rest('HEAD', '/api/v1/blobs/b0', { headers }),
    await rest('GET', '/api/v1/blobs/b0', { headers }),
  ];
  expect([head.status, head.text]).toEqual([200, '']);
  for (const name of ['etag', 'content-type', 'cache-control', 'vary'])
    expect(head.headers.get(name)).toBe(get.headers.get(name));
});

test.each(['GET', 'HEAD'])('%s with a current copy has no wrong Content-Length', async (method) => {
  const path = '/api/v1/blobs/b0/data';
  const whole = await rest('GET', path);
  const tag = whole.headers.get('etag') ?? '';
  const { status, text, headers } = await rest(method, path, { headers: { 'if-none-match': tag } });
  expect([status, text, headers.get('etag')]).toEqual([304, '', tag]);
  expect([null, whole.headers.get('content-length')]).toContain(headers.get('content-length'));
  expect(headers.get('cache-control')).toBe('private, max-age=86400, immutable');
});

test('a compressed answer is revalidated by its ETag, too', async () => {
  const path = '/api/v1/users/me/blobs?limit=50';
  const { headers } = await rest('GET', path, { headers: { 'accept-encoding': 'gzip' } });
  const tag = headers.get('etag') ?? '';
  expect([headers.get('content-encoding'), tag]).toEqual(['gzip', expect.stringMatching(/^W\/"/)]);
  expect(headers.get('vary')?.split(', ').sort()).toEqual(['accept-encoding', 'authorization', 'origin']);
  const again = await rest('GET', path, { headers: { 'accept-encoding': 'gzip', 'if-none-match': tag } });
  expect([again.status, again.text]).toEqual([304, '']);
});

test.each(['"', 'abc', '""', '"a" "b', ',,,', 'W/', 'w/"x"', `"${'x'.repeat(8_000)}`, '"*"'])(
  'an invalid ETag (%s) matches nothing',
  async (tag) => {
    const { status } = await rest('GET', '/api/v1/blobs/b0', { headers: { 'if-none-match': tag } });
    expect(status).toBe(200);
  },
);

test('a processor that is down is named, and nulls only its own content', async () => {
  await graph.stopSubgraph('text-expansion');
  const { status, body, headers } = await rest('GET', '/api/v1/blobs/b1?include=derived.content');
  expect(status).toBe(200);
  expect(body.blob.derived.map(({ id, content }) => [id, content?.['graphql_type'] ?? null])).toEqual([
    ['e1', null],
    ['c1', 'CompiledBook'],
    ['broken', null],
  ]);
  expect(body.unavailable).toEqual([
    {
      processor: 'text-expansion',
      code: 'SUBGRAPH_UNAVAILABLE',
      detail: expect.stringContaining('did not answer'),
      at: ['/blob/derived/0/content', '/blob/derived/2/content'],
    },
  ]);
  expect(headers.get('cache-control')).toBe('no-store');
  const own = await rest('GET', '/api/v1/blobs/e1');
  expect([own.status, own.body.blob.data, own.body.unavailable]).toMatchObject([
    ...[200, null, [{ at: ['/blob/data'] }]],
  ]);
  const alone = await rest('GET', '/api/v1/blobs/e1/data');
  expect([alone.status, alone.body.code, alone.headers.get('retry-after')]).toEqual([
    ...[503, 'SUBGRAPH_UNAVAILABLE', '1'],
  ]);
});
