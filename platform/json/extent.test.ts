import { expect, test } from 'vitest';
import { assertParsable, MAX_DEPTH, MAX_VALUES } from './extent.ts';

const listOf = (values: number, value = '1') => `[${Array(values).fill(value).join(',')}]`;
const nested = (depth: number, [open, close] = ['[', ']']) =>
  `${open?.repeat(depth)}1${close?.repeat(depth)}`;

test.each([
  ['as many values as may be', listOf(MAX_VALUES - 1)],
  ['as many levels as may be', nested(MAX_DEPTH)],
  ['levels beside each other', listOf(MAX_DEPTH * 10, '[]')],
  ['commas and brackets in a text', JSON.stringify({ a: ',[{'.repeat(MAX_VALUES) })],
  ['quotes and backslashes in a text', JSON.stringify({ a: '\\"[,'.repeat(MAX_VALUES), b: '\\' })],
  ['a long text', JSON.stringify('x'.repeat(5_000_000))],
  ['what is no JSON', '"'.repeat(1_001)],
  ['nothing', ''],
])('%s are let through', (_, text) => {
  expect(() => assertParsable(text)).not.toThrow();
});

test.each([
  ['numbers', listOf(MAX_VALUES + 1), /more than 100000 values/],
  ['empty lists', listOf(MAX_VALUES / 2 + 1, '[]'), /more than 100000 values/],
  [
    'members',
    `{${Array.from({ length: MAX_VALUES }, (_, index) => `"${index}":0`).join()},"a":0}`,
    /more than 100000/,
  ],
  ['lists', nested(MAX_DEPTH + 1), /more than 200 levels/],
  ['objects', nested(MAX_DEPTH + 1, ['{"a":', '}']), /more than 200 levels/],
  ['lists that do not end', '['.repeat(8_000_000), /more than 200 levels/],
  ['values after a text', `["${'\\"'.repeat(1_000)}\\\\",${listOf(MAX_VALUES)}]`, /more than 100000 values/],
])('too many %s are refused by name', (_, text, message) => {
  expect(() => assertParsable(text)).toThrow(
    expect.objectContaining({ code: 'VALIDATION_FAILED', message: expect.stringMatching(message) }),
  );
});
