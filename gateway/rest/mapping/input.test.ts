import { buildSchema, type GraphQLInputType } from 'graphql';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { checked, textReader } from '../answering/validation.ts';
import { Failed } from '../problems/failures.ts';
import { graphInputs, restField, toGraph } from './input.ts';

const schema = buildSchema(`
  scalar JSON
  scalar DateTime
  enum State { DONE OPEN }
  "Which."
  input Filter {
    "Whose."
    bookId: ID
    minSize: Int
    state: State
    createdAfter: DateTime
    isNew: Boolean
    tags: [String!]
    inner: [Inner!]! = []
    data: JSON!
  }
  input Inner { chapterNum: Int!  free: JSON }
  type Query { a(filter: Filter): Int }
`);
const object = graphInputs(schema).input('Filter');
const type = schema.getType('Filter') as GraphQLInputType;

function mistakes(value: unknown, of: z.ZodObject = object): unknown {
  try {
    return checked(of, value);
  } catch (error) {
    expect(error).toBeInstanceOf(Failed);
    return (error as Failed).failures.map(({ code, field, message }) => {
      expect(code).toBe('VALIDATION_FAILED');
      return [field, message];
    });
  }
}

test('an input of the graph has REST names, and the graph’s descriptions', () => {
  expect(z.toJSONSchema(object, { io: 'input', unrepresentable: 'any' })).toMatchObject({
    properties: {
      book_id: { description: 'Whose.' },
      state: { anyOf: [{ enum: ['DONE', 'OPEN'] }, { type: 'null' }] },
      inner: { items: { required: ['chapter_num'] } },
    },
    required: ['data'],
    additionalProperties: false,
  });
  expect(() => graphInputs(schema).input('Query')).toThrow('no input Query');
});

test('values are converted to the graph’s names; JSON values stay as they are', () => {
  const data: unknown = JSON.parse('{"book_id":{"__proto__":1}}');
  const given = checked(object, { book_id: 'b', inner: [{ chapter_num: 1, free: { is_new: 1 } }], data });
  const told = toGraph(type, given);
  expect(JSON.stringify(told)).toBe(
    '{"bookId":"b","inner":[{"chapterNum":1,"free":{"is_new":1}}],"data":{"book_id":{"__proto__":1}}}',
  );
});

test.each([
  [{}, [['data', '`data` is missing.']]],
  [{ data: null }, [['data', '`data` must not be null.']]],
  [
    { data: 1, bookId: 'b' },
    [['bookId', expect.stringContaining('`bookId` is unknown here. It takes `book_id`')]],
  ],
  [{ data: 1, book_id: 7 }, [['book_id', '`book_id` must be a string.']]],
  [{ data: 1, min_size: 1.5 }, [['min_size', '`min_size` must be a whole number.']]],
  [{ data: 1, min_size: 2 ** 31 }, [['min_size', '`min_size` must be at most 2147483647.']]],
  [{ data: 1, state: 'x' }, [['state', '`state` must be one of `DONE`, `OPEN`.']]],
  [
    { data: 1, created_after: 'yesterday' },
    [['created_after', '`created_after` must be a time in ISO 8601, e.g. `2026-01-31T12:00:00Z`.']],
  ],
  [
    { data: 1, inner: [{ chapter_num: '1' }] },
    [['inner.0.chapter_num', '`inner.0.chapter_num` must be a number.']],
  ],
  [[], [[undefined, 'The body must be an object.']]],
  [undefined, [[undefined, 'The body is missing.']]],
])('%j is refused with a message that names it', (value, expected) => {
  expect(mistakes(value)).toEqual(expected);
});

test('an explicit null is accepted where the graph allows it', () => {
  expect(mistakes({ data: 1, book_id: null })).toEqual({ data: 1, book_id: null });
});

test('query parameters are parsed by their types', () => {
  const query = graphInputs(schema).input('Filter').omit({ data: true, inner: true }).strict();
  const read = textReader(query);
  const texts = { book_id: '12', min_size: '12', is_new: 'false', tags: 'a, b,' };
  expect(mistakes(read(texts), query)).toEqual({
    book_id: '12',
    min_size: 12,
    is_new: false,
    tags: ['a', 'b'],
  });
  expect(mistakes(read({ tags: ['a,b', 'c'] }), query)).toEqual({ tags: ['a', 'b', 'c'] });
  for (const [name, text] of [
    ['min_size', ''],
    ['min_size', '0x10'],
    ['min_size', '1e3'],
    ['min_size', '99999999999999999999'],
    ['is_new', '1'],
    ['book_id', ['a', 'b']],
    ['__proto__', 'x'],
    ['constructor', 'x'],
  ] as const)
    expect(
      mistakes(
        read(JSON.parse(JSON.stringify({ [name]: text })) as object as Record<string, unknown>),
        query,
      ),
    ).toEqual([[name, expect.any(String)]]);
});

test('a field of the graph’s input gets its REST name; names within JSON stay', () => {
  const named = (path: string) => restField(type, path.split('.')).join('.');
  expect(['bookId', 'inner.0.chapterNum', 'data.bookId.camelCase', 'nothing.atAll'].map(named)).toEqual([
    ...['book_id', 'inner.0.chapter_num', 'data.bookId.camelCase', 'nothing.atAll'],
  ]);
});
