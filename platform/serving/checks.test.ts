import { expect, it, onTestFinished, vi } from 'vitest';
import { runChecks } from './health.ts';

// Beside nothing that is served: a request's end may set a timer, which would be counted.
it('a check that hangs is given up after two seconds, and holds up no other', async () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  let answer: Record<string, string> | undefined;
  const hanging = () => new Promise<void>(() => {});
  void runChecks({ hanging, store: async () => {}, late: hanging }).then((states) => {
    answer = states;
  });
  await vi.advanceTimersByTimeAsync(1_999);
  expect(answer).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(answer).toEqual({ hanging: 'no answer in time', store: 'ok', late: 'no answer in time' });
  expect(vi.getTimerCount()).toBe(0);
});
