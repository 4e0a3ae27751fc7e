import { expect, it } from 'vitest';
import { parseRetryAfter, pauseMs } from './retry.ts';

const policy = { attempts: 5, baseMs: 100, maxMs: 1_000 };
const now = new Date('2026-01-01T00:00:00Z');

it.each([
  ['120', 120_000],
  ['0', 0],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
  ['soon', null],
  [undefined, null],
])('Retry-After %j is %j ms', (header, expected) => {
  expect(parseRetryAfter(header, now)).toBe(expected);
});

it('waits longer from try to try, spread by chance, up to the limit', () => {
  expect([1, 2, 3, 9].map((attempt) => pauseMs(policy, attempt, null, 1))).toEqual([100, 200, 400, 1_000]);
  expect([1, 2, 3, 9].map((attempt) => pauseMs(policy, attempt, null, 0))).toEqual([50, 100, 200, 500]);
});

it('waits at least as long as it was asked to, or not at all', () => {
  expect(pauseMs(policy, 1, 800, 0)).toBe(800);
  expect(pauseMs(policy, 1, 800, 1)).toBeCloseTo(880);
  expect(pauseMs(policy, 1, 1_001, 0)).toBeNull();
});
