import { readFileSync } from 'node:fs';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { isErrorCode } from '../platform/errors/errors.ts';
import { projectFile } from '../platform/process/paths.ts';
import { startTestGraph, type TestGraph } from './testing/test-graph.ts';
import type { TestBlob } from './testing/test-subgraphs.ts';

const CORE = readFileSync(projectFile('gateway/graphiql/examples/15-blobs.graphql'), 'utf8');

const DEEP = `{ blob(id: "b") ${'{ parent '.repeat(20)} { id } ${'}'.repeat(20)} }`;
const EVERYTHING =
  'query ($n: Int = 1) { blobs(first: $n) { nodes { lineage { nodes { sources { id } } } } } }';

const madeOf = (index: number): TestBlob[] => [
  { id: `b${index}`, owner: 'state', title: `Chapter ${index}` },
  { id: `e${index}`, owner: 'text-expansion', title: `Expansion ${index}`, parentId: `b${index}` },
  { id: `c${index}`, owner: 'book-compiler', title: `Book ${index}`, parentId: `b${index}` },
];

interface Fault {
  message: string;
  extensions: Record<string, unknown>;
}

interface CoreNode {
  id: string;
  content: object | null;
  derived: { nodes: { id: string; content: object | null }[] };
}

let graph: TestGraph;

beforeAll(async () => {
  const broken: TestBlob = { id: 'broken', owner: 'text-expansion', title: 'Gone', parentId: 'b1' };
  const unsized: TestBlob = { id: 'unsized', owner: 'text-expansion', title: 'Unsized' };
  graph = await startTestGraph({
    blobs: [...Array.from({ length: 100 }, (_, index) => madeOf(index)).flat(), broken, unsized],
  });
});

beforeEach(() => {
  graph.asked.length = 0;
});

afterEach(() => {
  for (const { caller, viewer } of graph.asked)
    expect([caller, viewer?.userId]).toEqual(['gateway', 'alice']);
});

afterAll(() => graph.stop());

const requests = () => graph.asked.map(({ subgraph }) => subgraph).sort();

