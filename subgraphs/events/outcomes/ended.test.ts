import { describe, expect, it } from 'vitest';
import type { ChangeEntry } from '../../../platform/changes/change.ts';
import { createEndedRuns, WINDOW_SECONDS } from './ended.ts';

function fixture() {
  let second = 1_000_000;
  const ended = createEndedRuns({ now: () => new Date(second * 1_000) });
  let sequence = 0;
  const change = (event: 'blob.completed' | 'blob.failed' | 'blob.created', members = {}, ago = 0) => {
    sequence += 1;
    const occurredAt = new Date((second - ago) * 1_000);
    const entry = { id: 'b', version: sequence, cursor: 'c', event, occurredAt, members };
    ended.changed({ sequence, userId: 'alice', change: entry } satisfies ChangeEntry);
  };
  const by = (processorId: string, more = {}) => ({ 'run.processor_id': processorId, ...more });
  const pass = (seconds: number) => {
    second += seconds;
  };
  return { ended, change, by, pass };
}

describe('ended runs', () => {
  it('are counted by processor, and cancelled ones are nobody’s errors', () => {
    const { ended, change, by } = fixture();
    change('blob.completed', by('p'));
    change('blob.completed', by('p', { 'run.artifact': 'epub' }));
    change('blob.failed', by('p', { 'run.code': 'MODEL_UNAVAILABLE' }));
    change('blob.failed', by('p'));
    change('blob.failed', by('p', { 'run.code': 'CANCELLED' }));
    change('blob.failed', by('q', { 'run.code': 'PROCESSOR_RETIRED' }));
    change('blob.created');
    change('blob.failed');
    expect(ended.of('p')).toEqual({ completed: 2, failed: 2 });
    expect(ended.of('q')).toEqual({ completed: 0, failed: 0 });
    expect(ended.of('nobody')).toEqual({ completed: 0, failed: 0 });
    expect(Object.fromEntries(ended.totals())).toEqual({
      p: { completed: 2, failed: 2, cancelled: 1 },
      q: { completed: 0, failed: 0, cancelled: 1 },
    });
  });

  it('of candidates are told apart by version, and the rest is the present version’s', () => {
    const { ended, change, by, pass } = fixture();
    const given = (version: string) => by('p', { 'run.version': version });
    change('blob.completed', by('p'));
    change('blob.failed', by('p'));
    change('blob.completed', given('2'));
    change('blob.failed', given('2'));
    change('blob.failed', given('2'));
    change('blob.failed', by('p', { 'run.version': '2', 'run.code': 'CANCELLED' }));
    change('blob.completed', given('3'));
    expect(ended.byVersion('p')).toEqual([
      { version: null, completed: 1, failed: 1 },
      { version: '2', completed: 1, failed: 2 },
      { version: '3', completed: 1, failed: 0 },
    ]);
    expect(ended.of('p')).toEqual({ completed: 3, failed: 3 });
    expect(ended.byVersion('nobody')).toEqual([{ version: null, completed: 0, failed: 0 }]);
    expect(Object.fromEntries(ended.candidateTotals())).toEqual({
      p: { completed: 2, failed: 2, cancelled: 1 },
    });
    pass(WINDOW_SECONDS + 10);
    expect(ended.byVersion('p')).toEqual([{ version: null, completed: 0, failed: 0 }]);
  });

  it('of versions without end are kept bounded', () => {
    const { ended, change, by } = fixture();
    for (let n = 0; n < 1_000; n += 1) change('blob.completed', by('p', { 'run.version': `v${n}` }));
    expect(ended.byVersion('p').length).toBeLessThanOrEqual(21);
    expect(ended.of('p').completed).toBe(1_000);
  });

  it('leave the window, and stay in the totals', () => {
    const { ended, change, by, pass } = fixture();
    change('blob.failed', by('p'));
    pass(WINDOW_SECONDS - 10);
    change('blob.completed', by('p'));
    expect(ended.of('p')).toEqual({ completed: 1, failed: 1 });
    pass(20);
    expect(ended.of('p')).toEqual({ completed: 1, failed: 0 });
    pass(WINDOW_SECONDS);
    expect(ended.of('p')).toEqual({ completed: 0, failed: 0 });
    expect(ended.totals().get('p')).toEqual({ completed: 1, failed: 1, cancelled: 0 });
  });

  it('count by when they ended: what the log has of before the start is known too', () => {
    const { ended, change, by, pass } = fixture();
    expect(ended.windowSeconds()).toBe(0);
    pass(7);
    expect(ended.windowSeconds()).toBe(7);
    change('blob.failed', by('p'), 100);
    expect([ended.windowSeconds(), ended.of('p').failed]).toEqual([100, 1]);
    change('blob.failed', by('p'), 10 * WINDOW_SECONDS);
    expect([ended.windowSeconds(), ended.of('p').failed]).toEqual([WINDOW_SECONDS, 1]);
  });

  it('say how little is known after a gap in the log', () => {
    const { ended, change, by, pass } = fixture();
    pass(500);
    change('blob.failed', by('p'));
    ended.missed();
    expect([ended.windowSeconds(), ended.of('p').failed]).toEqual([0, 0]);
    pass(30);
    expect(ended.windowSeconds()).toBe(30);
  });

  it('are kept in a bounded number of slices, whatever the clocks of others say', () => {
    const { ended, change, by, pass } = fixture();
    for (let n = 0; n < 5_000; n += 1) {
      change('blob.completed', by('p'), (n % 7) - 3);
      pass(1);
    }
    const { completed } = ended.of('p');
    expect(completed).toBeGreaterThanOrEqual(WINDOW_SECONDS - 5);
    expect(completed).toBeLessThanOrEqual(WINDOW_SECONDS + 10);
  });
});
