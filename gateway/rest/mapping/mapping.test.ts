import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import type { CostHints } from '../../limits/cost.ts';
import { answerOf } from './json.ts';
import { restName } from './names.ts';
import { shapeOf } from './rest-shape.ts';
import { completeDocument } from './route-document.ts';

const SCHEMA = `
  type Query { note(id: ID!): Note  notes(first: Int, after: String): NoteConnection! }
  type Mutation { write(text: String!): WritePayload! }
  type WritePayload { note: Note  noteURL: String  userErrors: [Mistake!]! }
  type Mistake { code: String! }
  scalar JSON
  enum Mood { GOOD BAD }
  type Note {
    id: ID!  sizeBytes: Int!  mood: Mood  body: JSON  text: String!
    tags(max: Int = 3): [String!]!  excerpt(words: Int!): String!
    origin: Origin!  spots: [[Spot!]!]  parent: Note  others: NoteConnection!  content: Content
    near(distance: Int = 1): Spot
  }
  type Origin { madeBy: String!  note: Note  within: Origin }
  type Spot { x: Int!  id_: ID }
  type NoteConnection { nodes: [Note!]!  pageInfo: PageInfo!  totalCount: Int! }
  type PageInfo { hasNextPage: Boolean!  endCursor: String }
  interface Content { id: ID! }
  type Letter implements Content { id: ID!  body: JSON!  sentAt: String }
  type Photo implements Content { id: ID!  data: Pixels!  title: String! }
  type Song implements Content { id: ID!  title: String  bars: Int! }
  type Pixels { rowCount: Int! }
`;

const hints: CostHints = {
  weights: new Map([['Note.text', 100]]),
  sizes: new Map([['Note.tags', 100]]),
};

const spaceless = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

function opened(source: string, sdl = SCHEMA) {
  const schema = buildSchema(sdl);
  const { text, document } = completeDocument(schema, hints, source);
  return { text: spaceless(text), root: shapeOf(schema, document) };
}

const answer = (source: string, data: Record<string, unknown>, sdl?: string) =>
  answerOf(opened(source, sdl).root, data, source.startsWith('mutation'));

test('names are in snake case', () => {
  expect(['id', 'sizeBytes', 'sha256', 'noteURL', 'HTMLBody', 'a1B', '__typename'].map(restName)).toEqual([
    ...['id', 'size_bytes', 'sha256', 'note_url', 'html_body', 'a1_b', '__typename'],
  ]);
});

test('a spread named after a type selects its own fields: no links, no pages, nothing that needs arguments', () => {
  expect(opened('query ($id: ID!) { note(id: $id) { ...Note } }').text).toBe(
    spaceless(`query ($id: ID!) { note(id: $id) { ...Note } }
    fragment Note on Note { id sizeBytes mood body text tags origin { madeBy } spots { x id_ } }`),
  );
});

test('in brief, without large texts and long lists', () => {
  const { text } = opened('{ note(id: 1) { ...Note parent { ...Note @brief } } }');
  expect(text).toContain(
    'fragment Note_brief on Note { id sizeBytes mood body origin { madeBy } spots { x id_ } }',
  );
  expect(text).not.toContain('@brief');
});

test('a new field of the schema is answered without changing the route', () => {
  const source = '{ note(id: 1) { ...Note } }';
  const grown = SCHEMA.replace('type Note {', 'type Note { readBy: Int');
  expect(opened(source, grown).text).toContain('readBy');
  expect(answer(source, { note: { readBy: 3 } }, grown)).toEqual({ note: { read_by: 3 } });
});

test('so is a new content type', () => {
  const grown = `${SCHEMA} type Film implements Content { id: ID!  playTime: Int! }`;
  const source = '{ note(id: 1) { content { ...Content } } }';
  expect(opened(source, grown).text).toContain('... on Film { id playTime }');
  expect(answer(source, { note: { content: { __typename: 'Film', playTime: 1 } } }, grown)).toEqual({
    note: { content: { graphql_type: 'Film', play_time: 1 } },
  });
});

