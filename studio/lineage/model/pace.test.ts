import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createPace } from './pace.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Reads that take so long; counts them. */
function reads(takes: number, isDone = () => true) {
  const read = vi.fn(async () => {
    await new Promise((resolve) => setTimeout(resolve, takes));
    return isDone();
  });
  return { read, pace: createPace({ read }) };
}

it('reads once for a burst of 500', async () => {
  const { read, pace } = reads(10);
  for (let n = 0; n < 500; n += 1) pace.touch();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(read).toHaveBeenCalledTimes(1);
});

it('reads while a burst goes on, and at most a quarter of the time', async () => {
  const { read, pace } = reads(500);
  for (let n = 0; n < 200; n += 1) {
    pace.touch();
    await vi.advanceTimersByTimeAsync(100);
  }
  // Twenty seconds, with one of 0.5 s and a rest of 1.5 s after the other.
  expect(read.mock.calls.length).toBeGreaterThanOrEqual(8);
  expect(read.mock.calls.length).toBeLessThanOrEqual(10);
});

it('reads again what came while it read, never twice at a time', async () => {
  const { read, pace } = reads(1_000);
  pace.touch();
  await vi.advanceTimersByTimeAsync(300);
  expect(read).toHaveBeenCalledTimes(1);
  pace.touch();
  pace.readNow();
  await vi.advanceTimersByTimeAsync(900);
  expect(read).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(read).toHaveBeenCalledTimes(2);
});

it('tries again what failed, until it is done', async () => {
  let tries = 0;
  const { read, pace } = reads(10, () => {
    tries += 1;
    return tries === 3;
  });
  pace.touch();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(read).toHaveBeenCalledTimes(3);
});

it('reads no more once it is stopped', async () => {
  const { read, pace } = reads(10, () => false);
  pace.touch();
  pace.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(read).not.toHaveBeenCalled();
});
