import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { createReader, OperationRefused } from './operation.ts';

test('a text is parsed and validated once and then kept, and what is not valid is not kept', () => {
  const read = createReader(buildSchema('type Query { a: Int, b: Int }'));
  read('{ a }');
  // What is kept holds on to nothing of the text.
  const document = read('{ a }');
  expect(document.loc).toBeUndefined();
  expect(read('{ a }')).toBe(document);
  expect(read('{ b }')).not.toBe(document);
  for (const _ of [1, 2]) expect(() => read('{ c }')).toThrow(OperationRefused);
});
