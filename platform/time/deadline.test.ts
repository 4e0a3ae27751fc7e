import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { currentTrace, traceFrom, withTrace } from '../telemetry/trace.ts';
import { timeFor, timeoutFrom, withinTime, withoutDeadline } from './deadline.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('a caller’s time is a whole number of milliseconds', () => {
  const given = ['0', '1500', '', '-1', '1.5', '1e3', ' 1', '1234567890', undefined, ['5']];
  expect(given.map((value) => timeoutFrom({ 'x-request-timeout-ms': value }))).toEqual([
    0,
    1_500,
    ...Array(8).fill(undefined),
  ]);
});

it('a step has its own time, or what is left less a margin', () => {
  expect(timeFor(10_000)).toBe(10_000);
  withinTime(3_000, () => {
    expect(timeFor(500)).toBe(500);
    expect(timeFor(10_000)).toBe(2_975);
    vi.advanceTimersByTime(1_000);
    expect(timeFor(10_000)).toBe(1_975);
    vi.advanceTimersByTime(1_990);
    expect(timeFor(10_000)).toBe(0);
    vi.advanceTimersByTime(1_000);
    expect(timeFor(10_000)).toBe(0);
  });
});

it('time within time only shrinks, and the trace stays', () => {
  const trace = traceFrom({});
  withTrace(trace, () =>
    withinTime(1_000, () => {
      withinTime(60_000, () => expect(timeFor(10_000)).toBe(975));
      withinTime(100, () => expect(timeFor(10_000)).toBe(75));
      expect(currentTrace()).toMatchObject(trace);
    }),
  );
});

it('what goes on for itself keeps the trace, and has all the time', () => {
  const trace = traceFrom({});
  withTrace(trace, () =>
    withinTime(100, () =>
      withoutDeadline(() => {
        expect(currentTrace()).toEqual(trace);
        expect(timeFor(10_000)).toBe(10_000);
      }),
    ),
  );
});
