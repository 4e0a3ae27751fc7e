import { buildSchema, getOperationAST, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createShaping } from './shape.ts';

const schema = buildSchema(`
  type Query { blob(id: ID!): Entry  blobs(filter: Filter, first: Int, order: [Order!]): [Entry!]! }
  type Subscription { changed(kinds: [Kind!]): Entry }
  type Entry { id: ID!  title(most: Int): String  content: Blob  kind: Kind }
  interface Blob { id: ID! }
  type Text implements Blob { id: ID!  words: Int }
  enum Kind { DRAFT BOOK }
  input Filter { text: String  kind: Kind  not: Filter }
  input Order { by: By! = AGE }
  enum By { AGE NAME }
`);
const shapeOf = createShaping(schema);

function shape(text: string) {
  const document = parse(text);
  const definition = getOperationAST(document);
  if (!definition) throw new Error('It is one operation');
  return shapeOf(document, definition);
}
const coordinates = (text: string) => shape(text).coordinates.toSorted();

describe('coordinates', () => {
  it('are those of fields and their arguments, in fragments too', () => {
    expect(
      coordinates(
        'query { blob(id: "x") { title(most: 3) ...F } } fragment F on Entry { content { ... on Text { words } } }',
      ),
    ).toEqual(
      [
        'Query.blob',
        'Query.blob(id:)',
        'Entry.title',
        'Entry.title(most:)',
        'Entry.content',
        'Text.words',
      ].toSorted(),
    );
  });

  it('are those of input fields and enum values that are written', () => {
    expect(
      coordinates('{ blobs(filter: { kind: BOOK, not: { text: "a" } }, order: [{ by: NAME }]) { id } }'),
    ).toEqual(
      [
        ...['Query.blobs', 'Query.blobs(filter:)', 'Query.blobs(order:)', 'Entry.id'],
        ...['Filter.kind', 'Kind.BOOK', 'Filter.not', 'Filter.text', 'Order.by', 'By.NAME'],
      ].toSorted(),
    );
  });

  it('of a variable are all that it may hold', () => {
    expect(coordinates('query ($f: Filter) { blobs(filter: $f) { __typename } }')).toEqual(
      [
        ...['Query.blobs', 'Query.blobs(filter:)', 'Entry.__typename'],
        ...['Filter.text', 'Filter.kind', 'Filter.not', 'Kind.DRAFT', 'Kind.BOOK'],
      ].toSorted(),
    );
  });

  it('of introspection there are none', () => {
    expect(
      coordinates(
        '{ __schema { types { name } } __type(name: "Text") { fields(includeDeprecated: true) { name } } }',
      ),
    ).toEqual([]);
  });

  it('are shared texts, and no more than are taken', () => {
    const [one, other] = [shape('{ blob(id: 1) { id } }'), shape('{ blob(id: 2) { id title } }')];
    expect(one.coordinates.length).toBe(3);
    expect(other.coordinates.length).toBe(4);
  });
});

describe('a shape', () => {
  it('is the same whatever is written into an operation', () => {
    const texts = [
      'query A { blob(id: "a secret") { title(most: 3) } }',
      'query A { mine: blob(id: """another""") { t: title(most: 500) } }',
      'query A{blob(id:"")\n{title(most:0)}} # a comment',
    ];
    expect(new Set(texts.map((text) => shape(text).hash)).size).toBe(1);
    const lists = ['{ blobs(order: [{ by: NAME }]) { id } }', '{ blobs(order: []) { id } }'];
    expect(new Set(lists.map((text) => shape(text).hash)).size).toBe(1);
  });

  it('differs by fields, arguments, name and kind', () => {
    const texts = [
      'query A { blob(id: 1) { id } }',
      'query B { blob(id: 1) { id } }',
      'query A { blob(id: 1) { title } }',
      'query A { blob(id: 1) { title(most: 1) } }',
      'query A { blobs { id } }',
    ];
    expect(new Set(texts.map((text) => shape(text).hash)).size).toBe(texts.length);
    expect(shape('subscription { changed(kinds: [DRAFT]) { id } }').kind).toBe('subscription');
  });

  it('holds no literal, and a name that is cut', () => {
    const name = `Q${'x'.repeat(200)}`;
    const told = shape(
      `query ${name}($id: ID = "secret 1") { blob(id: "secret 2") { id } other: blob(id: $id) { id } }`,
    );
    expect(told.name).toBe(name.slice(0, 80));
    expect(JSON.stringify(told)).not.toMatch(/secret|other/);
    expect(shape('{ blob(id: 1) { id } }').name).toBeNull();
    expect(told.hash).toMatch(/^[0-9a-f]{64}$/);
  });
});
