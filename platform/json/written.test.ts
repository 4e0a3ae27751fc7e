import { expect, it } from 'vitest';
import { textWith, WrittenJson } from './written.ts';

it.each([
  '{"z":1,"a":{"__proto__":{"b":1e400}},"n":12345678901234567890.0}',
  '"a \\" quote, $& and $1"',
  'null',
  '[]',
])('puts %s in as it is, wherever it stands', (json) => {
  const value = { a: new WrittenJson(json), list: [1, new WrittenJson('2'), { in: new WrittenJson(json) }] };
  expect(textWith(value)).toBe(`{"a":${json},"list":[1,2,{"in":${json}}]}`);
});

it('is a text like any other where nothing is written, and parsed where others write', () => {
  const value = { a: [1, 'b', null], __proto__: null, undefined: undefined };
  expect(textWith(value)).toBe(JSON.stringify(value));
  expect(JSON.stringify({ a: new WrittenJson('{ "b": 1 }') })).toBe('{"a":{"b":1}}');
  expect(() =>
    textWith({
      toJSON() {
        throw new Error('no text');
      },
    }),
  ).toThrow('no text');
  expect(JSON.stringify(new WrittenJson('[1]'))).toBe('[1]');
});
