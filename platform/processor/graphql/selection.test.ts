import { buildSchema, graphql } from 'graphql';
import { expect, test } from 'vitest';
import type { Wanted } from '../records/records.ts';
import { wantedMembers } from './selection.ts';

const schema = buildSchema(`
  directive @note on FIELD
  interface Blob { id: ID! }
  union Anything = Book | Other
  type Other { id: ID! }
  type Book implements Blob {
    id: ID!  wordCount: Int  fullText: String  parentBlob: BlobIndex  summary: String
    data: BookData  raw: JSON  chapters(first: Int): [Chapter!]!  parts: [[Part!]!]!
  }
  type BookData { longText: String  shape: Shape  odd: Part }
  type Shape { someSide: Int  text: String }
  union Part = Shape | Other
  type Chapter { title: String  compiledText: String  draft: BlobIndex }
  type BlobIndex { id: ID!  title: String }
  scalar JSON
  type Query { anything: Anything  blob: Blob  book: Book }
`);
const shape = {
  needs: new Map([
    ['Book.summary', ['first_line', 'chapters.title']],
    ['Shape.text', ['long_text']],
  ]),
  children: { chapters: { table: 't', parent: 'p', order: 'chapter_num', columns: {} } },
};

/** Members that the selection of a field of the root wants. */
async function wanted(selection: string, field = 'book', variables = {}): Promise<string[]> {
  let found: Wanted = 'all';
  const rootValue = {
    [field]: (_args: unknown, _context: unknown, info: Parameters<typeof wantedMembers>[0]) => {
      found = wantedMembers(info, 'Book', shape);
      return null;
    },
  };
  const source = `query ($yes: Boolean = true) { __typename @include(if: $yes) ${field} ${selection} } fragment Of on Blob { ... on Book { wordCount } }`;
  const { errors } = await graphql({ schema, source, rootValue, variableValues: variables });
  expect(errors).toBeUndefined();
  return [...(found as Wanted)].map(String).toSorted();
}

test.each([
  ['__typename alone', '{ __typename ...Of @skip(if: $yes) }', ['word_count']],
  ['aliases', '{ a: wordCount b: wordCount fullText: id ...Of }', ['id', 'word_count']],
  [
    'what may be skipped',
    '{ id fullText @include(if: $yes) ...Of @skip(if: $yes) }',
    ['full_text', 'id', 'word_count'],
  ],
  [
    'inline fragments',
    '{ ... { id } ... on Blob { id } ... on Anything { ... on Book { fullText } } ...Of }',
    ['full_text', 'id', 'word_count'],
  ],
  [
    'references to the index',
    '{ parentBlob { id } ...Of }',
    ['parent_blob_blob_id', 'parent_blob_id', 'word_count'],
  ],
  [
    'members of data',
    '{ data { __typename longText shape { someSide } } ...Of }',
    ['long_text', 'shape', 'word_count'],
  ],
  [
    'what a field deep inside needs',
    '{ data { shape { text } } ...Of }',
    ['long_text', 'shape', 'word_count'],
  ],
  [
    'the same in a union',
    '{ data { odd { ... on Shape { text } } } ...Of }',
    ['long_text', 'odd', 'word_count'],
  ],
  [
    'the same in lists of lists',
    '{ parts { ... on Shape { text } } ...Of }',
    ['long_text', 'parts', 'word_count'],
  ],
  [
    'columns of rows',
    '{ chapters { compiledText draft { id } } ...Of }',
    [
      'chapters.chapter_num',
      'chapters.compiled_text',
      'chapters.draft_blob_id',
      'chapters.draft_id',
      'word_count',
    ],
  ],
  ['what a field says that it needs', '{ summary ...Of }', ['chapters.title', 'first_line', 'word_count']],
])('%s', async (_, selection, members) => {
  expect(await wanted(selection)).toEqual(members);
});

test('fragments on other types want nothing', async () => {
  expect(await wanted('{ ... on Other { id } ... on Book { fullText } ...Of }', 'anything')).toEqual([
    'full_text',
    'word_count',
  ]);
});
