import { getIntrospectionQuery } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { signDevelopmentToken } from '../../platform/identity/users/user-tokens.ts';
import { testTokens } from '../../platform/testing/identity.ts';
import { systemClock } from '../../platform/time/clock.ts';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';

let graph: TestGraph;

beforeAll(async () => {
  graph = await startTestGraph({
    blobs: [{ id: 'b0', owner: 'state', title: 'One' }],
    config: { introspection: 'operators' },
  });
});

afterAll(() => graph.stop());

async function tokenOf(scope?: string, ...roles: string[]): Promise<string> {
  const key = await graph.gateway.runtime.keys.userKey();
  const viewer = { userId: 'alice', roles };
  return signDevelopmentToken({ key, viewer, clock: systemClock, ...(scope && { scope }) });
}

interface Told {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
}

/** Answers over HTTP. */
async function post(token: string, query: string) {
  const response = await fetch(`${graph.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const told = (await response.json()) as Told;
  return { status: response.status, told, code: told.errors?.[0]?.extensions['code'] };
}

/** Answers over WebSocket. */
async function send(token: string, query: string): Promise<Told> {
  const client: Client = createClient({
    url: `${graph.gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  onTestFinished(() => client.dispose());
  return new Promise((resolve, reject) => {
    client.subscribe(
      { query },
      {
        next: (told) => resolve(told as Told),
        error: (error) => (Array.isArray(error) ? resolve({ errors: error }) : reject(error)),
        complete: () => undefined,
      },
    );
  });
}

const MUTATION = 'mutation { deleteBlob(id: "b0") { __typename } }';

describe('a read-only token', () => {
  test('may run queries, but no mutations, over HTTP and WebSocket', async () => {
    const token = await tokenOf('openid blobgraph:read', 'operator');
    const query = '{ blob(id: "b0") { title } }';
    expect((await post(token, query)).told.data).toEqual({ blob: { title: 'One' } });
    expect((await send(token, query)).data).toEqual({ blob: { title: 'One' } });
    graph.asked.length = 0;
    const { status, code, told } = await post(token, MUTATION);
    expect([status, code, told.errors?.[0]?.message]).toEqual([
      403,
      'FORBIDDEN',
      expect.stringContaining('write'),
    ]);
    expect((await send(token, MUTATION)).errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    expect(graph.asked).toEqual([]);
  });

  test('may not write by REST', async () => {
    const headers = {
      authorization: `Bearer ${await tokenOf('blobgraph:read', 'operator')}`,
      'content-type': 'application/json',
    };
    const draft = '{"type":"note","schema_id":"note-v1","data":{}}';
    for (const [method, path, body] of [
      ['POST', '/api/v1/blobs', draft],
      ['DELETE', '/api/v1/blobs/b0', null],
      ['POST', '/api/v1/reconciliations', '{}'],
    ] as const) {
      const { authorization } = headers;
      const response = await fetch(graph.gateway.url + path, {
        method,
        headers: body === null ? { authorization } : headers,
        body,
      });
      expect([path, response.status]).toEqual([path, 403]);
      expect(await response.text()).toMatch(/"FORBIDDEN".*write|write.*"FORBIDDEN"/s);
    }
  });

  test('is enforced by subgraphs, too, whichever service calls them for the user', async () => {
    const reader = { userId: 'alice', roles: ['read-only'] };
    const state = graph.gateway.runtime.config.urls.state;
    const call = { to: 'state', baseUrl: state, route: 'POST /graphql', viewer: reader };
    const authorization = `Bearer ${await testTokens('gateway').sign(call)}`;
    const response = await fetch(`${state}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query: MUTATION }),
    });
    const { errors = [] } = (await response.json()) as Told;
    expect(errors[0]?.extensions['code']).toBe('FORBIDDEN');
  });
});

test('a token with the write scope, and one without scopes, may run mutations', async () => {
  for (const scope of [undefined, 'openid profile', 'blobgraph:write', 'blobgraph:operate'])
    expect((await post(await tokenOf(scope), MUTATION)).code).not.toBe('FORBIDDEN');
});

test('a token with unknown scopes of ours is refused', async () => {
  const token = await tokenOf('blobgraph:admin');
  const { status, code } = await post(token, '{ __typename }');
  expect([status, code]).toEqual([403, 'FORBIDDEN']);
  await expect(send(token, '{ __typename }')).rejects.toMatchObject({ code: 4403 });
});

describe('the schema', () => {
  const nosy = [
    getIntrospectionQuery(),
    '{ __type(name: "Query") { name } }',
    'query { ...F } fragment F on Query { a: __schema { __typename } }',
  ];

  test.each(nosy)('is visible to operators only: %#', async (query) => {
    const user = await tokenOf();
    const { status, code, told } = await post(user, query);
    expect([status, code, told.data]).toEqual([403, 'INTROSPECTION_DISABLED', undefined]);
    expect((await send(user, query)).errors?.[0]?.extensions['code']).toBe('INTROSPECTION_DISABLED');
    for (const token of [await tokenOf(undefined, 'operator'), await tokenOf('blobgraph:operate')]) {
      expect((await post(token, query)).status).toBe(200);
      expect((await send(token, query)).errors).toBeUndefined();
    }
  });

  test('`__typename` is allowed for everybody', async () => {
    const query = '{ __typename blob(id: "b0") { __typename } }';
    expect((await post(await tokenOf(), query)).told.data).toEqual({
      __typename: 'Query',
      blob: { __typename: 'BlobIndex' },
    });
  });

  test.each([
    '{ blub(id: "b0") { title } }',
    '{ blob(idd: "b0") { title } }',
    '{ blob(id: "b0") { tittle } }',
    'query ($a: IDD) { __typename }',
    '{ ...F } fragment F on BlobIndx { id }',
  ])('is not disclosed by suggestions in messages: %s', async (query) => {
    const [user, operator] = [await tokenOf(), await tokenOf(undefined, 'operator')];
    const messages = ({ errors = [] }: Told) => errors.map(({ message }) => message).join('\n');
    const [told, over] = [(await post(user, query)).told, await send(user, query)];
    for (const message of [messages(told), messages(over)]) {
      expect(message).not.toBe('');
      expect(message).not.toContain('Did you mean');
    }
    expect(told.errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(messages((await post(operator, query)).told)).toContain('Did you mean');
  });
});
