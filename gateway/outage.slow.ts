import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { projectFile } from '../platform/process/paths.ts';
import { startTestGraph, type TestGraph } from './testing/test-graph.ts';

const CORE = readFileSync(projectFile('gateway/graphiql/examples/15-blobs.graphql'), 'utf8');

let graph: TestGraph;

beforeEach(async () => {
  graph = await startTestGraph({
    blobs: [
      { id: 'b0', owner: 'state', title: 'One' },
      { id: 'c0', owner: 'book-compiler', title: 'Book', parentId: 'b0' },
      { id: 'e0', owner: 'text-expansion', title: 'Expanded', parentId: 'b0' },
      { id: 'b1', owner: 'state', title: 'Two' },
      { id: 'e1', owner: 'text-expansion', title: 'Expanded', parentId: 'b1' },
    ],
  });
});

afterEach(() => graph.stop());

const unavailable = (path: (string | number)[], service: string) => ({
  message: `The ${service} subgraph did not answer. Try again later.`,
  path,
  extensions: { code: 'SUBGRAPH_UNAVAILABLE', service, requestId: expect.any(String) },
});

test('a processor that is down nulls only its own content', async () => {
  await graph.stopSubgraph('text-expansion');
  const { data, errors } = await graph.graphql(CORE, { first: 10 });
  expect(data).toMatchObject({
    blobs: {
      totalCount: 2,
      nodes: [
        {
          id: 'b0',
          content: { body: { text: 'body of b0' } },
          derived: {
            nodes: [
              { id: 'c0', content: { wordCount: 12 } },
              { id: 'e0', preview: 'Expanded', content: null },
            ],
          },
        },
        { id: 'b1', derived: { nodes: [{ id: 'e1', parent: { id: 'b1' }, content: null }] } },
      ],
    },
  });
  expect(errors).toEqual([
    unavailable(['blobs', 'nodes', 0, 'derived', 'nodes', 1, 'content'], 'text-expansion'),
    unavailable(['blobs', 'nodes', 1, 'derived', 'nodes', 0, 'content'], 'text-expansion'),
  ]);
  expect(JSON.stringify(errors)).not.toMatch(/127\.0\.0\.1|ECONNREFUSED/);
});

test('when the index is down the rest of the graph still answers', async () => {
  await graph.stopSubgraph('state');
  const { data, errors } = await graph.graphql('{ processors { id } blob(id: "b0") { id } }');
  expect(data).toEqual({ processors: [], blob: null });
  expect(errors).toEqual([unavailable(['blob'], 'state')]);
});

test('an operation that is refused for overload has status 503', async () => {
  const create = async (title: string) => {
    const response = await fetch(`${graph.gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await graph.token()}` },
      body: JSON.stringify({
        query: `mutation ($input: CreateBlobInput!) {
          createBlob(input: $input) { blob { id } userErrors { code } }
        }`,
        variables: { input: { title, type: 'note', schemaId: 'note-v1', data: {} } },
      }),
    });
    const { data, errors } = (await response.json()) as { data: unknown; errors?: object[] };
    return { status: response.status, again: response.headers.get('retry-after'), data, errors };
  };
  expect(await create('too much')).toMatchObject({
    status: 503,
    again: '1',
    errors: [{ extensions: { code: 'OVERLOADED' } }],
  });
  expect(await create('a little')).toMatchObject({ status: 200, again: null, errors: undefined });
});

test('/ready is 503 until all subgraphs have been up, and then reports what is degraded', async () => {
  const ready = async () => {
    const response = await fetch(`${graph.gateway.url}/ready`);
    return { code: response.status, ...((await response.json()) as object) };
  };
  const health = await fetch(`${graph.gateway.url}/health`);
  expect(await health.json()).toEqual({ status: 'ok', service: 'gateway' });
  expect(await ready()).toMatchObject({ code: 200, status: 'ready', service: 'gateway' });
  await graph.stopSubgraph('text-expansion');
  // The answer may be a second old.
  await expect.poll(ready).toMatchObject({
    code: 200,
    status: 'degraded',
    checks: { 'text-expansion': 'unreachable', state: 'ok' },
  });
  for (let call = 0; call < 5; call++) await graph.graphql(CORE, { first: 10 });
  await expect
    .poll(ready)
    .toMatchObject({ status: 'degraded', checks: { 'text-expansion breaker': 'open' } });
});

test('a client may set a shorter timeout for an operation', async () => {
  const response = await fetch(`${graph.gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await graph.token()}`,
      'x-request-timeout-ms': '20',
    },
    body: '{"query":"{ processors { id } }"}',
  });
  const { errors } = (await response.json()) as { errors: unknown };
  expect(errors).toMatchObject([
    { path: ['processors'], extensions: { code: 'DEADLINE_EXCEEDED', service: 'processors' } },
  ]);
});

test('/ready is 503 while one has never been up', async () => {
  await graph.stopSubgraph('schemas');
  const response = await fetch(`${graph.gateway.url}/ready`);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ status: 'unavailable', checks: { schemas: 'unreachable' } });
});

test('GraphiQL gets a token of the local user that the graph accepts', async () => {
  const response = await fetch(`${graph.gateway.url}/graphiql/config.json`);
  const { token } = (await response.json()) as { token: string };
  const me = await fetch(`${graph.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: '{"query":"{ me { id } }"}',
  });
  expect(await me.json()).toEqual({ data: { me: { id: 'dev' } } });
});
