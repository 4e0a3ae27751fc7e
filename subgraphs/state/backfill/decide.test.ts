import { describe, expect, it } from 'vitest';
import { pendingRuns } from '../entries/runs.ts';
import type { ScannedEntry } from '../store/scans.ts';
import { at, scanned as entry } from '../testing/records.fixture.ts';
import { isLeftOut, takesBlobs } from './decide.ts';

const processor = {
  id: 'late',
  takes: { 'blob.created': ['text-input-v1'], 'blob.indexed': ['expanded-text-v1'] },
  opt_in_schema_ids: [],
  takes_versions: {},
};
const derived = (over: Partial<ScannedEntry> = {}) =>
  entry({ processorId: 'text-expansion', schemaId: 'expanded-text-v1', contentHash: 'h', ...over });

describe('a blob that was left out', () => {
  it.each<[string, ScannedEntry, boolean]>([
    ['a user’s own', entry(), true],
    ['a derived one', derived(), true],
    ['with the run of another', entry({ runs: pendingRuns(['other'], at(5)) }), true],
    [
      'with the run of an artifact alone',
      entry({ runs: pendingRuns(['late'], at(5)).map((run) => ({ ...run, artifact: 'epub' })) }),
      true,
    ],
    ['with its run', entry({ runs: pendingRuns(['late'], at(5)) }), false],
    ['of another schema', entry({ schemaId: 'note-v1' }), false],
    ['derived, of a schema that is taken of users', derived({ schemaId: 'text-input-v1' }), false],
    ['a user’s own, of a schema that is taken of processors', entry({ schemaId: 'expanded-text-v1' }), false],
    ['pending', derived({ contentHash: null }), false],
    ['without its content', entry({ contentMissingSince: at(6) }), false],
    ['of that time', entry({ createdAt: at(4) }), true],
    ['older', entry({ createdAt: at(3) }), false],
  ])('%s', (_, candidate, expected) => {
    expect(isLeftOut(candidate, processor, at(4), false)).toBe(expected);
  });

  it('of a schema that waits to be asked is left out only where it was asked for', () => {
    const waiting = { ...processor, opt_in_schema_ids: ['expanded-text-v1'] };
    expect([true, false].map((isAsked) => isLeftOut(derived(), waiting, null, isAsked))).toEqual([
      true,
      false,
    ]);
    expect(isLeftOut(entry(), waiting, null, false)).toBe(true);
  });

  it('may be of any age where nothing else is asked', () => {
    expect(isLeftOut(entry({ createdAt: new Date(0) }), processor, null, false)).toBe(true);
  });
});

it.each([
  [{ 'blob.created': ['a'] }, true],
  [{ 'blob.indexed': ['a'] }, true],
  [{ 'blob.created': [], 'blob.completed': ['a'] }, false],
  [{}, false],
])('a processor that takes %j takes blobs by itself: %s', (takes, expected) => {
  expect(takesBlobs({ takes })).toBe(expected);
});
