import { describe, expect, it } from 'vitest';
import { aRun } from '../../graph/work.fixture.ts';
import type { Run } from '../../graph/work.ts';
import { hasAged, type MadeFile, seenOf } from './file-state.ts';

const file = (more: Partial<MadeFile> = {}): MadeFile => ({
  format: 'EPUB',
  url: '/x',
  sizeBytes: null,
  state: 'MISSING',
  error: null,
  ...more,
});
const run = (state: Run['state'], message?: string) =>
  aRun({
    artifact: 'epub',
    state,
    progress: 0.25,
    error: message ? { code: 'EXPORT_FAILED', message } : null,
  });

describe('where a file is', () => {
  it('is being made as soon as its run is heard of', () => {
    expect(seenOf(file(), [run('PENDING')]).state).toBe('MAKING');
    expect(seenOf(file({ state: 'FAILED' }), [run('PROCESSING')])).toMatchObject({
      state: 'MAKING',
      progress: 0.25,
    });
  });
  it('is there when the file says so, not when its run is done', () => {
    expect(seenOf(file({ state: 'MAKING' }), [run('COMPLETED')]).state).toBe('MAKING');
    expect(seenOf(file({ state: 'READY' }), [run('COMPLETED')]).state).toBe('READY');
  });
  it('has failed with the reason of its run', () => {
    expect(seenOf(file({ state: 'MAKING' }), [run('FAILED', 'No font.')])).toMatchObject({
      state: 'FAILED',
      reason: 'No font.',
    });
  });
  it('does not take runs of other files', () => {
    expect(seenOf(file({ format: 'PDF' }), [run('PROCESSING')]).state).toBe('MISSING');
  });
});

it('asks anew for an address that is over, about to be, or does not tell', () => {
  const now = 1_000_000_000_000;
  const at = (seconds: number) => `/files/x?expires=${now / 1_000 + seconds}&signature=s`;
  expect(hasAged(at(3_600), now)).toBe(false);
  expect(hasAged(at(30), now)).toBe(true);
  expect(hasAged(at(-30), now)).toBe(true);
  expect(hasAged('/files/x', now)).toBe(true);
});
