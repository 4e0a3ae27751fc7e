import { describe, expect, it } from 'vitest';
import type { Outcome } from './consuming.ts';
import { pauseAfter, verdictOf } from './delivering.ts';

const limits = { maxDeliver: 3, backoffMs: [10, 200] };
const verdict = (outcome: Outcome, attempt: number, stopping = false, passes = 0) =>
  verdictOf({ outcome, attempt, passes, stopping }, limits);

describe('verdictOf', () => {
  it('passes on what is meant for another, ever more slowly, whatever the attempt, and not for ever', () => {
    const passed = (passes: number, attempt = 1) => verdict({ kind: 'pass' }, attempt, false, passes);
    expect(passed(0)).toEqual({ kind: 'pass', afterMs: 250 });
    expect(passed(3, 99)).toEqual({ kind: 'pass', afterMs: 2_000 });
    expect(passed(59)).toEqual({ kind: 'pass', afterMs: 16_000 });
    const reason = 'No process takes it: it was passed on 60 times';
    expect(passed(60)).toEqual({ kind: 'set-aside', reason });
    const given = { ...limits, passMs: 1, maxPasses: 2 };
    const answered = { outcome: { kind: 'pass' }, attempt: 1, stopping: false } as const;
    expect(verdictOf({ ...answered, passes: 1 }, given)).toEqual({ kind: 'pass', afterMs: 2 });
    expect(verdictOf({ ...answered, passes: 2 }, given)).toMatchObject({ kind: 'set-aside' });
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
