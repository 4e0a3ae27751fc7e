import { describe, expect, it } from 'vitest';
import { type AuditResult, isRight, reportOf } from './result.ts';

const asked = (expected: { data?: unknown; errors?: boolean }) => ({ query: '\n  { a }\n  ', expected });

describe('a right answer', () => {
  it.each([
    ['the same data', { data: { a: [1, null] } }, { data: { a: [1, null] } }, true],
    ['errors that do not matter', { data: { a: null } }, { data: { a: null }, errors: [{}] }, true],
    ['no data where none is expected', { errors: true }, { errors: [{}] }, true],
    ['a field more', { data: { a: 1 } }, { data: { a: 1, b: 2 } }, false],
    ['null for nothing', { data: { a: null } }, { data: {} }, false],
    ['no error where one is expected', { data: null, errors: true }, { data: null }, false],
    [
      'an error where none is expected',
      { data: { a: 1 }, errors: false },
      { data: { a: 1 }, errors: [{}] },
      false,
    ],
  ])('%s', (_what, expected, answer, right) => {
    expect(isRight(asked(expected), answer)).toBe(right);
  });
});

describe('the report', () => {
  const result = (suite: string, index: number, passed: boolean): AuditResult => ({
    suite,
    index,
    asked: asked({ data: { a: 1 }, errors: true }),
    answer: { data: { a: 2 }, errors: [{ message: 'No' }] },
    passed,
  });

  it('has a line for each suite and the total', () => {
    expect(
      reportOf([result('keys', 0, true), result('keys', 1, true), result('a-longer-name', 0, true)]),
    ).toBe('keys           2 of 2\na-longer-name  1 of 1\n\n3 of 3');
  });

  it('shows the expected and the actual answer of failed cases', () => {
    const report = reportOf([result('keys', 0, true), result('keys', 1, false)]);
    expect(report.split('\n')).toEqual([
      'keys 1',
      '  { a }',
      'expected, with errors: {',
      '  "a": 1',
      '}',
      'got: {',
      '  "a": 2',
      '}',
      'errors: [',
      '  {',
      '    "message": "No"',
      '  }',
      ']',
      '',
      'keys  1 of 2  failed: 1',
      '',
      '1 of 2',
    ]);
  });
});