async function post(body: unknown, headers: Record<string, string> = {}) {
  const authorization = `Bearer ${await graph.token()}`;
  const response = await fetch(`${graph.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const { errors = [], ...rest } = (await response.json()) as { errors?: Fault[] };
  return { status: response.status, headers: response.headers, error: errors[0], errors, ...rest };
}

test.each([1, 100])('the core query over %i blobs sends one request per subgraph and step', async (first) => {
  const { data, errors } = await graph.graphql<{ blobs: { nodes: CoreNode[] } }>(CORE, { first });
  expect(errors?.map(({ path }) => path?.join('.')) ?? []).toEqual(
    first === 1 ? [] : ['blobs.nodes.1.derived.nodes.2.content'],
  );
  expect(data?.blobs.nodes).toHaveLength(first);
  expect(data?.blobs.nodes[0]).toMatchObject({
    content: { __typename: 'UserBlob', body: { text: 'body of b0' } },
    derived: {
      nodes: [
        { id: 'e0', content: { __typename: 'ExpandedText', data: { expanded: 'expansion e0' } } },
        { id: 'c0', content: { __typename: 'CompiledBook', wordCount: 12 } },
      ],
    },
  });
  expect(requests()).toEqual(['book-compiler', 'state', 'text-expansion']);
});

const TWO_PATHS = `query ($id: ID!) {
  text: blob(id: $id) { content { ... on ExpandedText { modelUsed } } }
  blobs(first: 2) { nodes { derived { nodes { content { __typename ... on ExpandedText { data { expanded } } } } } } }
}`;

test('fetches for two paths to one subgraph in a step are one request, and each path gets its own fields', async () => {
  const { data, errors } = await graph.graphql(TWO_PATHS, { id: 'e7' });
  expect(data).toEqual({
    text: { content: { modelUsed: 'offline' } },
    blobs: {
      nodes: [
        { derived: { nodes: [expansion('e0'), { content: { __typename: 'CompiledBook' } }] } },
        {
          derived: {
            nodes: [expansion('e1'), { content: { __typename: 'CompiledBook' } }, { content: null }],
          },
        },
      ],
    },
  });
  expect(errors?.map(({ path, extensions }) => [path?.join('.'), extensions['code']])).toEqual([
    ['blobs.nodes.1.derived.nodes.2.content', 'BLOB_NOT_FOUND'],
  ]);
  expect(requests()).toEqual(['state', 'text-expansion']);
  const [merged] = graph.asked.filter(({ subgraph }) => subgraph === 'text-expansion');
  const asked = Object.values(merged?.variables ?? {}) as { id: string }[][];
  const ids = asked.map((entities) => entities.map(({ id }) => id).join());
  expect(ids.toSorted()).toEqual(['e0,e1,broken', 'e7']);
});

const expansion = (id: string) => ({
  content: { __typename: 'ExpandedText', data: { expanded: `expansion ${id}` } },
});

test('a fetch without entities sends no request', async () => {
  const { data } = await graph.graphql(TWO_PATHS.replace('first: 2', 'first: 0'), { id: 'b0' });
  expect(data).toEqual({ text: { content: {} }, blobs: { nodes: [] } });
  expect(requests()).toEqual(['state']);
});

test('a chapter leads back to the index', async () => {
  const query =
    '{ blob(id: "c0") { content { ... on CompiledBook { chapters { draft { title content { id } } } } } } }';
  const { data } = await graph.graphql(query);
  expect(data).toEqual({
    blob: { content: { chapters: [{ draft: { title: 'Chapter 0', content: { id: 'b0' } } }] } },
  });
});

test('a mutation is run once, with its variables', async () => {
  const mutation = `mutation ($input: CreateBlobInput!) { createBlob(input: $input) { blob { id title } userErrors { code } } }`;
  const input = { type: 'note', schemaId: 'text-input-v1', data: { content: 'x' }, title: 'New' };
  const { data } = await graph.graphql(mutation, { input });
  expect(data).toMatchObject({ createBlob: { blob: { title: 'New' }, userErrors: [] } });
  expect(graph.asked.map(({ variables }) => variables)).toEqual([{ input }]);
});

test('errors of subgraphs keep code, message, field and path; internal details stay in the log', async () => {
  const { data, errors } = await graph.graphql(
    '{ book(id: "x") { title } blob(id: "unsized") { title sizeBytes } }',
  );
  expect(data).toEqual({ book: null, blob: null });
  const requestId = expect.stringMatching(/^[\w-]{16}$/);
  expect(errors).toEqual([
    {
      message: 'You have no book x.',
      path: ['book'],
      extensions: { code: 'BOOK_NOT_FOUND', field: 'id', requestId },
    },
    {
      message: 'Something went wrong on our side.',
      path: ['blob', 'sizeBytes'],
      extensions: { code: 'INTERNAL', requestId },
    },
  ]);
});

test('an entity that no longer exists is null, with an error that says so', async () => {
  const { blobs } = graph;
  const [first] = blobs.splice(0, 1);
  const query = '{ blob(id: "c0") { content { ... on CompiledBook { chapters { draft { id title } } } } } }';
  const answer = await graph.graphql(query);
  if (first) blobs.unshift(first);
  expect(answer).toMatchObject({
    data: { blob: { content: { chapters: [{ draft: null }] } } },
    errors: [
      {
        path: ['blob', 'content', 'chapters', 0, 'draft', 'title'],
        extensions: { code: 'NOT_FOUND', requestId: expect.any(String) },
      },
    ],
  });
});

test.each([
  ['none', undefined],
  ['one that is no token', 'Bearer garbage'],
  ['another scheme', 'Basic YWxpY2U6'],
])('without a valid token (%s) the answer is 401 in the form of GraphQL', async (_, authorization) => {
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
  for (const request of [
    { method: 'POST', headers, body: '{"query":"{ __typename }"}' },
    { method: 'GET', headers },
  ]) {
    const response = await fetch(`${graph.gateway.url}/graphql`, request);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({
      errors: [
        {
          message: expect.stringContaining('Authorization: Bearer'),
          extensions: { code: 'UNAUTHENTICATED', requestId: response.headers.get('x-request-id') },
        },
      ],
    });
  }
});

test('a service’s token is refused by the gateway', async () => {
  const { authorization = '' } = await graph.gateway.headers();
  expect((await post({ query: '{ __typename }' }, { authorization })).status).toBe(401);
});

test.each([
  ['no GraphQL', { query: '{' }, 400, 'GRAPHQL_PARSE_FAILED'],
  ['an unknown field', { query: '{ nothing }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['a variable that does not fit', { query: CORE, variables: { first: 'many' } }, 400, 'BAD_REQUEST'],
  ['too many words', { query: `{ me { ${'id '.repeat(2_000)} } }` }, 400, 'QUERY_TOO_COMPLEX'],
  ['too deep a question', { query: DEEP }, 400, 'QUERY_TOO_COMPLEX'],
  ['too much at once', { query: EVERYTHING, variables: { n: 100 } }, 400, 'QUERY_TOO_COMPLEX'],
  ['no query', {}, 400, 'BAD_REQUEST'],
  ['no JSON', '{', 400, 'BAD_REQUEST'],
  ['an unknown operation', { query: '{ __typename }', operationName: 'Other' }, 400, 'BAD_REQUEST'],
  ['a subscription', { query: 'subscription { blobChanged { kind } }' }, 400, 'BAD_REQUEST'],
  ['too much', `"${'x'.repeat(8 * 1024 * 1024)}"`, 413, 'PAYLOAD_TOO_LARGE'],
] as const)('%s is refused with a typed error', async (_, body, status, code) => {
  const answer = await post(body);
  expect([answer.status, answer.error?.extensions['code']]).toEqual([status, code]);
  expect(answer.error?.extensions['requestId']).toBe(answer.headers.get('x-request-id'));
  expect(isErrorCode(code)).toBe(true);
  expect(graph.asked).toEqual([]);
});

test('a query over GET is answered, a mutation is not', async () => {
  const authorization = `Bearer ${await graph.token()}`;
  const get = (query: string) =>
    fetch(`${graph.gateway.url}/graphql?query=${encodeURIComponent(query)}`, { headers: { authorization } });
  const answer = await get('{ me { id } }');
  expect(await answer.json()).toEqual({ data: { me: { id: 'alice' } } });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const refused = await get('mutation { retryProcessing(blobId: "b", processorId: "p") { blob { id } } }');
  expect(refused.status).toBe(405);
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
});

test('introspection shows the schema without federation types', async () => {
  const { data, errors } = await graph.graphql<{ __schema: { types: { name: string }[] } }>(
    getIntrospectionQuery(),
  );
  expect(errors).toBeUndefined();
  const names = data?.__schema.types.map(({ name }) => name) ?? [];
  expect(names).toContain('BlobIndex');
  expect(names.filter((name) => name.startsWith('_') && !name.startsWith('__'))).toEqual([]);
});

test('a client’s request id is sent to subgraphs and returned', async () => {
  const answer = await post({ query: '{ book(id: "x") { title } }' }, { 'x-request-id': 'mine-1' });
  expect(answer.headers.get('x-request-id')).toBe('mine-1');
  expect(answer.error?.extensions['requestId']).toBe('mine-1');
});
