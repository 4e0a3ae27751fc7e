import { readFileSync } from 'node:fs';
import {
  assertInterfaceType,
  buildSchema,
  getNamedType,
  isObjectType,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { projectFile } from '../../platform/process/paths.ts';
import { immutableSelections } from './immutable.ts';

const isKept = (mayKeep: ReturnType<typeof immutableSelections>, selection: string): boolean => {
  const text = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selection} } }`;
  return mayKeep(parse(text).definitions[0] as OperationDefinitionNode);
};

describe('of this project’s graph', () => {
  const sdl = readFileSync(projectFile('gateway', 'supergraph.graphql'), 'utf8');
  const mayKeep = immutableSelections(parse(sdl));

  it('leads to content by its entry alone, which is not there once the blob is deleted, and from mutations', () => {
    const schema = buildSchema(sdl, { assumeValidSDL: true });
    const blob = assertInterfaceType(schema.getType('Blob'));
    const isContent = (name: string) =>
      [blob, ...schema.getPossibleTypes(blob)].some((type) => type.name === name);
    const leading = Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type)
        ? Object.values(type.getFields())
            .filter((field) => isContent(getNamedType(field.type).name))
            .map(({ name }) => `${type.name}.${name}`)
        : [],
    );
    expect(leading).toEqual(['BlobIndex.content', 'CompileBookPayload.compiledBook']);
  });

  it.each([
    '... on ExpandedText { __typename modelUsed data { expanded sections { text } styleAnalysis { tone } } }',
    '... on ExpandedText { parentBlob { __typename id } createdAt }',
    '... on CompiledBook { version fullText chapters { title draft { id } } }',
    '... on Pitch { title synopsis { short } } ... on CompiledBook { title: bookId }',
    '... on ImageAsset { width renditions { name sha256 } original { fileName } }',
    '... on BlobSchema { __typename id version title description definition }',
  ])('keeps %s', (selection) => {
    expect(isKept(mayKeep, selection)).toBe(true);
  });

  it.each([
    '... on CompiledBook { version stale }',
    '... on CompiledBook { outdated }',
    '... on CompiledBook { exports { state } }',
    '... on CompiledBook { chapters { draft { title } } }',
    '... on Pitch { files { url } }',
    '... on ImageAsset { renditions { url } }',
    '... on ExpandedText { modelUsed } ... on Pitch { stale }',
    '... on TextInsights { wordCount }',
    '... on UserBlob { body }',
    '... on BlobIndex { id }',
    '... on BlobSchema { title withdrawnAt }',
    '... on Blob { id }',
    'id',
  ])('does not keep %s', (selection) => {
    expect(isKept(mayKeep, selection)).toBe(false);
  });
});

const supergraph = (types: string, link = 'https://specs.example/immutable/v1.0') => `
  schema @link(url: "${link}") { query: Query }
  interface Blob { id: ID! }
  ${types}`;

it('takes a type’s directive for its fields where one subgraph alone resolves them', () => {
  const type = (joins: string) =>
    immutableSelections(
      parse(supergraph(`type Note implements Blob ${joins} @immutable { id: ID! text: String }`)),
    );
  const owner = '@join__type(graph: A, key: "id")';
  const reference = '@join__type(graph: B, key: "id", resolvable: false)';
  const other = '@join__type(graph: B, key: "id")';
  expect(isKept(type(`${owner} ${reference}`), '... on Note { id text }')).toBe(true);
  expect(isKept(type(`${owner} ${other}`), '... on Note { id text }')).toBe(false);
});

it('keeps only blobs, of which the log tells when they are deleted, and what never is', () => {
  const type = (marks: string) =>
    immutableSelections(
      parse(
        supergraph(
          `type Note @join__type(graph: A, key: "id part") ${marks} { id: ID! part: Int text: String @immutable }`,
        ),
      ),
    );
  expect(isKept(type('@immutable'), '... on Note { id text }')).toBe(false);
  expect(isKept(type('@permanent'), '... on Note { id part text }')).toBe(true);
});

it('keeps of a key with fields of its own what is marked', () => {
  const mayKeep = immutableSelections(
    parse(
      supergraph(`
        type Part @immutable { id: ID! }
        type Note @join__type(graph: A, key: "part { id }") @permanent { id: Int part: Part text: String @immutable }`),
    ),
  );
  expect(isKept(mayKeep, '... on Note { text }')).toBe(true);
  for (const field of ['id', 'part { id }'])
    expect(isKept(mayKeep, `... on Note { text ${field} }`)).toBe(false);
});

it('knows the directive by its specification', () => {
  const types = 'type Note implements Blob @join__type(graph: A, key: "id") @immutable { id: ID! }';
  const other = immutableSelections(parse(supergraph(types, 'https://specs.example/frozen/v1.0')));
  expect(isKept(immutableSelections(parse(supergraph(types))), '... on Note { id }')).toBe(true);
  expect(isKept(other, '... on Note { id }')).toBe(false);
});
