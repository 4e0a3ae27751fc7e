import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoffMs, type RetryOptions, retrying } from './retry.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const away = new Error('away');

/** `work` that fails so often before it answers, tried with these options. */
function setup(failures: number, options: Partial<RetryOptions> = {}) {
  const work = vi.fn<() => Promise<string>>(async () => 'done');
  for (let n = 0; n < failures; n += 1) work.mockRejectedValueOnce(away);
  const pauses: (number | null)[] = [];
  const outcome = retrying(work, {
    ...{ baseMs: 100, maxMs: 1_000, mayPass: () => true },
    onFailure: (_error, _attempt, nextMs) => pauses.push(nextMs),
    ...options,
  }).catch((error: unknown) => error);
  return { work, pauses, outcome };
}

it('doubles the pause up to its limit, and leaves half of it to chance', () => {
  const policy = { baseMs: 100, maxMs: 1_000 };
  expect([1, 2, 3, 9].map((attempt) => backoffMs(policy, attempt, 1))).toEqual([100, 200, 400, 1_000]);
  expect([1, 2, 3, 9].map((attempt) => backoffMs(policy, attempt, 0))).toEqual([50, 100, 200, 500]);
});

describe('retrying', () => {
  it('tries again after a pause each, until it succeeds', async () => {
    const { work, pauses, outcome } = setup(3, { pauseMs: (_error, attempt) => attempt * 100 });
    await vi.advanceTimersByTimeAsync(98);
    expect(work).toHaveBeenCalledTimes(1);
    await vi.runAllTimersAsync();
    expect(await outcome).toBe('done');
    expect(work).toHaveBeenCalledTimes(4);
    expect(pauses).toEqual([100, 200, 300]);
  });

  it('ends with its last try', async () => {
    const { work, pauses, outcome } = setup(9, { attempts: 3, pauseMs: () => 10 });
    await vi.runAllTimersAsync();
    expect(await outcome).toBe(away);
    expect(work).toHaveBeenCalledTimes(3);
    expect(pauses).toEqual([10, 10, null]);
  });

  it('begins no try after its time', async () => {
    const { work, outcome } = setup(99, { forMs: 1_000, pauseMs: () => 300 });
    await vi.runAllTimersAsync();
    expect(await outcome).toBe(away);
    expect(work).toHaveBeenCalledTimes(4);
  });

  it('does not try again after what will not pass', async () => {
    const { work, pauses, outcome } = setup(9, {
      mayPass: (error, attempt) => error === away && attempt < 2,
    });
    await vi.runAllTimersAsync();
    expect(await outcome).toBe(away);
    expect(work).toHaveBeenCalledTimes(2);
    expect(pauses).toEqual([expect.any(Number), null]);
  });

  it('ends within a pause when its signal aborts', async () => {
    const stopping = new AbortController();
    const { work, outcome } = setup(9, { signal: stopping.signal, pauseMs: () => 60_000 });
    await vi.advanceTimersByTimeAsync(10);
    const reason = new Error('stopped');
    stopping.abort(reason);
    expect(await outcome).toBe(reason);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('does not begin after its signal', async () => {
    const reason = new Error('stopped');
    const { work, outcome } = setup(0, { signal: AbortSignal.abort(reason) });
    expect(await outcome).toBe(reason);
    expect(work).not.toHaveBeenCalled();
  });

  it('waits as it is told', async () => {
    const wait = vi.fn(async () => undefined);
    const { outcome } = setup(2, { wait, pauseMs: () => 60_000 });
    await vi.advanceTimersByTimeAsync(10);
    expect(await outcome).toBe('done');
    expect(wait.mock.calls).toEqual([
      [60_000, undefined],
      [60_000, undefined],
    ]);
  });
});
