import { describe, expect, it } from 'vitest';
import type { ScannedEntry } from '../store/scans.ts';
import type { IndexWalk } from '../store/walks.ts';
import { at, scanned } from '../testing/records.fixture.ts';
import { batchSize, withNextBatch } from './batch.ts';

it('asks for as many runs as a process works on, and for 50 at most', () => {
  expect([1, 50, 1_000].map((max_concurrency) => batchSize({ max_concurrency }))).toEqual([1, 50, 50]);
});

describe('the next batch', () => {
  const walk: IndexWalk = {
    ...{ processorId: 'late', since: null, requestedBy: 'olga', startedAt: at(0), finishedAt: null },
    ...{ scanned: 10, planned: 4, finishedRuns: 4, obstacle: 'It waits.', batch: [], lease: 1 },
    ...{ details: null, notes: null },
    after: { userId: 'u', id: 'a' },
  };
  const page = ['b', 'c', 'd', 'e'].map((id) => scanned({ id }));
  const wanted = ({ id }: ScannedEntry) => id !== 'c';

  it('ends with the entry that fills it', () => {
    expect(withNextBatch(walk, page, wanted, 2)).toEqual({
      ...walk,
      scanned: 13,
      planned: 6,
      obstacle: null,
      after: { userId: 'u', id: 'd' },
      batch: [
        { userId: 'u', id: 'b' },
        { userId: 'u', id: 'd' },
      ],
    });
  });

  it('may be smaller, or empty, at the end of a page', () => {
    expect(withNextBatch(walk, page, wanted, 9)).toMatchObject({ scanned: 14, after: { id: 'e' } });
    expect(withNextBatch(walk, page, () => false, 9)).toMatchObject({ planned: 4, batch: [] });
  });
});