test('when a field differs in type between two content types, each is answered under its name', () => {
  const source = '{ note(id: 1) { content { ...Content } } }';
  const { text } = opened(source);
  expect(text).toContain('... on Photo { id data { rowCount } title }');
  expect(text).toContain('... on Song { id title__of_Song: title bars }');
  const song = { __typename: 'Song', id: 's', title__of_Song: null, bars: 4 };
  expect(answer(source, { note: { content: song } })).toEqual({
    note: { content: { graphql_type: 'Song', id: 's', title: null, bars: 4 } },
  });
});

test('JSON values stay as they are', () => {
  const body: unknown = JSON.parse('{"camelCase":{"__proto__":1},"list":[{"inList":null}]}');
  expect(JSON.stringify(answer('{ note(id: 1) { body } }', { note: { body } }))).toBe(
    '{"note":{"body":{"camelCase":{"__proto__":1},"list":[{"inList":null}]}}}',
  );
});

test('lists of lists, nulls and enums keep their form', () => {
  const source = '{ note(id: 1) { mood spots { x id_ } origin { madeBy } } }';
  const note = { mood: 'GOOD', spots: [[{ x: 1, id_: null }], []], origin: { madeBy: 'me' } };
  expect(answer(source, { note })).toEqual({
    note: { mood: 'GOOD', spots: [[{ x: 1, id_: null }], []], origin: { made_by: 'me' } },
  });
  expect(answer(source, { note: { mood: null, spots: null, origin: null } })).toEqual({
    note: { mood: null, spots: null, origin: null },
  });
});

test('a page is a list with its cursor beside, at the root and below', () => {
  const page = 'nodes { id } pageInfo { hasNextPage endCursor } totalCount';
  const source = `{ notes { nodes { id others { ${page} } } pageInfo { hasNextPage endCursor } } }`;
  const others = { nodes: [{ id: 'b' }], pageInfo: { hasNextPage: false, endCursor: 'y' }, totalCount: 1 };
  const notes = { nodes: [{ id: 'a', others }], pageInfo: { hasNextPage: true, endCursor: 'x' } };
  expect(answer(source, { notes })).toEqual({
    notes: [{ id: 'a', others: [{ id: 'b' }], others_next_cursor: null, others_total_count: 1 }],
    next_cursor: 'x',
  });
});

test('members that a condition skips are absent', () => {
  const source = 'query ($all: Boolean!) { note(id: 1) { id parent @include(if: $all) { id } } }';
  expect(answer(source, { note: { id: 'a' } })).toEqual({ note: { id: 'a' } });
  expect(answer(source, { note: { id: 'a', parent: null } })).toEqual({ note: { id: 'a', parent: null } });
});

test('a blob’s data is its content’s body or data, else its own members', () => {
  const source = '{ note(id: 1) { data: content @data { ...Content } } }';
  expect(opened(source).text).not.toContain('@data');
  const told = (content: object | null) => answer(source, { note: { data: content } });
  const letter = { __typename: 'Letter', id: 'l', body: [1], sentAt: null };
  expect(told(letter)).toEqual({ note: { data: [1] } });
  const photo = { __typename: 'Photo', id: 'p', data: { rowCount: 2 }, title: 'T' };
  expect(told(photo)).toEqual({ note: { data: { row_count: 2 } } });
  expect(told({ __typename: 'Song', id: 's', title__of_Song: null, bars: 4 })).toEqual({
    note: { data: { title: null, bars: 4 } },
  });
  expect(told(null)).toEqual({ note: { data: null } });
});

test('a mutation’s answer has the members of its payload, without user errors', () => {
  const source = 'mutation { write(text: "x") { note { sizeBytes } noteURL userErrors { code } } }';
  const write = { note: { sizeBytes: 1 }, noteURL: null, userErrors: [] };
  expect(answer(source, { write })).toEqual({ note: { size_bytes: 1 }, note_url: null });
});
