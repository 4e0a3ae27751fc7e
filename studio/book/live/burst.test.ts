import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { oncePerBurst } from './burst.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('runs once for calls that come close together', () => {
  const run = vi.fn();
  const burst = oncePerBurst(run, 100, 1_000);
  for (let call = 0; call < 50; call += 1) burst();
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(100);
  expect(run).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(5_000);
  expect(run).toHaveBeenCalledTimes(1);
});

it('does not put a long burst off for ever', () => {
  const run = vi.fn();
  const burst = oncePerBurst(run, 100, 1_000);
  for (let at = 0; at < 3_000; at += 50) {
    burst();
    vi.advanceTimersByTime(50);
  }
  expect(run.mock.calls.length).toBeGreaterThanOrEqual(2);
  expect(run.mock.calls.length).toBeLessThanOrEqual(3);
});

it('runs again for what comes later, and not once it was stopped', () => {
  const run = vi.fn();
  const burst = oncePerBurst(run, 100, 1_000);
  burst();
  vi.advanceTimersByTime(100);
  burst();
  vi.advanceTimersByTime(100);
  expect(run).toHaveBeenCalledTimes(2);
  burst();
  burst.stop();
  vi.advanceTimersByTime(5_000);
  expect(run).toHaveBeenCalledTimes(2);
});
