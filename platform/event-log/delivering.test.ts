import { describe, expect, it } from 'vitest';
import { pauseAfter, verdictOf } from './delivering.ts';
import type { Outcome } from './log.ts';

const limits = { maxDeliver: 3, backoffMs: [10, 200] };
const verdict = (outcome: Outcome, attempt: number, stopping = false, passes = 0) =>
  verdictOf({ outcome, attempt, passes, stopping }, limits);

describe('verdictOf', () => {
  it('passes on what is meant for another, ever more slowly, whatever the attempt, and not for ever', () => {
    const passed = (passes: number, attempt = 1) => verdict({ kind: 'pass' }, attempt, false, passes);
    expect(passed(0)).toEqual({ kind: 'pass', afterMs: 100 });
    expect(passed(3, 99)).toEqual({ kind: 'pass', afterMs: 800 });
    expect(passed(99)).toEqual({ kind: 'pass', afterMs: 10_000 });
    expect(passed(100)).toEqual({
      kind: 'set-aside',
      reason: 'No process takes it: it was passed on 100 times',
    });
  });

  it('repeats the last backoff', () => {
    expect([1, 2, 3, 9].map((attempt) => pauseAfter(attempt, limits))).toEqual([10, 200, 200, 200]);
    expect(pauseAfter(1, { backoffMs: [] })).toBe(0);
  });

  it('retries until the last delivery', () => {
    expect(verdict({ kind: 'retry' }, 1)).toEqual({ kind: 'retry', afterMs: 10 });
    expect(verdict({ kind: 'retry' }, 2)).toEqual({ kind: 'retry', afterMs: 200 });
    expect(verdict({ kind: 'retry' }, 3)).toEqual({ kind: 'set-aside', reason: 'Not done in 3 deliveries' });
    expect(verdict({ kind: 'retry', reason: 'no model' }, 3)).toMatchObject({ reason: 'no model' });
  });

  it('holds a stop against nobody', () => {
    expect(verdict({ kind: 'retry' }, 3, true)).toEqual({ kind: 'retry', afterMs: 0 });
    expect(verdict({ kind: 'ack' }, 3, true)).toEqual({ kind: 'ack' });
    expect(verdict({ kind: 'terminate', reason: 'bad' }, 1, true)).toEqual({
      kind: 'set-aside',
      reason: 'bad',
    });
  });

  it('keeps reasons printable and short', () => {
    const { reason } = verdict({ kind: 'terminate', reason: `a\u0000\ud800b\n${'x'.repeat(5_000)}` }, 1) as {
      reason: string;
    };
    expect(reason.startsWith('a b xxx')).toBe(true);
    expect(reason).toHaveLength(1_000);
  });
});
