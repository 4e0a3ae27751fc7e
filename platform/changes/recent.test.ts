import { expect, test } from 'vitest';
import { entryOf, faultsOf, historyAfter, ordersOf, ROOMY, SMALL, type Step } from './recent.fixture.ts';
import { RecentChanges } from './recent.ts';

const STEPS: readonly Step[] = ['a', 'A', 'b', 's', 'l', 'u'];

test.each([
  { changes: 1, bytes: ROOMY },
  { changes: 2, bytes: ROOMY },
  { changes: 3, bytes: ROOMY },
  { changes: 4, bytes: ROOMY },
  { changes: 100, bytes: 1 },
  { changes: 100, bytes: SMALL * 4.5 },
])('a history of %j never says more than it knows, whatever happens in whichever order', (limits) => {
  let tried = 0;
  for (let length = 0; length <= 6; length += 1) {
    for (const each of ordersOf(length, STEPS)) {
      const faults = faultsOf(each, limits);
      if (faults.length > 0) expect({ steps: each.join(''), faults }).toEqual('no faults');
      tried += 1;
    }
  }
  expect(tried).toBe(55_987);
});

test('whoever has a cursor at the very floor is told all that follows, one below it is not', () => {
  const { recent } = historyAfter(['a', 'b', 'a'], { changes: 10, bytes: ROOMY }, 5);
  expect(recent.after('alice', 5)).toMatchObject({ kind: 'change', entry: { sequence: 6 } });
  expect(recent.after('bob', 6)).toMatchObject({ kind: 'change', entry: { sequence: 7 } });
  expect(recent.after('alice', 4)).toEqual({ kind: 'unknown', through: 5 });
  expect(recent.after('carol', 4)).toEqual({ kind: 'unknown', through: 5 });
});

test('a change that is read again is held once', () => {
  const recent = new RecentChanges(0, { changes: 10, bytes: ROOMY });
  for (const sequence of [1, 2, 1, 2, 3]) recent.add(entryOf(sequence, 'alice'));
  expect(recent.size.changes).toBe(3);
  expect(recent.after('alice', 1)).toMatchObject({ kind: 'change', entry: { sequence: 2 } });
});

test('one user’s many or large changes do not drive out another’s', () => {
  const limits = { changes: 100, bytes: 4 * 1024 ** 2 };
  const recent = new RecentChanges(0, limits);
  recent.add(entryOf(1, 'bob'));
  for (let sequence = 2; sequence < 1_000; sequence += 1) recent.add(entryOf(sequence, 'alice'));
  expect(recent.size.changes).toBe(51);
  expect(recent.after('bob', 0)).toMatchObject({ kind: 'change', entry: { sequence: 1 } });
  for (let sequence = 1_000; sequence < 1_020; sequence += 1) recent.add(entryOf(sequence, 'alice', 10_000));
  expect(recent.size.bytes).toBeLessThan(limits.bytes / 2 + 1_000);
  expect(recent.size.changes).toBeGreaterThan(1);
  expect(recent.after('bob', 0)).toMatchObject({ kind: 'change', entry: { sequence: 1 } });
});

test('one change that is larger than all the room is held alone, until the next one', () => {
  const recent = new RecentChanges(0, { changes: 100, bytes: 50_000 });
  for (let sequence = 1; sequence < 50; sequence += 1) recent.add(entryOf(sequence, `user${sequence}`));
  recent.add(entryOf(50, 'alice', 10_000));
  expect(recent.size.changes).toBe(1);
  expect(recent.after('alice', 49)).toMatchObject({ kind: 'change', entry: { sequence: 50 } });
  recent.add(entryOf(51, 'bob'));
  expect(recent.size).toMatchObject({ changes: 1, users: 1 });
  expect(recent.after('alice', 49)).toEqual({ kind: 'unknown', through: 50 });
});

test('nothing is known any more of users whose changes were dropped and who do not listen', () => {
  const recent = new RecentChanges(0, { changes: 10, bytes: ROOMY });
  const silent = { wake() {} };
  recent.listen('silent', silent);
  for (let sequence = 1; sequence <= 1_000; sequence += 1) recent.add(entryOf(sequence, `user${sequence}`));
  expect(recent.size).toMatchObject({ changes: 10, users: 11 });
  expect(recent.after('silent', 0)).toEqual({ kind: 'none', through: 1_000 });
  recent.unlisten('silent', silent);
  expect(recent.size.users).toBe(10);
  expect(recent.after('silent', 0)).toEqual({ kind: 'unknown', through: 990 });
});

test('what follows a position is found at the same cost wherever it is', () => {
  const recent = new RecentChanges(0, { changes: 200_001, bytes: 1024 ** 3 });
  const found: { sequence: number }[] = [];
  let looked = 0;
  for (let sequence = 1; sequence <= 100_000; sequence += 1) {
    const entry = entryOf(sequence, 'alice');
    const counted = Object.defineProperty(entry, 'sequence', {
      get() {
        looked += 1;
        return sequence;
      },
    });
    recent.add(counted);
  }
  for (const from of [0, 1, 50_000, 99_998, 99_999]) {
    looked = 0;
    const following = recent.after('alice', from);
    expect(looked).toBeLessThan(20);
    if (following.kind === 'change') found.push(following.entry);
  }
  expect(found.map(({ sequence }) => sequence)).toEqual([1, 2, 50_001, 99_999, 100_000]);
});
