import { describe, expect, it } from 'vitest';
import { isSubject, subjectPattern, unitedFilters } from './subjects.ts';

const matches = (filters: readonly string[], subject: string): boolean =>
  new RegExp(subjectPattern(filters)).test(subject);

describe('unitedFilters', () => {
  it.each([
    [
      ['a.b', 'a.c', 'a.b'],
      ['a.b', 'a.c'],
    ],
    [['a.b', 'a.*'], ['a.*']],
    [
      ['a.*', 'a.b.c'],
      ['a.*', 'a.b.c'],
    ],
    [
      ['a.b', 'a.>', 'a.b.c', 'a'],
      ['a.>', 'a'],
    ],
    [['a.*.c', 'a.>'], ['a.>']],
    [['a.>', '>'], ['>']],
    [
      ['*.b', 'a.*'],
      ['*.b', 'a.*'],
    ],
  ])('of %j: %j', (filters, expected) => {
    expect(unitedFilters(filters)).toEqual(expected);
  });
});

describe('subjectPattern', () => {
  it.each([
    ['blob.created.alice', 'blob.created.alice', true],
    ['blob.created.alice', 'blob.created.alice2', false],
    ['blob.created.*', 'blob.created.%D9%85', true],
    ['blob.created.*', 'blob.created', false],
    ['blob.created.*', 'blob.created.a.b', false],
    ['*.created.*', 'blob.created.a', true],
    ['blob.>', 'blob.created.a', true],
    ['blob.>', 'blob.created', true],
    ['blob.>', 'blob', false],
    ['>', 'blob', true],
    ['a+b.c$', 'a+b.c$', true],
    ['a+b.c$', 'aab.c$', false],
    ['a.b', 'a-b', false],
  ])('%s and %s: %s', (filter, subject, expected) => {
    expect(matches([filter], subject)).toBe(expected);
  });

  it('matches any of several filters', () => {
    expect(matches(['a.*', 'b.>'], 'b.c.d')).toBe(true);
    expect(matches(['a.*', 'b.>'], 'c.c.d')).toBe(false);
  });

  it.each(['', 'a..b', 'a.>.b', 'a*.b', 'a b', '.a', 'a.', '>.a'])('refuses %j by name', (filter) => {
    expect(() => subjectPattern([filter])).toThrow(JSON.stringify(filter));
  });
});

describe('isSubject', () => {
  it.each([
    ['blob.created.alice', true],
    ['a', true],
    ['a.*', false],
    ['a.>', false],
    ['a..b', false],
    ['a b', false],
    ['a.\u0000', false],
    ['', false],
  ])('%j: %s', (subject, expected) => {
    expect(isSubject(subject)).toBe(expected);
  });
});
