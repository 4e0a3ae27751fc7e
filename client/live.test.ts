import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { unanswered } from './live.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('gives up a connection that does not answer a ping in time', () => {
  const giveUp = vi.fn();
  unanswered(100, giveUp).ping(false);
  vi.advanceTimersByTime(99);
  expect(giveUp).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(giveUp).toHaveBeenCalledOnce();
});

it('waits for no answer to a ping of the other side, nor after an answer or the end', () => {
  const giveUp = vi.fn();
  const { ping, pong, closed } = unanswered(100, giveUp);
  ping(true);
  ping(false);
  pong(true);
  ping(false);
  closed();
  vi.advanceTimersByTime(1_000);
  expect(giveUp).not.toHaveBeenCalled();
});
