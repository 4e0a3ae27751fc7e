import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Periodic, type PeriodicOptions, periodic } from './periodic.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setup(options: Partial<PeriodicOptions> = {}) {
  const turn = vi.fn<PeriodicOptions['turn']>(async () => undefined);
  const logger = { info: vi.fn(), warn: vi.fn() };
  const loop: Periodic = periodic({ what: 'sweeping', everyMs: 100, jitter: 0, logger, turn, ...options });
  return { turn, logger, loop };
}

/** A turn that ends when the test says so. */
function held() {
  let end: () => void = () => undefined;
  const turn = () =>
    new Promise<void>((resolve) => {
      end = resolve;
    });
  return { turn, end: () => end() };
}

it('takes a turn after every interval', async () => {
  const { turn, loop } = setup();
  loop.start();
  await vi.advanceTimersByTimeAsync(99);
  expect(turn).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(201);
  expect(turn).toHaveBeenCalledTimes(3);
  await loop.stop();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(turn).toHaveBeenCalledTimes(3);
});

it('takes a turn now when it is told to, and the next one interval later', async () => {
  const { turn, loop } = setup();
  loop.start();
  await vi.advanceTimersByTimeAsync(60);
  loop.now();
  await vi.advanceTimersByTimeAsync(99);
  expect(turn).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(turn).toHaveBeenCalledTimes(2);
  await loop.stop();
});

it('takes one turn at a time, and measures the interval from its end', async () => {
  const { turn, loop } = setup();
  const { turn: long, end } = held();
  turn.mockImplementationOnce(long);
  loop.start();
  loop.now();
  loop.now();
  await vi.advanceTimersByTimeAsync(500);
  expect(turn).toHaveBeenCalledTimes(1);
  end();
  await vi.advanceTimersByTimeAsync(99);
  expect(turn).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(turn).toHaveBeenCalledTimes(2);
  await loop.stop();
});

it('stops once the turn under way has ended, which hears of it', async () => {
  const { turn, loop } = setup();
  const { turn: long, end } = held();
  turn.mockImplementationOnce(long);
  loop.now();
  const signal = turn.mock.calls[0]?.[0];
  expect(signal?.aborted).toBe(false);
  let isStopped = false;
  const stopping = loop.stop().then(() => {
    isStopped = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(signal?.aborted).toBe(true);
  expect(isStopped).toBe(false);
  end();
  await stopping;
  loop.now();
  expect(turn).toHaveBeenCalledTimes(1);
});

it('begins anew after a stop', async () => {
  const { turn, loop } = setup();
  loop.start();
  await loop.stop();
  loop.start();
  await vi.advanceTimersByTimeAsync(100);
  expect(turn).toHaveBeenCalledTimes(1);
  expect(turn.mock.calls[0]?.[0].aborted).toBe(false);
  await loop.stop();
});

it('goes on after a failure, and logs an outage once, with its end', async () => {
  const { turn, logger, loop } = setup();
  const away = new Error('away');
  turn.mockRejectedValueOnce(away).mockRejectedValueOnce(away).mockResolvedValueOnce();
  turn.mockRejectedValueOnce(away);
  loop.start();
  await vi.advanceTimersByTimeAsync(200);
  expect(logger.warn.mock.calls).toEqual([[{ err: away }, 'sweeping failed; trying again']]);
  expect(logger.info).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(100);
  expect(logger.info.mock.calls).toEqual([['sweeping works again']]);
  await vi.advanceTimersByTimeAsync(100);
  expect(logger.warn).toHaveBeenCalledTimes(2);
  await loop.stop();
});

it('logs nothing of a turn that its end broke off', async () => {
  const { turn, logger, loop } = setup();
  turn.mockImplementationOnce(
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  );
  loop.now();
  await loop.stop();
  expect(logger.warn).not.toHaveBeenCalled();
});

it.each([
  [0, 100],
  [0.5, 90],
  [0.999, 80.02],
])('comes earlier by a random part of the jitter: %d of it after %d ms', async (random, ms) => {
  const { turn, loop } = setup({ jitter: 0.2, random: () => random });
  loop.start();
  await vi.advanceTimersByTimeAsync(Math.floor(ms) - 1);
  expect(turn).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2);
  expect(turn).toHaveBeenCalledTimes(1);
  await loop.stop();
});
