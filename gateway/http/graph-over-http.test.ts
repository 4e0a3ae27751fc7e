import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getIntrospectionQuery } from 'graphql';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import { createHttpServer } from '../../platform/serving/http/http.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { createDocuments } from '../documents/documents.ts';
import { MemoryTexts } from '../documents/registered/registered-texts.memory.ts';
import { openGraph } from '../graph/graph.ts';
import { defaultLimits } from '../limits/limits.ts';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';
import { serveGraphOverHttp } from './graph-over-http.ts';

let graph: TestGraph;
let url: string;
let authorization: string;

beforeAll(async () => {
  graph = await startTestGraph({ blobs: [{ id: 'b0', owner: 'state', title: 'One' }] });
  url = `${graph.gateway.url}/graphql`;
  authorization = `Bearer ${await graph.token()}`;
});

beforeEach(() => {
  graph.asked.length = 0;
});

afterAll(() => graph.stop());

interface Fault {
  message: string;
  path?: (string | number)[];
  extensions: Record<string, unknown>;
}

interface Told {
  data?: Record<string, unknown> | null;
  errors?: Fault[];
  extensions?: Record<string, unknown>;
}

async function send(init: RequestInit, search = '') {
  const response = await fetch(`${url}${search}`, {
    ...init,
    headers: { authorization, ...(init.headers as Record<string, string>) },
  });
  const { status, headers } = response;
  const body = (await response.json()) as Told;
  return { status, headers, body, code: body.errors?.[0]?.extensions['code'] };
}

