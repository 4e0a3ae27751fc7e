import { GraphQLError, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { BlobgraphError, InputErrors } from '../../errors/errors.ts';
import { createLogger } from '../../telemetry/logger.ts';
import { createHttpServer } from '../http/http.ts';
import { serveSubgraph } from './graphql.ts';
import { SUBGRAPH_TEXT_BYTES, SUBGRAPH_TOKENS } from './operation.ts';

const app = createHttpServer({ logger: createLogger('silent') });

const failures: Record<string, unknown> = {
  ours: new BlobgraphError('BLOB_NOT_FOUND', 'There is no blob of that id.', { field: 'id' }),
  input: new InputErrors([{ code: 'VALIDATION_FAILED', field: 'first', message: '`first` is too large.' }]),
  coded: new GraphQLError('Not allowed.', { extensions: { code: 'FORBIDDEN' } }),
  away: Object.assign(new Error('connect ECONNREFUSED postgres://user:secret@host'), {
    code: 'ECONNREFUSED',
  }),
  foreign: new Error('connect ECONNREFUSED postgres://user:secret@host'),
};

const SDL = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { fail(by: String!): String, count(first: Int!): Int }
  type Mutation { note: Int }
  type Thing @key(fields: "id") { id: ID!, name: String }
`;

let notes = 0;
/** Why nobody is let in. */
let closed: BlobgraphError | undefined;
/** Roles of the user who asks. */
let roles: readonly string[] = [];
const begun: string[] = [];

beforeAll(() => {
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request) => {
    if (closed) throw closed;
    request.caller = { service: 'gateway', viewer: { userId: 'alice', roles } };
  });
  serveSubgraph(app, {
    typeDefs: parse(SDL),
    resolvers: {
      Query: {
        fail: (_: unknown, { by }: { by: string }) => {
          throw failures[by];
        },
        count: (_: unknown, { first }: { first: number }) => first,
      },
      Mutation: {
        note: () => {
          notes += 1;
          return notes;
        },
      },
      Thing: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `Thing ${id}` }) },
    },
    context: (caller) => ({ caller }),
    begin: async (_context, text) => begun.push(text),
    logger: createLogger('silent'),
  });
});

afterAll(() => app.close());

const post = (body: object, headers: Record<string, string> = {}) =>
  app.inject({ method: 'POST', url: '/graphql', body, headers });

const get = (search: Record<string, string>, headers: Record<string, string> = {}) =>
  app.inject({ method: 'GET', url: `/graphql?${new URLSearchParams(search)}`, headers });

async function errorOf(query: string, variables: Record<string, unknown> = {}) {
  const response = await post({ query, variables });
  const { message, extensions, path } = response.json().errors[0];
  expect(extensions.requestId).toBe(response.headers['x-request-id']);
  return { message, code: extensions.code, field: extensions.field, path, status: response.statusCode };
}

test.each([
  ['ours', { message: 'There is no blob of that id.', code: 'BLOB_NOT_FOUND', field: 'id' }],
  ['input', { message: '`first` is too large.', code: 'VALIDATION_FAILED', field: 'first' }],
  ['coded', { message: 'Not allowed.', code: 'FORBIDDEN' }],
  ['away', { message: 'A store is out of reach. Try again later.', code: 'SERVICE_UNAVAILABLE' }],
  ['foreign', { message: 'Something went wrong on our side.', code: 'INTERNAL' }],
])('an error that is %s is told as it may be, beside the data', async (by, expected) => {
  expect(await errorOf(`{ fail(by: "${by}") }`)).toEqual({ ...expected, path: ['fail'], status: 200 });
});

const COUNT = 'query ($n: Int!) { count(first: $n) }';

test.each([
  ['{ fail(by: ', 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
  [' ', 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
  ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED', /Cannot query field "nothing"/],
  ['{ count(first: 12345678901234567890) }', 'GRAPHQL_VALIDATION_FAILED', /Int cannot represent/],
  [COUNT, 'BAD_REQUEST', /Variable "\$n"/],
  ['query A { __typename } query B { __typename }', 'BAD_REQUEST', /operationName/],
  [`{ ${'__typename '.repeat(SUBGRAPH_TOKENS)} }`, 'QUERY_TOO_COMPLEX', /tokens/],
  [`{ __typename #${'x'.repeat(SUBGRAPH_TEXT_BYTES)}\n}`, 'QUERY_TOO_COMPLEX', /longer than/],
])('text %# is refused by name', async (query, code, message) => {
  expect(await errorOf(query)).toMatchObject({ code, message: expect.stringMatching(message), status: 400 });
});

