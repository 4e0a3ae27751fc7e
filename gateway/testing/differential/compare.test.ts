import { buildSchema, parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { ExecutionResult } from '../../execution/executor.ts';
import { differences } from './compare.ts';
import { reduce } from './reduce.ts';

const boom = (path: (string | number)[], message = 'boom', code = 'BOOM') => ({
  message,
  path,
  extensions: { code },
});
const compared = (expected: ExecutionResult, actual: ExecutionResult, everything = expected) =>
  differences(expected, actual, async () => everything);

describe('the comparison', () => {
  const expected = { data: { a: { b: null, c: 1 } }, errors: [boom(['a', 'b'])] };

  it('finds none in the same answer', async () => {
    expect(await compared(expected, structuredClone(expected))).toEqual([]);
  });

  it.each<[string, ExecutionResult]>([
    ['another value', { ...expected, data: { a: { b: null, c: 2 } } }],
    ['another order', { ...expected, data: { a: { c: 1, b: null } } }],
    ['a field more', { ...expected, data: { a: { b: null, c: 1, d: 1 } } }],
    ['no error', { data: expected.data }],
    ['another message', { ...expected, errors: [boom(['a', 'b'], 'boom elsewhere')] }],
    ['another code', { ...expected, errors: [boom(['a', 'b'], 'boom', 'INTERNAL')] }],
    ['another path', { ...expected, errors: [boom(['a', 'c'])] }],
    ['an error more', { ...expected, errors: [...expected.errors, boom(['a', 'c'])] }],
  ])('finds %s', async (_name, actual) => {
    expect(await compared(expected, actual)).not.toEqual([]);
  });

  it('takes any error that can be below what one has nulled, and no other', async () => {
    const nulled = { data: { a: null }, errors: [boom(['a', 'b'])] };
    const everything = { data: { a: { b: null, c: null } }, errors: [boom(['a', 'b']), boom(['a', 'c'])] };
    expect(await compared(nulled, { ...nulled, errors: [boom(['a', 'c'])] }, everything)).toEqual([]);
    expect(await compared(nulled, { ...nulled, errors: [boom(['a', 'd'])] }, everything)).not.toEqual([]);
  });
});

describe('reducing', () => {
  const schema = buildSchema('type Query { a(x: Int): Query b: Int c(y: Int): Int }');

  it('leaves what an operation needs to fail', async () => {
    const document = parse(`
      query ($x: Int, $y: Int) { b ...F @include(if: true) d: c(y: $y) }
      fragment F on Query { a(x: $x) { b e: c(y: $y) ... on Query { b } } b }
    `);
    const simplest = await reduce(schema, { document, variables: { x: 1, y: 2 } }, async (candidate) =>
      print(candidate.document).includes('c(y: $y)'),
    );
    expect(print(simplest.document)).toBe(print(parse('query ($y: Int) { c(y: $y) }')));
    expect(simplest.variables).toEqual({ y: 2 });
  });
});
