import { expect, it } from 'vitest';
import { aRun } from '../../graph/work.fixture.ts';
import { aBlob } from './blobs.fixture.ts';
import { actsOf, filesOf, isStale, kindOf, lookOf, whichOf } from './words.ts';

it('has words for kinds, also for those that come from outside', () => {
  expect(kindOf('compiled_book')).toBe('Compiled book');
  expect(kindOf('cover_sketch')).toBe('Cover sketch');
  expect(kindOf('')).toBe('');
});

it('tells versions and generations only where they say something', () => {
  expect(whichOf(aBlob('a'))).toBeNull();
  expect(whichOf(aBlob('a', { generation: 2 }))).toBe('generation 2');
  expect(whichOf(aBlob('a', { content: { __typename: 'CompiledBook', compiledVersion: 3 } }))).toBe(
    'version 3',
  );
});

it('tells how far a run is, and at what', () => {
  const run = aRun({ state: 'PROCESSING', stage: 'section 2 of 4', progress: 0.5 });
  const look = lookOf(aBlob('a', { processing: { state: 'PROCESSING', runs: [aRun(), run] } }));
  expect(look).toMatchObject({ tone: 'working', progress: 0.5, about: 'section 2 of 4' });
});

it('tells why a run failed or waits', () => {
  const failed = aRun({ state: 'FAILED', error: { code: 'MODEL_FAILED', message: 'No model.' } });
  const look = lookOf(aBlob('a', { processing: { state: 'FAILED', runs: [failed] } }));
  expect(look).toMatchObject({ tone: 'failed', about: 'No model.', failed: [failed] });
  const paused = aRun({ state: 'PENDING', obstacle: { code: 'PROCESSOR_PAUSED', message: 'It is paused.' } });
  expect(lookOf(aBlob('a', { processing: { state: 'PENDING', runs: [paused] } })).about).toBe(
    'It is paused.',
  );
});

it('tells missing content before anything else', () => {
  expect(lookOf(aBlob('a', { contentMissingSince: '2026-01-01T00:00:00.000Z' })).word).toBe(
    'Content missing',
  );
});

it('tells of files', () => {
  const runs = [
    aRun({ artifact: 'EPUB' }),
    aRun({ artifact: 'PDF', state: 'PROCESSING', progress: 0.4 }),
    aRun({ artifact: 'HTML', state: 'FAILED' }),
    aRun(),
  ];
  expect(filesOf(aBlob('a', { processing: { state: 'COMPLETED', runs } }))).toBe(
    'EPUB ready, PDF 40 %, HTML failed',
  );
});

it('tells what is stale', () => {
  expect(isStale(aBlob('a'))).toBe(false);
  expect(isStale(aBlob('a', { content: { __typename: 'Pitch', stale: true } }))).toBe(true);
});

it.each([
  ['FAILED', null, 'text-expansion', { canRetry: true, canCancel: false, canReprocess: true }],
  ['PENDING', null, 'text-expansion', { canRetry: false, canCancel: true, canReprocess: false }],
  ['PROCESSING', null, 'text-expansion', { canRetry: false, canCancel: true, canReprocess: false }],
  ['COMPLETED', null, 'text-expansion', { canRetry: false, canCancel: false, canReprocess: true }],
  ['FAILED', 'EPUB', 'text-expansion', { canRetry: false, canCancel: false, canReprocess: false }],
  ['COMPLETED', 'EPUB', 'text-expansion', { canRetry: false, canCancel: false, canReprocess: false }],
  // Made on demand: anew with another key.
  ['COMPLETED', null, 'state', { canRetry: false, canCancel: false, canReprocess: false }],
] as const)('of a run that is %s (artifact %s, of %s)', (state, artifact, processorId, expected) => {
  expect(actsOf(aBlob('a'), aRun({ state, artifact, processorId }))).toEqual(expected);
});