test.each([
  [[], 'Batches are not supported'],
  [{}, '`query` is missing'],
  [{ query: '' }, '`query` is missing'],
  [{ query: { kind: 'Document' } }, '`query` must be a string'],
  [{ query: '{ __typename }', variables: '{}' }, '`variables` must be an object'],
  [{ query: '{ __typename }', variables: [] }, '`variables` must be an object'],
  [{ query: '{ __typename }', extensions: 1 }, '`extensions` must be an object'],
  [{ query: '{ __typename }', operationName: 1 }, '`operationName` must be a string'],
])('the body %j is refused', async (body, message) => {
  const response = await post(body);
  expect(response.statusCode).toBe(400);
  expect(response.json().errors).toMatchObject([
    { message: expect.stringContaining(message), extensions: { code: 'BAD_REQUEST' } },
  ]);
});

test('routers that name texts by their hashes are told to send the texts', async () => {
  const response = await post({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a' } } });
  expect(response.statusCode).toBe(200);
  expect(response.json()).toMatchObject({ errors: [{ message: 'PersistedQueryNotSupported' }] });
});

test('routers that are not let in are told so in the form of GraphQL, services in that of REST', async () => {
  closed = new BlobgraphError('UNAUTHENTICATED', 'A valid token is needed.');
  onTestFinished(() => {
    closed = undefined;
  });
  const ask = (headers: Record<string, string>) =>
    app.inject({ method: 'POST', url: '/graphql', headers, payload: { query: '{ __typename }' } });
  const [router, service] = [await ask({ 'x-service-secret': 'wrong' }), await ask({})];
  expect([router.statusCode, service.statusCode]).toEqual([401, 401]);
  expect(router.json()).toEqual({
    errors: [
      {
        message: 'A valid token is needed.',
        extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) },
      },
    ],
  });
  expect(service.json()).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
  expect(service.json()).not.toHaveProperty('errors');
});

test('the composed schema and entities are told', async () => {
  const query =
    'query ($of: [_Any!]!) { _service { sdl } _entities(representations: $of) { ... on Thing { id name } } __schema { queryType { name } } }';
  const response = await post({ query, variables: { of: [{ __typename: 'Thing', id: '1' }] } });
  expect(response.json()).toEqual({
    data: {
      _service: { sdl: expect.stringContaining('type Thing') },
      _entities: [{ id: '1', name: 'Thing 1' }],
      __schema: { queryType: { name: 'Query' } },
    },
  });
});

describe('over HTTP', () => {
  const preflight = { 'apollo-require-preflight': '1' };
  const search = { query: COUNT, variables: '{"n":3}' };

  test('a GET runs a query', async () => {
    expect((await get(search, preflight)).json()).toEqual({ data: { count: 3 } });
    expect((await get(search, { 'content-type': 'application/json' })).json()).toEqual({
      data: { count: 3 },
    });
  });

  test.each([
    [{}, 400],
    [{ 'content-type': 'text/plain' }, 400],
    [{ ...preflight, 'content-type': 'text/plain' }, 415],
    [{ 'content-type': 'application/xml' }, 415],
  ])('a GET that any page could send, or with another body, is refused: %j', async (headers, status) => {
    expect((await get(search, headers as Record<string, string>)).statusCode).toBe(status);
  });

  test('a GET runs no mutation', async () => {
    const response = await get({ query: 'mutation { note }' }, preflight);
    expect([response.statusCode, response.headers['allow'], notes]).toEqual([405, 'POST', 0]);
  });

  test('variables in a query string that are not JSON are refused', async () => {
    const response = await get({ query: COUNT, variables: '{' }, preflight);
    expect(response.statusCode).toBe(400);
    expect(response.json().errors[0].extensions).toMatchObject({ code: 'BAD_REQUEST', field: 'variables' });
  });

  test.each([
    [undefined, 200, 'application/json; charset=utf-8'],
    ['*/*', 200, 'application/json; charset=utf-8'],
    ['application/graphql-response+json', 200, 'application/graphql-response+json; charset=utf-8'],
    ['application/graphql-response+json;q=0.5, application/json', 200, 'application/json; charset=utf-8'],
    ['text/html', 406, 'application/json; charset=utf-8'],
  ])('answers in what is accepted: %s', async (accept, status, type) => {
    const response = await post({ query: '{ __typename }' }, accept === undefined ? {} : { accept });
    expect([response.statusCode, response.headers['content-type']]).toEqual([status, type]);
  });
});

test('a token that only reads runs no mutation', async () => {
  roles = ['read-only'];
  const response = await post({ query: 'mutation { note }' });
  roles = [];
  expect([response.statusCode, response.json().errors[0].extensions.code, notes]).toEqual([
    403,
    'FORBIDDEN',
    0,
  ]);
  expect((await post({ query: 'mutation { note }' })).json()).toEqual({ data: { note: 1 } });
});

test('what is to be done before an operation runs is done for those that run', async () => {
  begun.length = 0;
  await post({ query: '{ nothing }' });
  await post({ query: '{ __typename }' });
  expect(begun).toEqual(['{ __typename }']);
});
