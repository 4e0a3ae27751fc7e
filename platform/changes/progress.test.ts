import { expect, test } from 'vitest';
import { overtakes, withoutOvertaken } from './progress.ts';
import { entryOf, faultsOf, ordersOf, progressAt, ROOMY, SMALL, type Step } from './recent.fixture.ts';
import { RecentChanges } from './recent.ts';

const STEPS: readonly Step[] = ['a', 'b', 'p', 'q', 'f', 'l', 'u'];

test.each([
  { changes: 1, bytes: ROOMY },
  { changes: 2, bytes: ROOMY },
  { changes: 4, bytes: ROOMY },
  { changes: 100, bytes: ROOMY },
  { changes: 100, bytes: SMALL * 4.5 },
])('a history of %j drops progress that is overtaken and nothing else, in whichever order', (limits) => {
  let tried = 0;
  for (let length = 0; length <= 5; length += 1) {
    for (const each of ordersOf(length, STEPS)) {
      const faults = faultsOf(each, limits);
      if (faults.length > 0) expect({ steps: each.join(''), faults }).toEqual('no faults');
      tried += 1;
    }
  }
  expect(tried).toBe(19_608);
});

const first = progressAt(1).change;

test.each([
  ['progress of the same attempt', progressAt(2), true],
  ['another stage of it', progressAt(2, { 'run.stage': 'writing' }), true],
  [
    'progress that the log has twice',
    { ...progressAt(2), change: { ...progressAt(2).change, version: 1 } },
    false,
  ],
  ['the next attempt', progressAt(2, { 'run.attempt': 2 }), false],
  ['the next generation', progressAt(2, { 'run.generation': 1 }), false],
  ['its end', progressAt(2, { 'run.state': 'FAILED' }), false],
  ['a change without a run', entryOf(2, 'alice'), false],
])('progress and then %s', (_, { change }, expected) => {
  expect(overtakes(change, first)).toBe(expected);
});

test('a run that begins is no progress, and is told beside it', () => {
  const begun = progressAt(1, { 'run.progress': undefined });
  expect(withoutOvertaken([begun, progressAt(2), progressAt(3)])).toEqual([begun, progressAt(3)]);
});

test('progress of runs on several blobs, and by turns, is overtaken each by its own', () => {
  const other = { 'run.processor_id': 'second' };
  const entries = [
    progressAt(1),
    progressAt(2, other),
    entryOf(3, 'alice'),
    progressAt(4),
    progressAt(5, other),
  ];
  expect(withoutOvertaken(entries)).toEqual(entries.slice(2));
});

test('ten thousand of one run take the room of one', () => {
  const recent = new RecentChanges(0, { changes: 10, bytes: ROOMY });
  recent.add(entryOf(1, 'alice'));
  for (let sequence = 2; sequence <= 10_001; sequence += 1) recent.add(progressAt(sequence));
  recent.add(progressAt(10_002, { 'run.state': 'COMPLETED' }));
  expect(recent.size).toMatchObject({ changes: 3, users: 1 });
  const told: number[] = [];
  for (
    let next = recent.after('alice', 0);
    next.kind === 'change';
    next = recent.after('alice', told.at(-1) ?? 0)
  )
    told.push(next.entry.sequence);
  expect(told).toEqual([1, 10_001, 10_002]);
});
