import { describe, expect, it } from 'vitest';
import { isInRange, parseRange } from './range.ts';

describe('a range of versions', () => {
  it.each([
    ['*', ['0.0.0', '9.9.9'], []],
    ['1.2.3', ['1.2.3'], ['1.2.2', '1.2.4']],
    ['^1.2.0', ['1.2.0', '1.99.9'], ['1.1.9', '2.0.0']],
    ['^0.2.1', ['0.2.1', '0.2.9'], ['0.3.0']],
    ['^0.0.1', ['0.0.1'], ['0.0.2']],
    ['~1.2.3', ['1.2.3', '1.2.9'], ['1.3.0']],
    ['>=1.0.0 <3.0.0', ['1.0.0', '2.9.9'], ['0.9.9', '3.0.0']],
    ['>1.0.0 <=2.0.0', ['1.0.1', '2.0.0'], ['1.0.0', '2.0.1']],
    ['<2.0.0 <1.5.0 >=1.0.0 >=1.2.0', ['1.2.0', '1.4.9'], ['1.1.9', '1.5.0']],
    ['>=9.10.0', ['9.10.0', '10.0.0'], ['9.9.0']],
  ])('%s', (text, inside, outside) => {
    const range = parseRange(text);
    if (!range) throw new Error('Not a range');
    expect(inside.filter((version) => !isInRange(range, version))).toEqual([]);
    expect(outside.filter((version) => isInRange(range, version))).toEqual([]);
  });

  it.each([
    '',
    ' ',
    '1',
    '1.0',
    'v1.0.0',
    '^1',
    '1.0.0 ',
    '>= 1.0.0',
    '1.0.0 || 2.0.0',
    '>=2.0.0 <2.0.0',
    `^${'1'.repeat(80)}.0.0`,
  ])('is not %j', (text) => {
    expect(parseRange(text)).toBeNull();
  });
});
