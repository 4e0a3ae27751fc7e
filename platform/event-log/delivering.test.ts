import { describe, expect, it } from 'vitest';
import { pauseAfter, verdictOf } from './delivering.ts';
import type { Outcome } from './log.ts';

const limits = { maxDeliver: 3, backoffMs: [10, 200] };
const verdict = (outcome: Outcome, attempt: number, stopping = false) =>
  verdictOf({ outcome, attempt, stopping }, limits);

describe('verdictOf', () => {
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
