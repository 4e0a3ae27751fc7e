import { GraphQLError, parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BlobgraphError, InputErrors } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { serveSubgraph } from './graphql.ts';
import { createHttpServer } from './http.ts';

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

beforeAll(async () => {
  await serveSubgraph(app, {
    typeDefs: parse('type Query { fail(by: String!): String, count(first: Int!): Int }'),
    resolvers: {
      Query: {
        fail: (_: unknown, { by }: { by: string }) => {
          throw failures[by];
        },
      },
    },
    context: async () => ({}),
    logger: createLogger('silent'),
  });
});

afterAll(() => app.close());

async function errorOf(query: string, variables: Record<string, unknown> = {}) {
  const response = await app.inject({ method: 'POST', url: '/graphql', body: { query, variables } });
  const { message, extensions, path } = response.json().errors[0];
  expect(extensions.requestId).toBe(response.headers['x-request-id']);
  return { message, code: extensions.code, field: extensions.field, path };
}

test.each([
  ['ours', { message: 'There is no blob of that id.', code: 'BLOB_NOT_FOUND', field: 'id', path: ['fail'] }],
  ['input', { message: '`first` is too large.', code: 'VALIDATION_FAILED', field: 'first', path: ['fail'] }],
  ['coded', { message: 'Not allowed.', code: 'FORBIDDEN', path: ['fail'] }],
  [
    'away',
    { message: 'A store is out of reach. Try again later.', code: 'SERVICE_UNAVAILABLE', path: ['fail'] },
  ],
  ['foreign', { message: 'Something went wrong on our side.', code: 'INTERNAL', path: ['fail'] }],
])('an error that is %s is told as it may be', async (by, expected) => {
  expect(await errorOf(`{ fail(by: "${by}") }`)).toEqual(expected);
});

test.each([
  ['{ fail(by: ', 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
  ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED', /Cannot query field "nothing"/],
  ['query ($n: Int!) { count(first: $n) }', 'BAD_REQUEST', /Variable "\$n"/],
])('%s is refused by name', async (query, code, message) => {
  expect(await errorOf(query)).toMatchObject({ code, message: expect.stringMatching(message) });
});
