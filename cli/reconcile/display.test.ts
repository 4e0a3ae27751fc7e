import { describe, expect, it } from 'vitest';
import { exitCodeOf, tableOf } from './display.ts';
import type { Report } from './report.ts';

const report = (over: Partial<Report> = {}): Report => ({
  started_at: '2026-01-01T00:00:00.000Z',
  finished_at: '2026-01-01T00:00:01.000Z',
  repair: false,
  grace_seconds: 60,
  checked: 12,
  findings: [],
  unreachable: [],
  capped: false,
  ...over,
});
const finding = (found: number, repaired: number) => ({
  processor_id: 'text-expansion',
  kind: 'UNINDEXED',
  found,
  repaired,
  examples: ['blob-1', 'blob-2'],
});

describe('a report on the terminal', () => {
  it('is one line where all agrees', () => {
    expect(tableOf(report())).toBe('12 blobs and entries older than 60 s: nothing is left to repair.');
    expect(exitCodeOf(report())).toBe(0);
  });

  it('has a row for each finding, and says what to do', () => {
    const found = report({ findings: [finding(2, 0)] });
    expect(tableOf(found).split('\n')).toEqual([
      'finding    processor       found  repaired  for example',
      'UNINDEXED  text-expansion  2      0         blob-1',
      '12 blobs and entries older than 60 s: 2 are left to repair.',
      '`npx blobgraph reconcile --repair` repairs what can be.',
    ]);
    expect(exitCodeOf(found)).toBe(1);
  });

  it('tells of what was left out, and of more than one pass may do', () => {
    const unreachable = [{ processor_id: 'pitch-builder', reason: 'It does not answer.' }];
    const done = report({ repair: true, findings: [finding(2, 2)], capped: true });
    expect(exitCodeOf(done)).toBe(0);
    expect(exitCodeOf({ ...done, unreachable })).toBe(3);
    expect(
      tableOf({ ...done, unreachable })
        .split('\n')
        .slice(2),
    ).toEqual([
      'pitch-builder was left out. It does not answer.',
      'There is more than one pass repairs: run it again.',
      '12 blobs and entries older than 60 s: nothing is left to repair.',
    ]);
  });
});