const post = (body: unknown, headers: Record<string, string> = {}) =>
  send({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const audits = serverAudits({
  url: () => url,
  fetchFn: (target: string, init: RequestInit = {}) =>
    fetch(target, { ...init, headers: { authorization, ...(init.headers as Record<string, string>) } }),
});

describe('GraphQL over HTTP', () => {
  test('there are 61 audits', () => expect(audits).toHaveLength(61));

  test.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (_, audit) => {
    const result = await audit.fn();
    expect(result.status, 'reason' in result ? result.reason : '').not.toBe('error');
    // Errors have their status with any media type: existing clients rely on it.
    if (result.status !== 'ok') expect(result.name).toMatch(/^SHOULD use (a status code of )?200 /);
  });
});

describe('the Accept header', () => {
  const ask = (accept: string) => post({ query: '{ __typename }' }, { accept });

  test.each([
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['application/json', 'application/json'],
    ['application/json; charset=utf-8', 'application/json'],
    ['application/graphql-response+json', 'application/graphql-response+json'],
    ['application/graphql-response+json, application/json;q=0.9', 'application/graphql-response+json'],
    ['application/graphql-response+json;q=0.2, application/json', 'application/json'],
    ['text/html, */*;q=0.1', 'application/json'],
  ])('%s is answered as %s', async (accept, type) => {
    const { status, headers, body } = await ask(accept);
    expect([status, headers.get('content-type'), body]).toEqual([
      200,
      `${type}; charset=utf-8`,
      { data: { __typename: 'Query' } },
    ]);
  });

  test.each(['text/html', 'application/json;q=0', 'application/json; charset=latin1'])(
    '%s is not',
    async (accept) => {
      const { status, code } = await ask(accept);
      expect([status, code]).toEqual([406, 'BAD_REQUEST']);
    },
  );

  test('errors have the accepted media type, too', async () => {
    const accept = 'application/graphql-response+json';
    const { status, headers } = await post('{', { accept });
    expect([status, headers.get('content-type')]).toEqual([400, `${accept}; charset=utf-8`]);
  });
});

test.each([
  ['a list', [{ query: '{ __typename }' }], /Batches/],
  ['a string', '"{ __typename }"', /must be a JSON object/],
  ['null', 'null', /must be a JSON object/],
  ['nothing', '', /body is empty/],
  ['a query that is none', { query: 7 }, /`query`/],
  ['an empty query', { query: '' }, /`query`/],
  ['variables in a list', { query: '{ __typename }', variables: [] }, /`variables`/],
  ['variables as text', { query: '{ __typename }', variables: '{}' }, /`variables`/],
  ['a name that is none', { query: '{ __typename }', operationName: {} }, /`operationName`/],
  ['an empty name', { query: '{ __typename }', operationName: '' }, /`operationName`/],
  [
    'no name for one of two',
    { query: 'query A { __typename } query B { __typename }' },
    /`operationName` is missing/,
  ],
  ['extensions as text', { query: '{ __typename }', extensions: '{}' }, /`extensions`/],
])('%s as a body is refused with a message that names it', async (_, body, message) => {
  const { status, code, body: told } = await post(body);
  expect([status, code, told.errors?.[0]?.message]).toEqual([
    400,
    'BAD_REQUEST',
    expect.stringMatching(message),
  ]);
});

test('null members count as absent', async () => {
  const query = '{ __typename }';
  const { body } = await post({ query, variables: null, operationName: null, extensions: null });
  expect(body).toEqual({ data: { __typename: 'Query' } });
});

describe('over GET', () => {
  const get = (parameters: Record<string, string>, headers: Record<string, string> = {}) =>
    send({ headers }, `?${new URLSearchParams(parameters)}`);

  test('query, variables and operation name are read from the query string', async () => {
    const query = 'query A($id: ID!) { blob(id: $id) { title } } query B { __typename }';
    const { body } = await get({ query, variables: '{"id":"b0"}', operationName: 'A' });
    expect(body).toEqual({ data: { blob: { title: 'One' } } });
  });

  test.each([
    ['variables that are no JSON', { query: '{ __typename }', variables: '{' }, '`variables` must be JSON.'],
    ['variables that are no object', { query: '{ __typename }', variables: '[]' }, '`variables`'],
    [
      'variables that are nested too deep',
      { query: '{ __typename }', variables: `{"v":${'['.repeat(300)}${']'.repeat(300)}}` },
      'levels deep',
    ],
    ['no query', {}, '`query` is missing'],
  ])('%s are refused', async (_, parameters, message) => {
    const { status, body } = await get(parameters as unknown as Record<string, string>);
    expect([status, body.errors?.[0]?.message]).toEqual([400, expect.stringContaining(message)]);
  });

  test('an empty name, as forms send it, counts as absent', async () => {
    const { body } = await get({ query: '{ __typename }', operationName: '' });
    expect(body).toEqual({ data: { __typename: 'Query' } });
  });

  test('a parameter given twice is refused', async () => {
    const { status, code } = await send({}, '?query={__typename}&query={__typename}');
    expect([status, code]).toEqual([400, 'BAD_REQUEST']);
  });

  test('a mutation is refused with `Allow: POST`', async () => {
    const { status, headers } = await get({
      query: 'mutation { retryProcessing(blobId: "b", processorId: "p") { blob { id } } }',
    });
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  });
});

/** An app that serves the graph without subscriptions. */
async function withoutStreams() {
  const logger = createLogger('silent');
  const app = createHttpServer({ logger });
  onTestFinished(() => app.close());
  const { operations, close } = await openGraph({
    supergraphSdl: readFileSync(projectFile('gateway/supergraph.graphql'), 'utf8'),
    planner: 'hive',
    subgraphs: { ask: async () => '{}' },
    limits: defaultLimits,
    logger,
  });
  app.addHook('onClose', close);
  await serveGraphOverHttp(app, {
    documents: createDocuments({ operations, registered: new MemoryTexts() }),
    authenticate: async () => null,
    mayExplain: () => false,
    logger,
  });
  return app;
}

describe('a subscription that is not answered with an event stream', () => {
  const query = 'subscription { blobChanged { cursor } }';

  test('is told where subscriptions are served', async () => {
    const { status, code, body } = await post({ query });
    expect([status, code, body.errors?.[0]?.message]).toEqual([
      400,
      'BAD_REQUEST',
      'Subscriptions are served over graphql-ws at /graphql, and as event streams: accept `text/event-stream`.',
    ]);
  });

  test('is told that none are, where there are no event streams', async () => {
    const app = await withoutStreams();
    const ask = (accept: string) =>
      app.inject({ method: 'POST', url: '/graphql', headers: { accept }, payload: { query } });
    const plain = await ask('application/json');
    const refusal = { message: 'Subscriptions are not served here.', extensions: { code: 'BAD_REQUEST' } };
    expect([plain.statusCode, plain.json()]).toMatchObject([400, { errors: [refusal] }]);
    const asEvents = await ask('text/event-stream');
    const [, data = ''] = /^event: next\ndata: (.*)\n\nevent: complete\n/.exec(asEvents.body) ?? [];
    expect(JSON.parse(data)).toMatchObject({ errors: [refusal] });
  });
});

describe('a persisted query', () => {
  const query = '{ me { id state { totalBlobs } } }';
  const sha256Hash = createHash('sha256').update(query).digest('hex');
  const extensions = { persistedQuery: { version: 1, sha256Hash } };

  test('that is unknown is requested with its text, and then found by its hash', async () => {
    const unknown = await post({ extensions });
    expect([unknown.status, unknown.body.errors]).toEqual([
      200,
      [
        {
          message: 'PersistedQueryNotFound',
          extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', requestId: expect.any(String) },
        },
      ],
    ]);
    const strict = await post({ extensions }, { accept: 'application/graphql-response+json' });
    expect([strict.status, strict.code]).toEqual([400, 'PERSISTED_QUERY_NOT_FOUND']);
    const answer = { data: { me: { id: 'alice', state: { totalBlobs: 1 } } } };
    expect((await post({ query, extensions })).body).toEqual(answer);
    expect((await post({ extensions })).body).toEqual(answer);
    const search = `?extensions=${encodeURIComponent(JSON.stringify(extensions))}`;
    expect((await send({}, search)).body).toEqual(answer);
  });

  test.each([
    ['another text’s hash', { version: 1, sha256Hash: 'a'.repeat(64) }, /sha256Hash` is not the SHA-256/],
    ['another version', { version: 2, sha256Hash }, /version` must be 1/],
    ['no hash', { version: 1 }, /64 lower-case hexadecimal digits/],
    ['a list', [], /`persistedQuery` must be an object/],
  ])('with %s is refused with a message that names it', async (_, persistedQuery, message) => {
    const { status, code, body } = await post({ query, extensions: { persistedQuery } });
    expect([status, code, body.errors?.[0]?.message]).toEqual([
      400,
      'BAD_REQUEST',
      expect.stringMatching(message),
    ]);
  });

  test('that is invalid is not stored', async () => {
    const wrong = '{ nothing }';
    const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(wrong).digest('hex') };
    const refused = await post({ query: wrong, extensions: { persistedQuery } });
    expect([refused.status, refused.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    expect((await post({ extensions: { persistedQuery } })).code).toBe('PERSISTED_QUERY_NOT_FOUND');
  });
});

test.each([
  [
    'a date that is none',
    'query($d: DateTime) { me { id } blobs(filter: { createdAfter: $d }) { totalCount } }',
    { d: '2026-11-28' },
    /\$d/,
  ],
  [
    'null where a default stands for nothing',
    'query($d: OrderDirection) { blobs(first: 1, orderBy: { direction: $d }) { nodes { id } } }',
    { d: null },
    /"orderBy.direction" .*"\$d"/,
  ],
  [
    'null for a list of inputs',
    'mutation($c: [CreateBookChapterInput!]) { createBook(input: { id: "b", title: "T", chapters: $c }) { book { id } } }',
    { c: null },
    /"input.chapters"/,
  ],
])(
  '%s is refused before any fetch, and the message names the position',
  async (_, query, variables, message) => {
    const body = JSON.stringify({ query, variables });
    const { status, code, body: told } = await post(body);
    expect([status, code, told.errors?.[0]?.message]).toEqual([
      400,
      'BAD_REQUEST',
      expect.stringMatching(message),
    ]);
    expect(graph.asked).toEqual([]);
  },
);

test.each([
  [
    'a literal',
    {
      query:
        'mutation { createBlob(input: { type: "t", schemaId: "s", data: { n: 9007199254740993 } }) { blob { id } } }',
    },
  ],
  [
    'a variable',
    '{"query":"mutation ($d: JSON!) { createBlob(input: { type: \\"t\\", schemaId: \\"s\\", data: $d }) { blob { id } } }","variables":{"d":{"n":9007199254740993}}}',
  ],
])('a number in %s that would lose precision is refused, and its position named', async (_, body) => {
  const { status, code, body: told } = await post(body);
  expect([status, code, told.errors?.[0]?.message]).toEqual([
    400,
    'VALIDATION_FAILED',
    expect.stringMatching(/\/n` is the number 9007199254740993/),
  ]);
  expect(graph.asked).toEqual([]);
});

test('an omitted variable gets its default', async () => {
  const query = 'query($d: OrderDirection) { blobs(first: 1, orderBy: { direction: $d }) { totalCount } }';
  expect((await post({ query })).body).toEqual({ data: { blobs: { totalCount: 1 } } });
});

test('a long text is refused before it is parsed', async () => {
  const comment = `#${'x'.repeat(7 * 1024 * 1024)}\n`;
  const { status, code, body } = await post({ query: `${comment}{ me { id } }` });
  expect([status, code]).toEqual([400, 'QUERY_TOO_COMPLEX']);
  expect(body.errors?.[0]?.message).toContain('longer than 65536 bytes');
});

test('a long invalid value is shortened in the message', async () => {
  const query = 'query($n: Int) { blobs(first: $n) { totalCount } }';
  const { status, body } = await post({ query, variables: { n: 'x'.repeat(100_000) } });
  expect(status).toBe(400);
  expect(body.errors?.[0]?.message.length).toBeLessThan(1_100);
});

test('introspection answers the full query of graphql-js', async () => {
  const query = getIntrospectionQuery({
    oneOf: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    descriptions: true,
  });
  const { status, body } = await post({ query });
  expect([status, body.errors]).toEqual([200, undefined]);
  const { body: small } = await post({ query: '{ __schema { types { name isOneOf } } }' });
  expect(small.errors).toBeUndefined();
  expect(graph.asked).toEqual([]);
});
