import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { getIntrospectionQuery, getOperationAST, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import { storySteps } from '../graphiql/routes.ts';
import { costHintsOf, createCosting } from './cost.ts';
import { defaultLimits, limitsRule } from './limits.ts';

const sdl = readFileSync(projectFile('gateway/supergraph.graphql'), 'utf8');
const schema = Supergraph.build(sdl, { validateSupergraph: false }).apiSchema().toGraphQLJSSchema();
const costOf = createCosting(schema, costHintsOf(parse(sdl)));

function cost(query: string, variables: Record<string, unknown> = {}, operationName?: string): number {
  const document = parse(query);
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error('no operation');
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === 'FragmentDefinition' ? [[definition.name.value, definition] as const] : [],
    ),
  );
  return costOf(operation, fragments)(variables);
}

const refusals = (query: string, limits = {}) =>
  validate(schema, parse(query), [limitsRule({ ...defaultLimits, ...limits })]).map(({ message }) => message);

const nested = (levels: number) =>
  `{ blob(id: "b") ${'{ parent '.repeat(levels)} { id } ${'}'.repeat(levels)} }`;

test('the steps of GraphiQL’s story, including the core query, and introspection are within the limits', async () => {
  for (const { query, variables } of await storySteps()) {
    expect(refusals(query)).toEqual([]);
    expect(cost(query, { ...variables, first: 100 })).toBeLessThan(defaultLimits.cost);
  }
  expect(refusals(getIntrospectionQuery())).toEqual([]);
});

test.each([
  ['depth', nested(20), 'The operation has 22 levels; at most 15 are allowed.'],
  ['aliases', `{ me { ${Array.from({ length: 51 }, (_, i) => `a${i}: id`).join(' ')} } }`, /51 aliases/],
  ['root fields', `{ ${'me { id } '.repeat(21)} }`, /21 fields at its root/],
  ['directives', `{ me { ${'id @include(if: true) '.repeat(51)} } }`, /51 directives/],
  ['fields', `{ me { ${'id '.repeat(1_000)} } }`, /1001 fields/],
])('%s beyond the limit are refused', (_, query, message) => {
  expect(refusals(query)).toEqual([typeof message === 'string' ? message : expect.stringMatching(message)]);
});

test('fragments count as their contents, and are measured once each', () => {
  const levels = 60;
  const doubling = Array.from(
    { length: levels },
    (_, i) => `fragment F${i} on BlobIndex { id ...F${i + 1} ...F${i + 1} }`,
  ).join(' ');
  const query = `{ blob(id: "b") { ...F0 } } ${doubling} fragment F${levels} on BlobIndex { parent { id } }`;
  expect(refusals(query)).toEqual([expect.stringMatching(/ fields; at most 1000 are allowed/)]);
  expect(cost(query)).toBe(1 + 2 ** levels);
  const deep =
    'query { blob(id: "b") { ...A } } fragment A on BlobIndex { parent { parent { ...B } } } fragment B on BlobIndex { parent { id } }';
  expect(refusals(deep, { depth: 4 })).toEqual(['The operation has 5 levels; at most 4 are allowed.']);
});

test('cycles of fragments are left to the rule that refuses them', () => {
  const query =
    '{ blob(id: "b") { ...A } } fragment A on BlobIndex { ...B } fragment B on BlobIndex { ...A }';
  expect(refusals(query)).toEqual([]);
});

test('an operation costs the objects that it may return', () => {
  expect(cost('{ __typename }')).toBe(0);
  expect(cost('{ me { id } }')).toBe(1);
  expect(cost('{ blobs { totalCount } }')).toBe(1);
  expect(cost('{ blobs { nodes { id } } }')).toBe(1 + 20);
  expect(cost('{ blobs(first: 3) { nodes { id } edges { node { id } } pageInfo { endCursor } } }')).toBe(
    1 + 3 + 6 + 1,
  );
  expect(
    cost('query ($n: Int) { blobs(first: $n) { nodes { derived(first: 5) { nodes { id } } } } }', { n: 7 }),
  ).toBe(1 + 7 * (1 + 1 + 5));
  expect(cost('{ blobs(first: 2) { ...P } } fragment P on BlobIndexConnection { nodes { id } }')).toBe(1 + 2);
  expect(cost('{ blob(id: "b") { processing { runs { state } } } }')).toBe(1 + 1 + 10);
});

test('long lists state their size in the schema', () => {
  expect(cost('{ blob(id: "b") { lineage { nodes { id } truncated } } }')).toBe(1 + 1 + 1_000);
  const everything = '{ blobs(first: 100) { nodes { lineage { nodes { sources { id } } } } } }';
  expect(cost(everything)).toBeGreaterThan(defaultLimits.cost);
});

test('lists of scalars and large texts have a cost, for each alias', () => {
  const blob = (inner: string) => cost(`{ blob(id: "b") { ${inner} } }`) - 1;
  expect(blob('derivedIds')).toBe(1_000);
  expect(blob('a: derivedIds b: derivedIds')).toBe(2_000);
  expect(blob('content { ... on CompiledBook { sourceBlobIds } }')).toBe(1 + 100);
  expect(blob('content { ... on CompiledBook { chapters { compiledText } } }')).toBe(1 + 50 * (1 + 100));
  expect(blob('content { ... on UserBlob { body } }')).toBe(1 + 100);
  expect(blob('content { ... on CompiledBook { a: fullText b: fullText } }')).toBe(1 + 2 * 1_000);
  const ids = Array.from({ length: 11 }, (_, index) => `a${index}: derivedIds`).join(' ');
  expect(cost(`{ blobs(first: 100) { nodes { ${ids} } } }`)).toBeGreaterThan(defaultLimits.cost);
});

test('deeply nested lists exceed the limit', () => {
  const page = (inner: string) => `derived(first: 100) { nodes { id ${inner} } }`;
  expect(cost(`{ blobs(first: 100) { nodes { ${page(page(''))} } } }`)).toBeGreaterThan(defaultLimits.cost);
});
