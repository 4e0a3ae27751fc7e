import type { IndexDescription } from 'mongodb';
import { describe, expect, it } from 'vitest';
import type { EntryFilter, PageRequest } from '../store.ts';
import { CONDITIONS, type Condition } from './conditions.ts';
import { PAIR_INDEXES, SINGLE_INDEXES } from './indexes.mongo.ts';
import { queryOf } from './pages.mongo.ts';

type Query = ReturnType<typeof queryOf>;

/** A query's conditions: fields with one value, and fields with a range. */
function conditionsOf(where: object): { equal: Set<string>; ranged: Set<string> } {
  const [equal, ranged] = [new Set<string>(), new Set<string>()];
  for (const [field, value] of Object.entries(where)) {
    if (field === '$and' || field === '$or') {
      for (const part of value as object[]) {
        const inner = conditionsOf(part);
        for (const each of inner.ranged) ranged.add(each);
        // A value of one branch is none of the whole.
        for (const each of inner.equal) (field === '$and' ? equal : ranged).add(each);
      }
    } else if (typeof value === 'string') equal.add(field);
    else ranged.add(field);
  }
  return { equal, ranged };
}

/**
 * Whether an index gives a query's documents in their order, and no others: equality on its first fields, then the
 * sort, forwards or backwards; ranges are of sorted fields alone. Its user is what a source's index need not hold.
 */
function serves({ key, partialFilterExpression = {} }: IndexDescription, { where, sort }: Query): boolean {
  const { equal, ranged } = conditionsOf(where);
  const fields = Object.keys(key);
  const sorted = Object.keys(sort);
  const first = fields.slice(0, fields.length - sorted.length);
  const directions = new Set(sorted.map((field) => (key as Record<string, number>)[field] === sort[field]));
  const needed = [...equal].filter((field) => field !== 'user_id' || !equal.has('source_ids'));
  return (
    first.every((field) => equal.has(field)) &&
    needed.every((field) => first.includes(field)) &&
    fields.slice(first.length).join() === sorted.join() &&
    directions.size === 1 &&
    [...ranged].every((field) => sorted.includes(field)) &&
    Object.keys(partialFilterExpression).every((field) => equal.has(field))
  );
}

const DECLARED = [...SINGLE_INDEXES, ...PAIR_INDEXES];
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

  it('are told apart from those that no index serves', () => {
    const query = queryOf('alice', { type: 'x', state: 'PENDING' }, { direction: 'DESC' });
    const others = DECLARED.filter(({ key }) => !('type' in key && 'state' in key));
    expect(others.filter((index) => serves(index, query))).toEqual([]);
  });

  it('need no more indexes than a collection may have', () => {
    expect(DECLARED.length).toBeLessThanOrEqual(48);
  });
});
