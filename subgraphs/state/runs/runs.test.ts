import { describe, expect, it } from 'vitest';
import type { ProcessingReport } from '../../platform/clients/state.ts';
import type { Run } from './documents.ts';
import { applyReport, applyRetry, pendingRuns, processingState } from './runs.ts';

const at = new Date('2026-01-01T00:00:00Z');
const run = (state: Run['state'], attempt = 1, over: Partial<Run> = {}): Run => ({
  processorId: 'p',
  state,
  attempt,
  progress: null,
  error: null,
  updatedAt: at.toISOString(),
  ...over,
});
const report = (
  state: ProcessingReport['state'],
  attempt = 1,
  over: Partial<ProcessingReport> = {},
): ProcessingReport => ({
  blob_id: 'b',
  processor_id: 'p',
  state,
  attempt,
  ...over,
});

describe('the state of a blob', () => {
  it.each([
    [[], 'STORED'],
    [['PENDING'], 'PENDING'],
    [['PENDING', 'PROCESSING'], 'PROCESSING'],
    [['PENDING', 'COMPLETED'], 'PROCESSING'],
    [['COMPLETED', 'COMPLETED'], 'COMPLETED'],
    [['COMPLETED', 'FAILED'], 'FAILED'],
    [['PROCESSING', 'FAILED'], 'FAILED'],
  ] as const)('of runs %j is %s', (states, expected) => {
    expect(processingState(states.map((state) => run(state)))).toBe(expected);
  });
});

describe('a report', () => {
  it('moves a run on, and adds one that was not expected', () => {
    expect(applyReport([run('PENDING', 0)], report('PROCESSING'), at)).toEqual([run('PROCESSING')]);
    expect(applyReport([], report('PROCESSING'), at)).toEqual([run('PROCESSING')]);
  });

  it('leaves other runs alone', () => {
    const other = { ...run('PENDING', 0), processorId: 'q' };
    expect(applyReport([other, run('PENDING', 0)], report('COMPLETED'), at)).toEqual([
      other,
      run('COMPLETED', 1, { progress: 1 }),
    ]);
  });

  it.each([
    ['of an older attempt', run('PROCESSING', 2), report('FAILED', 1)],
    ['that came before', run('FAILED', 1), report('PROCESSING', 1)],
    ['that says the same', run('PROCESSING', 1), report('PROCESSING', 1)],
    [
      'with less progress',
      run('PROCESSING', 1, { progress: 0.5 }),
      report('PROCESSING', 1, { progress: 0.4 }),
    ],
    ['after the run is done', run('COMPLETED', 1), report('FAILED', 2)],
    ['of a done run, again', run('COMPLETED', 1), report('COMPLETED', 1)],
  ])('%s changes nothing', (_name, known, late) => {
    expect(applyReport([known], late, at)).toBeNull();
  });

  it('of a result counts whichever attempt made it', () => {
    expect(applyReport([run('PROCESSING', 3)], report('COMPLETED', 1), at)?.[0]?.state).toBe('COMPLETED');
  });

  it('of a failure keeps its reason, and a new attempt drops it', () => {
    const error = { code: 'MODEL_FAILED', message: 'It refused.' };
    const failed = applyReport([run('PROCESSING')], report('FAILED', 1, { error }), at);
    expect(failed).toEqual([run('FAILED', 1, { error })]);
    expect(applyReport(failed ?? [], report('PROCESSING', 2), at)).toEqual([run('PROCESSING', 2)]);
  });
});

describe('a retry', () => {
  it('sets a failed run back to pending under the next attempt', () => {
    expect(applyRetry([run('FAILED', 5)], 'p', at)).toEqual([run('PENDING', 6)]);
  });

  it('is refused for what did not fail, or is not there', () => {
    expect(applyRetry([run('PROCESSING')], 'p', at)).toBeNull();
    expect(applyRetry(pendingRuns(['q'], at), 'p', at)).toBeNull();
  });
});
