import { OperationTypeNode, parse } from 'graphql';
import { expect, test } from 'vitest';
import { BlobgraphError } from '../platform/errors.ts';
import type { SubgraphOperation } from './batching.ts';
import { createBatchingExecutor } from './batching.ts';
import type { GatewayContext } from './context.ts';
import { createDataSource } from './data-source.ts';
import type { SubgraphResult } from './entities.ts';
import type { SubgraphRequest } from './transport.ts';

type ProcessOptions = Parameters<ReturnType<typeof createDataSource>['process']>[0];

const viewer = { userId: 'alice', roles: [] };
const entitiesQuery = (selection: string) =>
  `query Q($representations:[_Any!]!){_entities(representations:$representations){${selection}}}`;
const text = (id: string) => ({ __typename: 'Text', id });

/** A subgraph that answers with `results` in turn, and what it was asked. */
function subgraph(...results: (SubgraphResult | Error)[]) {
  const asked: SubgraphRequest[] = [];
  const transport = {
    async ask(_name: string, request: SubgraphRequest) {
      asked.push(request);
      const result = results[asked.length - 1] ?? { data: {} };
      if (result instanceof Error) throw result;
      return result;
    },
    close: async () => {},
  };
  const source = createDataSource('texts', createBatchingExecutor('texts', transport));
  const context: GatewayContext = { viewer };
  const ask = (query: string, variables: Record<string, unknown> = {}, inContext = context) =>
    source.process({ request: { query, variables }, context: inContext } as unknown as ProcessOptions);
  return { asked, ask };
}

test('representations of other types are not asked for, and answers and errors find their entities', async () => {
  const error = { message: 'gone', path: ['_entities', 1, 'body'], extensions: { code: 'BLOB_NOT_FOUND' } };
  const { asked, ask } = subgraph({ data: { _entities: [{ body: 'a' }, null] }, errors: [error] });
  const representations = [{ __typename: 'Book' }, text('a'), { __typename: 'Book' }, text('b')];
  expect(await ask(entitiesQuery('...on Text{body}'), { representations })).toEqual({
    data: { _entities: [null, { body: 'a' }, null, null] },
    errors: [{ ...error, path: ['_entities', 3, 'body'] }],
  });
  expect(asked.map(({ variables }) => variables)).toEqual([{ representations: [text('a'), text('b')] }]);
});

test('an error of all entities is told at each of them', async () => {
  const error = { message: 'broken', path: ['_entities'] };
  const { ask } = subgraph({ data: null, errors: [error] });
  const representations = [{ __typename: 'Book' }, text('a'), text('b')];
  const { data, errors } = await ask(entitiesQuery('id'), { representations });
  expect(data).toBeNull();
  expect(errors?.map(({ path }) => path)).toEqual([
    ['_entities', 1],
    ['_entities', 2],
  ]);
});

test('a subgraph out of reach is named at all that it would have filled', async () => {
  const down = () => new BlobgraphError('SUBGRAPH_UNAVAILABLE', 'The texts subgraph did not answer.');
  const { ask } = subgraph(down(), down());
  const extensions = { code: 'SUBGRAPH_UNAVAILABLE', service: 'texts' };
  const message = 'The texts subgraph did not answer.';
  expect(await ask('{ first: texts { id } count }')).toEqual({
    data: null,
    errors: [
      { message, path: ['first'], extensions },
      { message, path: ['count'], extensions },
    ],
  });
  const representations = [{ __typename: 'Book' }, text('a')];
  expect(await ask(entitiesQuery('id'), { representations })).toEqual({
    data: null,
    errors: [{ message, path: ['_entities', 1], extensions }],
  });
});

test('queries of one operation are merged, their errors told apart, those of two operations are not', async () => {
  const { asked, ask } = subgraph({
    data: { _v0__entities: [{ id: 'a' }], _v1__entities: [null], _v2___typename: 'Query' },
    errors: [{ message: 'x', path: ['_v1__entities', 0], extensions: { code: 'BLOB_NOT_FOUND' } }],
  });
  const [one, other, kind] = await Promise.all([
    ask(entitiesQuery('id'), { representations: [text('a')] }),
    ask(entitiesQuery('...on Text{body}'), { representations: [text('b')] }),
    ask('{ __typename }'),
    ask('{ __typename }', {}, { viewer }),
  ]);
  expect(asked).toHaveLength(2);
  expect(asked[0]?.variables).toEqual({ _v0_representations: [text('a')], _v1_representations: [text('b')] });
  expect(parse(asked[0]?.query ?? '').definitions).toHaveLength(1);
  expect([one?.data, one?.errors]).toEqual([{ _entities: [{ id: 'a' }] }, undefined]);
  expect(other?.errors).toMatchObject([
    { message: 'x', path: ['_entities', 0], extensions: { code: 'BLOB_NOT_FOUND' } },
  ]);
  expect(kind?.data).toEqual({ __typename: 'Query' });
});

test('what was merged and lost together is told at both places', async () => {
  const { ask } = subgraph({ data: null, errors: [{ message: 'broken', path: ['_v0__entities'] }] });
  const [one, other] = await Promise.all([
    ask(entitiesQuery('id'), { representations: [text('a')] }),
    ask(entitiesQuery('body'), { representations: [text('b')] }),
  ]);
  expect(one?.errors).toMatchObject([{ message: 'broken', path: ['_entities', 0] }]);
  expect(other?.errors).toMatchObject([
    { path: ['_entities', 0], extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'texts' } },
  ]);
});

test('a mutation is not merged with a query, has more time, and is not sent twice', async () => {
  const asked: SubgraphRequest[] = [];
  const execute = createBatchingExecutor('texts', {
    async ask(_name, request) {
      asked.push(request);
      return { data: {} };
    },
  });
  const context = { viewer };
  const operation = (query: string, operationType: OperationTypeNode): SubgraphOperation => ({
    query,
    document: parse(query),
    operationName: undefined,
    operationType,
    variables: {},
    context,
  });
  await Promise.all([
    execute(operation('mutation { write }', OperationTypeNode.MUTATION)),
    execute(operation('{ read }', OperationTypeNode.QUERY)),
  ]);
  expect(asked.map(({ query, timeoutMs, repeatable }) => [query, timeoutMs, repeatable])).toEqual([
    ['mutation { write }', 30_000, false],
    ['{ read }', 10_000, true],
  ]);
});
