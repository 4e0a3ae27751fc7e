import { describe, expect, it } from 'vitest';
import { aRun } from './work.fixture.ts';
import { isInWork, type Run, runsOf, screenOf, spelled, tellingRun, wordOf } from './work.ts';

const run = (state: Run['state'], changed: Partial<Run> = {}): Run => aRun({ state, ...changed });
const work = (...runs: Run[]) => ({ state: 'PENDING' as const, runs });

it('tells of the run that failed first, then of what is at work; of files never', () => {
  const all = [run('COMPLETED'), run('PENDING'), run('PROCESSING'), run('FAILED')];
  expect(tellingRun(work(...all))?.state).toBe('FAILED');
  expect(tellingRun(work(...all.slice(0, 3)))?.state).toBe('PROCESSING');
  const file = run('FAILED', { artifact: 'EPUB' });
  expect(tellingRun(work(file, run('COMPLETED')))?.state).toBe('COMPLETED');
  expect(runsOf(work(file))).toEqual([]);
  expect(tellingRun(work(file))).toBeUndefined();
});

it('says why a run failed or waits, or what it is at', () => {
  const why = (message: string) => ({ code: 'X', message });
  expect(wordOf(run('FAILED', { error: why('No model.'), stage: 'expanding' }))).toBe('No model.');
  expect(wordOf(run('PENDING', { obstacle: why('Paused.') }))).toBe('Paused.');
  expect(wordOf(run('PROCESSING', { stage: 'expanding' }))).toBe('expanding');
  expect(wordOf(run('PENDING'))).toBeUndefined();
});

it('knows what is in work', () => {
  expect(
    ['STORED', 'PENDING', 'PROCESSING', 'COMPLETED', 'FAILED'].map((state) => isInWork({ state } as Run)),
  ).toEqual([false, true, true, false, false]);
});

it('spells names', () => {
  expect(spelled('chapter_draft')).toBe('Chapter draft');
  expect(spelled('text-expansion')).toBe('Text expansion');
});

describe('a blob is opened', () => {
  it.each([
    ['state', 'text-input-v1', '/write/a%2Fb'],
    ['state', 'image-input-v1', '/lineage/a%2Fb'],
    ['text-expansion', 'expanded-text-v1', '/lineage/a%2Fb'],
  ])('of %s by %s', (processorId, schemaId, address) => {
    expect(screenOf({ id: 'a/b', processorId, schemaId })).toBe(address);
  });
});
