import { describe, expect, it } from 'vitest';
import { differencesInParts, merged } from './in-parts.ts';
import { openDifferential } from './open.ts';

const error = (path: (string | number)[], message = 'boom') => ({ message, path, extensions: {} });
const wrong = (
  expected: Parameters<typeof differencesInParts>[0],
  actual: Parameters<typeof differencesInParts>[1],
  everything = expected,
) => differencesInParts(expected, actual, async () => everything);

describe('the comparison of parts', () => {
  const whole = { data: { a: [{ b: 1, c: { d: 2 } }] } };
  const first = { a: [{ b: 1 }] };

  it('puts patches where they belong', async () => {
    const actual = { data: first, patches: [{ path: ['a', 0], data: { c: { d: 2 } } }] };
    expect(merged(actual).data).toEqual(whole.data);
    expect(await wrong(whole, actual)).toEqual([]);
  });

  it.each([
    ['a patch that is missing', { data: first }],
    ['another value', { data: first, patches: [{ path: ['a', 0], data: { c: { d: 3 } } }] }],
    ['a value more', { data: first, patches: [{ path: ['a', 0], data: { c: { d: 2 }, e: 1 } }] }],
    ['a patch of nothing', { ...whole, patches: [{ path: ['a', 1], data: { b: 1 } }] }],
    [
      'an error of nothing',
      { ...whole, patches: [{ path: ['a', 0], data: { b: 1 }, errors: [error(['a'])] }] },
    ],
  ])('finds %s', async (_, actual) => {
    expect(await wrong(whole, actual)).not.toEqual([]);
  });

  it('takes a null only with an error of its own part', async () => {
    const expected = { data: { a: [null] }, errors: [error(['a', 0, 'c'])] };
    const everything = { data: { a: [{ b: 1, c: null }] }, errors: [error(['a', 0, 'c'])] };
    const patch = { path: ['a', 0], data: null };
    const told = { data: first, patches: [{ ...patch, errors: [error(['a', 0, 'c'])] }] };
    expect(await wrong(expected, told, everything)).toEqual([]);
    const elsewhere = { data: first, errors: [error(['a', 0, 'c'])], patches: [patch] };
    expect(await wrong(expected, elsewhere, everything)).not.toEqual([]);
  });
});

describe.each([
  ['apollo', { plansDefer: true }],
  ['apollo', { plansDefer: false }],
  ['hive', {}],
] as const)('generated operations with @defer and the planner %s %o', (planner, options) => {
  it('are told in parts that make up the whole answer', async () => {
    await using differential = await openDifferential(planner, { ...options, inParts: true });
    const report = await differential.run({ from: 0, to: 150, faults: 0 });
    expect(report.findings.join('\n\n')).toBe('');
    expect(report.refused).toEqual([]);
    expect(report.operations).toBeGreaterThan(140);
    expect(differential.patches()).toBeGreaterThan(150);
  });

  it('fail part by part', async () => {
    await using differential = await openDifferential(planner, { ...options, inParts: true });
    const report = await differential.run({ from: 1_000, to: 1_100, faults: 0.05 });
    expect(report.findings.join('\n\n')).toBe('');
    expect(report.failed).toBeGreaterThan(20);
  });
});
