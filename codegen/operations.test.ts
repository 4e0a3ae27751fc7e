import { buildSchema, parse, print, stripIgnoredCharacters } from 'graphql';
import { expect, it } from 'vitest';
import { StartersFault } from '../platform/process/exit.ts';
import { operationsFile } from './operations.ts';

const schema = buildSchema(`
  scalar DateTime
  enum State { DONE FAILED }
  type Blob { id: ID! title: String state: State! createdAt: DateTime! }
  type Query { blob(id: ID!): Blob blobs(first: Int): [Blob!]! }
  type Mutation { drop(id: ID!): Blob }
`);
const shared = `
  fragment Row on Blob { id ...Named }
  fragment Named on Blob { title }
  fragment Unused on Blob { state }
`;

const generated = async (text: string, fragments = shared) =>
  (await operationsFile({ folder: 'studio/shelf', text, shared: fragments }, schema))[1];

/** The text that a constant holds. */
const textOf = (file: string, name: string): string =>
  JSON.parse(new RegExp(`export const ${name}Document = (".*") as `).exec(file)?.[1] ?? 'null');

it('writes each operation as its text, with the fragments that it spreads and no others', async () => {
  const file = await generated(`
    # Comments and blanks are not sent.
    query Shelf($first: Int) { blobs(first: $first) { ...Row state } }
    mutation Drop($id: ID!) { drop(id: $id) { ...Own } }
    fragment Own on Blob { ...Named createdAt }
  `);
  const expected = (text: string) => stripIgnoredCharacters(print(parse(text)));
  expect(textOf(file, 'Shelf')).toBe(
    expected(`query Shelf($first: Int) { blobs(first: $first) { ...Row state } }
      fragment Row on Blob { id ...Named } fragment Named on Blob { title }`),
  );
  expect(textOf(file, 'Drop')).toBe(
    expected(`mutation Drop($id: ID!) { drop(id: $id) { ...Own } }
      fragment Own on Blob { ...Named createdAt } fragment Named on Blob { title }`),
  );
  expect(file).not.toContain('Unused');
});

it('types each by what it takes and answers', async () => {
  const file = await generated('query Shelf($first: Int) { blobs(first: $first) { id state } }');
  expect(file).toContain('as TypedDocument<ShelfQuery, ShelfQueryVariables>;');
  expect(file).toMatch(
    /ShelfQueryVariables = Types\.Exact<\{\s+first\?: Types\.InputMaybe<Types\.Scalars\['Int'\]\['input'\]>;/,
  );
  expect(file).toMatch(/ShelfQuery = \{ blobs: Array<\{ id: string, state: Types\.State \}> \};/);
  expect(file).toContain("import type { TypedDocument } from '../../client/document.ts';");
  // Those of the graph itself are the client's.
  expect(file).toContain("import type * as Types from '../../client/operations.generated.ts';");
  expect(file).not.toMatch(/export type (State|Scalars|Exact)\b/);
});

it('types the client’s by themselves, with the types of the graph', async () => {
  const text = 'query Shelf($first: Int) { blobs(first: $first) { id state } }';
  const [path, file] = await operationsFile({ folder: 'client', text, shared: '' }, schema);
  expect(path).toBe('client/operations.generated.ts');
  expect(file).toContain("import type { TypedDocument } from './document.ts';");
  expect(file).toMatch(/export type State =/);
  expect(file).toMatch(/ShelfQueryVariables = Exact<\{\s+first\?: InputMaybe<Scalars\['Int'\]\['input'\]>;/);
  expect(file).toMatch(/ShelfQuery = \{ blobs: Array<\{ id: string, state: State \}> \};/);
});

it.each([
  ['what the graph does not have', '{ blobs { size } }', 'Cannot query field "size" on type "Blob"'],
  ['a variable that is not told', 'query A { blob(id: $id) { id } }', 'Variable "$id" is not defined'],
  ['a fragment that nobody has', 'query A { blobs { ...Other } }', 'Unknown fragment "Other"'],
  ['an argument that is missing', 'query A { blob { id } }', 'argument "id" of type "ID!" is required'],
  ['what is no GraphQL', 'query A { blobs { id }', 'Syntax Error: Expected Name, found <EOF>'],
])('names the file and the place of %s', async (_, text, message) => {
  const failure = generated(text);
  await expect(failure).rejects.toThrow(StartersFault);
  await expect(failure).rejects.toThrow('studio/shelf/operations.graphql:');
  await expect(failure).rejects.toThrow(message);
  await expect(failure).rejects.toThrow(/1:\d+/);
});
