import { describe, expect, test } from 'vitest';
import { rateFields } from './fields.ts';
import { grant } from './gcra.ts';
import { limiterContract } from './limiter.contract.ts';
import { createMemoryLimiter } from './limiter.memory.ts';

const start = Date.parse('2026-01-31T12:00:00Z');

function clockAt(at = start) {
  let now = at;
  return {
    now: () => new Date(now),
    pass(ms: number) {
      now += ms;
    },
  };
}

limiterContract(async (rate) => ({ limiters: [createMemoryLimiter(rate, clockAt())] }));

const rate = { name: 'user', quota: 60, windowMs: 60_000 };

function takeUntilRefused(limiter: ReturnType<typeof createMemoryLimiter>, key = 'alice'): number {
  let taken = 0;
  while ((limiter.take(key) as { isAllowed: boolean }).isAllowed) taken += 1;
  return taken;
}

describe('a quota', () => {
  test('fills evenly, and to no more than all of it', () => {
    const clock = clockAt();
    const limiter = createMemoryLimiter(rate, clock);
    expect(takeUntilRefused(limiter)).toBe(60);
    expect(limiter.take('alice')).toEqual({ isAllowed: false, left: 0, nextMs: 1_000 });
    clock.pass(999);
    expect(limiter.take('alice')).toEqual({ isAllowed: false, left: 0, nextMs: 1 });
    clock.pass(1);
    expect(takeUntilRefused(limiter)).toBe(1);
    clock.pass(10_500);
    expect(takeUntilRefused(limiter)).toBe(10);
    clock.pass(3_600_000);
    expect(takeUntilRefused(limiter)).toBe(60);
  });

  test('within any minute gives no more than twice, and over an hour no more than its rate', () => {
    const clock = clockAt();
    const limiter = createMemoryLimiter(rate, clock);
    let taken = 0;
    for (let ms = 0; ms < 3_600_000; ms += 250) {
      if ((limiter.take('alice') as { isAllowed: boolean }).isAllowed) taken += 1;
      clock.pass(250);
    }
    expect(taken).toBeLessThanOrEqual(60 * 60 + 60);
    expect(taken).toBeGreaterThanOrEqual(60 * 60);
  });

  test.each([7, 6_000, 1_000_000])('of %i is given to the last, whatever rounding does', (quota) => {
    let fullAt: number | undefined;
    let given = 0;
    for (let step = 0; step < 1_000; step += 1) {
      const { granted, fullAt: next } = grant(
        { quota, windowMs: 60_000 },
        fullAt,
        start,
        Math.ceil(quota / 100),
      );
      fullAt = next;
      given += granted;
      if (granted === 0) break;
    }
    expect(given).toBe(quota);
  });

  test('of a clock that is set back an hour is there again within a window', () => {
    const clock = clockAt();
    const limiter = createMemoryLimiter(rate, clock);
    takeUntilRefused(limiter);
    clock.pass(-3_600_000);
    expect(limiter.take('alice')).toMatchObject({ isAllowed: false, nextMs: 1_000 });
    clock.pass(1_000);
    expect(takeUntilRefused(limiter)).toBe(1);
  });
});

test('no more keys are kept than may be, the newest', async () => {
  const limiter = createMemoryLimiter({ ...rate, quota: 1 }, clockAt(), 3);
  for (const key of ['a', 'b', 'c', 'd']) await limiter.take(key);
  expect(['a', 'b', 'c', 'd'].map((key) => limiter.isSpent(key) !== undefined)).toEqual([
    false,
    true,
    true,
    true,
  ]);
});

test.each([
  [{ isAllowed: true, left: 60, nextMs: 0 }, { ratelimit: '"user";r=60' }],
  [{ isAllowed: true, left: 41, nextMs: 1 }, { ratelimit: '"user";r=41;t=1' }],
  [
    { isAllowed: false, left: 0, nextMs: 1_001 },
    { ratelimit: '"user";r=0;t=2', 'retry-after': '2' },
  ],
])('%o is told in header fields', (taken, fields) => {
  expect(rateFields(rate, taken)).toEqual({ 'ratelimit-policy': '"user";q=60;w=60', ...fields });
});
