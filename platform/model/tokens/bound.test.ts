import { expect, it, vi } from 'vitest';
import { createTokenBound } from './bound.ts';
import type { TokenUse, TokenUses } from './uses.ts';

/** Uses in memory, of one user. */
function inMemory() {
  const counted = new Map<string, number>();
  const key = ({ day, runId }: TokenUse) => `${day} ${runId}`;
  const total = (day: string) =>
    [...counted].reduce((sum, [each, tokens]) => sum + (each.startsWith(day) ? tokens : 0), 0);
  const uses = {
    prepare: vi.fn(async () => undefined),
    begin: async (use: TokenUse, limit: number) => {
      if (!counted.has(key(use)) && total(use.day) >= limit) return false;
      if (!counted.has(key(use))) counted.set(key(use), use.tokens);
      return true;
    },
    finish: vi.fn(async (use: TokenUse) => void counted.set(key(use), use.tokens)),
    eraseUser: async () => undefined,
  } satisfies TokenUses;
  return { counted, uses };
}

function open(limit: number) {
  const { counted, uses } = inMemory();
  const time = { now: new Date('2026-01-31T23:00:00Z') };
  const warn = vi.fn();
  const bound = createTokenBound({ uses, limit, clock: { now: () => time.now }, logger: { warn } });
  const begin = (runId: string, text = 'x'.repeat(40)) => bound.begin({ userId: 'alice', runId, text });
  return { begin, counted, uses, time, warn };
}

it('what a run is expected to take counts until it is known what it took', async () => {
  const { begin, counted } = open(1_000);
  const finish = await begin('a');
  expect([...counted.values()]).toEqual([30]);
  await finish(77);
  expect([...counted.values()]).toEqual([77]);
});

it('a day that is used up is told by name and number, with the time from which on to try again', async () => {
  const { begin, time, uses } = open(20);
  await begin('a');
  await expect(begin('b')).rejects.toMatchObject({
    code: 'TOKENS_SPENT',
    message:
      'Your drafts have used the 20 tokens that they may cost a day. Retry this one after 2026-02-01T00:00:00.000Z.',
  });
  time.now = new Date('2026-02-01T00:00:00Z');
  await begin('b');
  expect(uses.prepare.mock.calls).toEqual([['2026-01-31'], ['2026-02-01']]);
});

it('a text that was written is not lost because its tokens could not be counted', async () => {
  const { begin, uses, warn } = open(1_000);
  const finish = await begin('a');
  uses.finish.mockRejectedValueOnce(new Error('away'));
  await finish(77);
  expect(warn).toHaveBeenCalledTimes(1);
});

it('a store that was away at the day’s first run is prepared at the next', async () => {
  const { begin, uses } = open(1_000);
  uses.prepare.mockRejectedValueOnce(new Error('away'));
  await expect(begin('a')).rejects.toThrow('away');
  await begin('a');
  expect(uses.prepare).toHaveBeenCalledTimes(2);
});
