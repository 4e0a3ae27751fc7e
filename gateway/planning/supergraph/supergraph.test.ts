import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { blobgraph, shop } from '../testing/plans.ts';
import { preferResolvableKeys, readSupergraph, SupergraphError, subgraphUrls } from './supergraph.ts';

const header = `
  schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) {
    query: Query
  }
  directive @link(url: String, as: String, for: link__Purpose, import: [String]) repeatable on SCHEMA
  directive @join__graph(name: String!, url: String!) on ENUM_VALUE
  directive @join__type(graph: join__Graph!, key: String, resolvable: Boolean! = true) repeatable on OBJECT | INTERFACE
  enum link__Purpose { EXECUTION SECURITY }
`;
const graphs = `
  enum join__Graph {
    A @join__graph(name: "Accounts-1", url: "http://accounts/graphql")
    B @join__graph(name: "b", url: "")
  }
`;
const query = 'type Query @join__type(graph: A) { a: Int }';

describe('reading a supergraph', () => {
  it('accepts this project’s supergraph', () => {
    expect([...subgraphUrls(readSupergraph(blobgraph)).keys()]).toContain('text-expansion');
  });

  it('returns subgraph names with their URLs', () => {
    expect([...subgraphUrls(readSupergraph(header + graphs + query))]).toEqual([
      ['Accounts-1', 'http://accounts/graphql'],
      ['b', ''],
    ]);
  });

  it.each([
    ['no GraphQL', '{"errors":[]}', 'is not GraphQL: Syntax Error'],
    ['a schema', 'type Query { a: Int }', 'is a schema, but not a supergraph'],
    [
      'a subgraph’s schema',
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7") type Query { a: Int }',
      'not a supergraph',
    ],
    ['one without subgraphs', header + query, 'names no subgraph'],
    [
      'one with an unknown type',
      `${header}${graphs}type Query { a: Nothing }`,
      'not a valid schema: Unknown type "Nothing"',
    ],
    ['one without a query', header + graphs, 'not a valid schema: Unknown type "Query"'],
    [
      'one that others guard',
      shop().replace(
        'schema\n',
        'schema\n  @link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY)\n',
      ),
      'needs policy/v0.1 for its security, which is not supported',
    ],
  ])('refuses %s', (_, sdl, reason) => {
    expect(() => readSupergraph(sdl)).toThrow(SupergraphError);
    expect(() => readSupergraph(sdl)).toThrow(reason);
  });
});

it('moves each subgraph’s resolvable keys before its others, and nothing else', () => {
  const keys = (type: string) =>
    print(preferResolvableKeys(readSupergraph(`${header}${graphs}${query} type T ${type} { id: ID }`)))
      .split('\n')
      .find((line) => line.startsWith('type T'))
      ?.match(/graph: \w+, key: "\w+"/g)
      ?.map((key) => key.replaceAll(/graph: |, key: |"/g, ''));
  expect(
    keys(`
      @join__type(graph: B, key: "one", resolvable: false)
      @join__type(graph: A, key: "two", resolvable: false)
      @join__type(graph: A, key: "three", resolvable: true)
      @join__type(graph: B, key: "four")
      @join__type(graph: A, key: "five")
    `),
  ).toEqual(['Bfour', 'Athree', 'Afive', 'Bone', 'Atwo']);
});
