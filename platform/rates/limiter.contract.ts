import { expect, test } from 'vitest';
import type { Rate, RateLimiter } from './rate.ts';

export interface OpenedLimiters {
  /** Each of a process of its own. */
  readonly limiters: readonly [RateLimiter, ...RateLimiter[]];
  close?(): Promise<void>;
}

const HOUR = 3_600_000;

async function takeAll(limiter: RateLimiter, key: string, most: number): Promise<number> {
  let taken = 0;
  for (let each = 0; each < most; each += 1) if ((await limiter.take(key)).isAllowed) taken += 1;
  return taken;
}

/** The contract of every limiter. */
export function limiterContract(open: (rate: Rate) => Promise<OpenedLimiters>): void {
  /** In an hour, nothing of it comes back while a test runs. */
  async function withQuota(quota: number, use: (limiters: OpenedLimiters['limiters']) => Promise<void>) {
    const { limiters, close } = await open({ name: 'test', quota, windowMs: HOUR });
    try {
      await use(limiters);
    } finally {
      await close?.();
    }
  }

  test.each([1, 5, 130])('a key takes all of a quota of %i at once, and no more', (quota) =>
    withQuota(quota, async ([limiter]) => {
      expect(limiter.isSpent('alice')).toBeUndefined();
      expect(await takeAll(limiter, 'alice', quota)).toBe(quota);
      for (let each = 0; each < 3; each += 1) {
        const { isAllowed, left, nextMs } = await limiter.take('alice');
        expect([isAllowed, left, nextMs > 0, nextMs <= Math.ceil(HOUR / quota)]).toEqual([
          false,
          0,
          true,
          true,
        ]);
      }
      expect(limiter.isSpent('alice')).toMatchObject({ isAllowed: false, left: 0 });
      expect(limiter.isSpent('bob')).toBeUndefined();
      expect((await limiter.take('bob')).isAllowed).toBe(true);
    }),
  );

  test('those who ask at the same moment get no more', () =>
    withQuota(100, async ([limiter]) => {
      const all = await Promise.all(Array.from({ length: 300 }, () => limiter.take('alice')));
      expect(all.filter(({ isAllowed }) => isAllowed)).toHaveLength(100);
    }));

  test('it tells how many are left', () =>
    withQuota(3, async ([limiter]) => {
      const left = [await limiter.take('a'), await limiter.take('a'), await limiter.take('a')];
      expect(left.map((each) => each.left)).toEqual([2, 1, 0]);
    }));

  test('any text is a key', () =>
    withQuota(1, async ([limiter]) => {
      for (const key of ['__proto__', 'constructor', '', '*', '{a}', 'ü\u{1F600}', 'a:b\r\n']) {
        expect([await takeAll(limiter, key, 2), key]).toEqual([1, key]);
      }
    }));
}

/** The contract of those by which several processes count together, beside that of all. */
export function sharedLimiterContract(open: (rate: Rate) => Promise<OpenedLimiters>): void {
  test('processes give no more together than the quota, and nearly as much', async () => {
    const { limiters, close } = await open({ name: 'test', quota: 120, windowMs: HOUR });
    const taken = await Promise.all(limiters.map((limiter) => takeAll(limiter, 'alice', 120)));
    const sum = taken.reduce((total, each) => total + each, 0);
    expect(sum).toBeLessThanOrEqual(120);
    expect(sum).toBeGreaterThanOrEqual(120 - 2 * limiters.length);
    await close?.();
  });
}
