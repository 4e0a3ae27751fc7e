import { readFileSync } from 'node:fs';
import { buildASTSchema, buildSchema, parse } from 'graphql';
import { expect, it } from 'vitest';
import { projectFile } from '../process/paths.ts';
import { schemaFaults, subgraphFaults } from './schema-rules.ts';

/** Told of a schema in which all is described but what the SDL says is not. */
const told = (sdl: string) =>
  schemaFaults(buildSchema(`"Q." type Query { "A." ok: Int } ${sdl}`)).map(
    ({ coordinate, message }) => `${coordinate} ${message}`,
  );

it.each([
  ['type A { "F." f: Int }', ['A has no description']],
  ['"A." type A { f("D." a: Int): Int }', ['A.f has no description']],
  ['"A." type A { "F." f(a: Int): Int }', ['A.f(a:) has no description']],
  ['"A." type A { "  " f: Int }', ['A.f has no description']],
  ['"A." input A { f: Int }', ['A.f has no description']],
  ['"A." interface A { f: Int }', ['A.f has no description']],
  ['"A." enum A { ONE }', ['A.ONE has no description']],
  ['"S." scalar S', ['S names no specification (`@specifiedBy`)']],
  ['"A." type a_b { "F." f: Int }', ['a_b is no name in PascalCase']],
  [
    '"A." type A { "F." some_field("D." an_arg: Int): Int }',
    ['A.some_field is no name in camelCase', 'A.some_field(an_arg:) is no name in camelCase'],
  ],
  ['"A." enum A { "O." one }', ['A.one is no name in UPPER_CASE']],
  ['extend type Query { "F." fetch__Book: Int }', []],
  ['"M." type Mutation { "M." make: Int }', ['Mutation.make answers no payload']],
  ['"P." type MakePayload { "F." f: Int }', ['MakePayload has no `userErrors: [UserError!]!`']],
])('%s: %j', (sdl, faults) => {
  expect(told(sdl)).toEqual(faults);
});

const PAGE_INFO = `"P." type PageInfo {
  "A." hasNextPage: Boolean! "A." hasPreviousPage: Boolean! "A." startCursor: String "A." endCursor: String
}`;

it('takes connections as Relay has them', () => {
  const sdl = `${PAGE_INFO}
    "C." type AConnection { "E." edges: [AEdge!]! "P." pageInfo: PageInfo! }
    "E." type AEdge { "C." cursor: String! "N." node: A! }
    "A." type A { "L." list("F." first: Int = 20 "A." after: String): AConnection! }`;
  expect(told(sdl)).toEqual([]);
});

it.each([
  ['"C." type AConnection { "P." pageInfo: PageInfo! }', 'AConnection has no list of `edges`'],
  [
    '"C." type AConnection { "E." edges: [AEdge!]! "P." pageInfo: PageInfo }',
    'AConnection has no `pageInfo: PageInfo!`',
  ],
  ['"C." type AConnection { "E." edges: [AEdge!]! }', 'AConnection has no `pageInfo: PageInfo!`'],
])('%s: %s', (connection, fault) => {
  expect(told(`${PAGE_INFO} ${connection} "E." type AEdge { "C." cursor: String! "N." node: Int }`)).toEqual([
    fault,
  ]);
});

it.each([
  ['"E." type AEdge { "N." node: Int }', 'AEdge has no `cursor: String!`'],
  ['"E." type AEdge { "C." cursor: String! "N." node: [Int] }', 'AEdge has no single `node`'],
  ['"E." type AEdge { "C." cursor: String! }', 'AEdge has no single `node`'],
])('%s: %s', (edge, fault) => {
  const connection = '"C." type AConnection { "E." edges: [AEdge!]! "P." pageInfo: PageInfo! }';
  expect(told(`${PAGE_INFO} ${connection} ${edge}`)).toEqual([fault]);
});

it('tells of page information and of arguments that are missing', () => {
  const sdl = `"P." type PageInfo { "A." hasNextPage: Boolean! "A." startCursor: String! "A." endCursor: String }
    "C." type AConnection { "E." edges: [AEdge!]! "P." pageInfo: PageInfo! }
    "E." type AEdge { "C." cursor: String! "N." node: Int }
    "A." type A { "L." list("F." first: String): AConnection! }`;
  expect(told(sdl)).toEqual([
    'PageInfo has no `hasPreviousPage: Boolean!`',
    'PageInfo has no `startCursor: String`',
    'A.list is a connection without `first: Int`',
    'A.list is a connection without `after: String`',
  ]);
});

it.each([
  'cli/new-processor/templates/schema.graphql.template',
  'e2e/python-processor/schema.graphql',
  'subgraphs/text-expansion/schema.graphql',
])('%s keeps them in what it adds', (file) => {
  const sdl = readFileSync(projectFile(file), 'utf8').replaceAll('{{type}}', 'Sample');
  expect(subgraphFaults(buildASTSchema(parse(sdl), { assumeValidSDL: true }))).toEqual([]);
});

it('tells of a subgraph what it adds alone', () => {
  const sdl = `type Other @key(fields: "id", resolvable: false) { id: ID! } interface Blob { id: ID! }
    "M." type Mine implements Blob @key(fields: "id") { id: ID! "O." other: Other }`;
  expect(subgraphFaults(buildASTSchema(parse(sdl), { assumeValidSDL: true }))).toEqual([
    { coordinate: 'Mine.id', message: 'has no description' },
  ]);
});
