import { expect, test } from 'vitest';
import { createAnswering } from './answers.ts';
import type { StubGraph, StubSubgraph } from './graph.ts';

const cat = (id: string) => ({
  __typename: 'Cat',
  id,
  name: `cat ${id}`,
  friend: { __typename: 'Dog', id: 'd1' },
});

const zoo: StubSubgraph = {
  name: 'zoo',
  query: {
    animals: ({ first }) => [cat('c1'), { __typename: 'Dog', id: 'd1', barks: true }].slice(0, Number(first)),
  },
  entity: ({ id }) => cat(String(id)),
};

const graph: StubGraph = { subgraphs: [zoo], interfaces: { Animal: ['Cat', 'Dog'] } };

const answer = (query: string, variables = {}) => {
  const { text, representations } = createAnswering(graph, zoo)({ query, variables });
  return { ...(JSON.parse(text) as { data: unknown }), representations };
};

test('selects by alias, argument and type', () => {
  const query = `query ($first: Int) {
    __typename
    all: animals(first: $first) { __typename ...Named ... on Dog { barks } ... on Animal { key: id } }
  }
  fragment Named on Cat { name }`;
  expect(answer(query, { first: 2 }).data).toEqual({
    __typename: 'Query',
    all: [
      { __typename: 'Cat', name: 'cat c1', key: 'c1' },
      { __typename: 'Dog', barks: true, key: 'd1' },
    ],
  });
  expect(answer(query, { first: 1 }).data).toMatchObject({ all: [{ key: 'c1' }] });
});

test('a field that is selected twice merges both selections', () => {
  const query = '{ animals(first: 1) { friend { id } friend { __typename } } }';
  expect(answer(query).data).toEqual({ animals: [{ friend: { id: 'd1', __typename: 'Dog' } }] });
});

test('entities have the order of their representations, and are counted', () => {
  const query = `query ($these: [_Any!]!, $those: [_Any!]!) {
    _entities(representations: $these) { ... on Cat { name } }
    others: _entities(representations: $those) { ... on Cat { id } }
  }`;
  const of = (...ids: string[]) => ids.map((id) => ({ __typename: 'Cat', id }));
  expect(answer(query, { these: of('b', 'a', 'b'), those: of('c') })).toEqual({
    data: { _entities: [{ name: 'cat b' }, { name: 'cat a' }, { name: 'cat b' }], others: [{ id: 'c' }] },
    representations: 4,
  });
});

test('unknown fields are errors', () => {
  expect(() => answer('{ animals(first: 1) { age } }')).toThrow('The stub has no Cat.age');
});
