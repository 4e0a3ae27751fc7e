import { describe, expect, it } from 'vitest';
import type { EntryFilter } from '../../filter.ts';
import { CONDITIONS, type Condition } from '../../filter.ts';
import type { PageRequest } from '../../lists.ts';
import { PAIR_INDEXES, SEARCH_INDEXES, SINGLE_INDEXES } from './indexes.mongo.ts';
import { listsOf } from './pages.mongo.ts';
import { queryOf } from './queries.mongo.ts';
import { serves } from './served.fixture.ts';

const DECLARED = [...SINGLE_INDEXES, ...PAIR_INDEXES, ...SEARCH_INDEXES];
const place = { createdAt: new Date(0), id: 'a' };
const REQUESTS: readonly Omit<PageRequest, 'limit'>[] = [
  { direction: 'DESC' },
  { direction: 'ASC' },
  { direction: 'DESC', after: place },
  { direction: 'ASC', after: place },
];
const SPANS: readonly EntryFilter[] = [
  {},
  { createdAfter: new Date(0) },
  { createdBefore: new Date(1) },
  { createdAfter: new Date(0), createdBefore: new Date(1) },
];
const upToTwo: Condition[][] = [
  [],
  ...CONDITIONS.map((condition) => [condition]),
  ...CONDITIONS.flatMap((first, at) => CONDITIONS.slice(at + 1).map((second) => [first, second])),
];

describe('pages on MongoDB', () => {
  it.each(upToTwo)('by %s %s are an equality prefix and a sort of a declared index', (...by) => {
    const filter = Object.fromEntries(by.filter(Boolean).map((condition) => [condition, 'x'])) as EntryFilter;
    for (const span of SPANS)
      for (const request of REQUESTS) {
        const query = queryOf('alice', { ...filter, ...span }, request);
        expect(DECLARED.filter((index) => serves(index, query))).not.toEqual([]);
      }
  });

  it.each([
    ['a word', { words: ['x'] }],
    ['words', { words: ['x', 'y'] }],
    ['being unfiled', { unfiled: true }],
    ['a word and being unfiled', { words: ['x'], unfiled: true }],
    ['words and a condition', { words: ['x', 'y'], type: 'x' }],
    ['being unfiled and conditions', { unfiled: true, type: 'x', state: 'PENDING', processorId: 'x' }],
  ] as const)('by %s walk lists of which each is an equality prefix and a sort', (_name, filter) => {
    for (const list of listsOf(filter))
      for (const span of SPANS)
        for (const request of REQUESTS) {
          const query = queryOf('alice', { ...list, ...span }, request);
          expect(DECLARED.filter((index) => serves(index, query))).not.toEqual([]);
        }
  });

  it('are told apart from those that no index serves', () => {
    const query = queryOf('alice', { type: 'x', state: 'PENDING' }, { direction: 'DESC' });
    const others = DECLARED.filter(({ key }) => !('type' in key && 'state' in key));
    expect(others.filter((index) => serves(index, query))).toEqual([]);
  });

  it('need no more indexes than a collection may have', () => {
    expect(DECLARED.length).toBeLessThanOrEqual(48);
  });
});
