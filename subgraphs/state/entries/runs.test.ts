import { describe, expect, it } from 'vitest';
import type { ProcessingReport } from '../../../platform/clients/state.ts';
import type { Run } from '../store/records.ts';
import { runFrom } from '../store/records.ts';
import {
  applyReprocess,
  applyRequest,
  applyRetry,
  applyReport as changeByReport,
  pendingRuns,
  processingState,
} from './runs.ts';

const at = new Date('2026-01-01T00:00:00Z');
const run = (state: Run['state'], attempt = 1, over: Partial<Run> = {}): Run => ({
  processorId: 'p',
  state,
  attempt,
  generation: 0,
  stage: null,
  artifact: null,
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

const applyReport = (runs: readonly Run[], told: ProcessingReport, when: Date) =>
  changeByReport(runs, told, when)?.runs ?? null;

it('a run of before there were generations and artifacts is one of the first generation', () => {
  const { generation: _generation, stage: _stage, artifact: _artifact, ...stored } = run('COMPLETED');
  expect(runFrom(stored)).toEqual(run('COMPLETED'));
  expect(runFrom(run('FAILED', 1, { generation: 2, artifact: 'epub' }))).toMatchObject({
    generation: 2,
    artifact: 'epub',
  });
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

  it('does not tell of artifacts', () => {
    const artifacts = (['FAILED', 'PROCESSING'] as const).map((state) => run(state, 1, { artifact: state }));
    expect(processingState(artifacts)).toBe('STORED');
    expect(processingState([run('COMPLETED'), ...artifacts])).toBe('COMPLETED');
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
    [
      'of the same stage',
      run('PROCESSING', 1, { stage: 'fonts' }),
      report('PROCESSING', 1, { stage: 'fonts' }),
    ],
    [
      'of an older generation',
      run('PENDING', 2, { generation: 1 }),
      report('COMPLETED', 3, { generation: 0 }),
    ],
    [
      'of an artifact that is made, by the same attempt',
      run('COMPLETED', 1, { artifact: 'epub' }),
      report('PROCESSING', 1, { artifact: 'epub' }),
    ],
    [
      'of an artifact by an older attempt',
      run('PROCESSING', 2, { artifact: 'epub' }),
      report('COMPLETED', 1, { artifact: 'epub' }),
    ],
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

describe('a report of a generation', () => {
  it('is of the newest when it does not say, and begins a newer one', () => {
    const known = run('PENDING', 2, { generation: 1 });
    expect(applyReport([known], report('PROCESSING', 2), at)).toEqual([
      run('PROCESSING', 2, { generation: 1 }),
    ]);
    expect(applyReport([run('COMPLETED', 4)], report('PROCESSING', 1, { generation: 1 }), at)).toEqual([
      run('PROCESSING', 1, { generation: 1 }),
    ]);
  });
});

describe('a report of a stage', () => {
  it('is taken, keeps the progress, and is over with the run', () => {
    const half = run('PROCESSING', 1, { progress: 0.5 });
    const staged = applyReport([half], report('PROCESSING', 1, { stage: 'fonts' }), at);
    expect(staged).toEqual([run('PROCESSING', 1, { progress: 0.5, stage: 'fonts' })]);
    expect(applyReport(staged ?? [], report('PROCESSING', 1, { progress: 0.7 }), at)).toEqual([
      run('PROCESSING', 1, { progress: 0.7, stage: 'fonts' }),
    ]);
    expect(applyReport(staged ?? [], report('PROCESSING', 2), at)).toEqual([run('PROCESSING', 2)]);
    expect(applyReport(staged ?? [], report('COMPLETED', 1), at)?.[0]).toMatchObject({ stage: null });
  });
});

describe('a report of an artifact', () => {
  it('is of a run of its own, which may be done again', () => {
    const [blob, epub] = [run('COMPLETED'), run('COMPLETED', 1, { artifact: 'epub' })];
    expect(applyReport([blob], report('PROCESSING', 1, { artifact: 'epub' }), at)).toEqual([
      blob,
      run('PROCESSING', 1, { artifact: 'epub' }),
    ]);
    expect(applyReport([blob, epub], report('PROCESSING', 2, { artifact: 'epub' }), at)).toEqual([
      blob,
      run('PROCESSING', 2, { artifact: 'epub' }),
    ]);
  });
});

describe('a request', () => {
  it('is for the same generation, and not for artifacts', () => {
    const done = run('COMPLETED', 3, { generation: 2 });
    const epub = run('PENDING', 1, { artifact: 'epub' });
    expect(applyRequest([epub, done], 'p', at, at)?.runs).toEqual([
      epub,
      run('PENDING', 4, { generation: 2 }),
    ]);
    expect(applyRequest([run('PENDING')], 'p', at, at)).toBeNull();
    expect(applyRequest([run('FAILED')], 'p', at, at)).toBeNull();
  });
});

describe('reprocessing', () => {
  it.each([['COMPLETED'], ['FAILED']] as const)('asks for the next generation once a run is %s', (state) => {
    const before = run(state, 3, { generation: 1, progress: 1, error: { code: 'X', message: 'y' } });
    expect(applyReprocess([before], 'p', 0, at)?.run).toEqual(run('PENDING', 4, { generation: 2 }));
  });

  it.each([['PENDING'], ['PROCESSING']] as const)('is refused while a run is %s', (state) => {
    expect(applyReprocess([run(state)], 'p', 0, at)).toBeNull();
  });

  it('begins where there is no run, an artifact’s aside', () => {
    const epub = run('PROCESSING', 1, { artifact: 'epub' });
    expect(applyReprocess([epub], 'p', 1, at)?.runs).toEqual([epub, run('PENDING', 1, { generation: 1 })]);
  });
});

describe('a retry', () => {
  it('sets a failed run back to pending under the next attempt', () => {
    expect(applyRetry([run('FAILED', 5, { generation: 1 })], 'p', at, at)?.runs).toEqual([
      run('PENDING', 6, { generation: 1 }),
    ]);
  });

  it.each(['PENDING', 'PROCESSING'] as const)('takes one that is %s and silent', (state) => {
    const later = new Date(at.getTime() + 1);
    expect(applyRetry([run(state, 2)], 'p', at, later)?.runs).toEqual([run('PENDING', 3)]);
    expect(applyRetry([run(state, 2)], 'p', at, at)).toBeNull();
  });

  it('is refused for what is done, or is not there', () => {
    const later = new Date(at.getTime() + 1);
    expect(applyRetry([run('COMPLETED')], 'p', at, later)).toBeNull();
    expect(applyRetry(pendingRuns(['q'], at), 'p', at, later)).toBeNull();
  });
});
