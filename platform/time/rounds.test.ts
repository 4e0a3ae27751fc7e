import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Rounds } from './rounds.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Named {
  readonly name: string;
}

function roundsOf(everyMs: number) {
  const acted: string[] = [];
  return { acted, rounds: new Rounds<Named>(everyMs, ({ name }) => void acted.push(name)) };
}

test('each has its turn once a round, whenever it came, with one timer for all', () => {
  const { acted, rounds } = roundsOf(16_000);
  const all = Array.from({ length: 40 }, (_, index) => ({ name: `${index}` }));
  for (const member of all) {
    rounds.add(member);
    vi.advanceTimersByTime(500);
  }
  expect(vi.getTimerCount()).toBe(1);
  acted.length = 0;
  vi.advanceTimersByTime(16_000);
  expect(acted.toSorted()).toEqual(all.map(({ name }) => name).toSorted());
});

test('the first turn comes after a round, or a part less', () => {
  const { acted, rounds } = roundsOf(16_000);
  rounds.add({ name: 'other' });
  vi.advanceTimersByTime(1_999);
  rounds.add({ name: 'one' });
  vi.advanceTimersByTime(14_001);
  expect(acted).toEqual(['other']);
  vi.advanceTimersByTime(2_000);
  expect(acted).toEqual(['other', 'one']);
});

test('who is gone has no turn, and without anybody there is no timer', () => {
  const { acted, rounds } = roundsOf(16);
  const one = { name: 'one' };
  rounds.add(one);
  rounds.delete(one);
  rounds.delete(one);
  expect(vi.getTimerCount()).toBe(0);
  rounds.add(one);
  vi.advanceTimersByTime(48);
  expect(acted.length).toBeGreaterThan(1);
});

test('one that leaves in the middle of a part, by its own turn or another’s, is passed over afterwards', () => {
  const acted: string[] = [];
  const [one, two] = [{ name: 'one' }, { name: 'two' }];
  const rounds: Rounds<Named> = new Rounds(16, (member) => {
    acted.push(member.name);
    rounds.delete(one);
  });
  rounds.add(one);
  rounds.add(two);
  vi.advanceTimersByTime(64);
  expect(acted.filter((name) => name === 'one')).toHaveLength(1);
  expect(acted.filter((name) => name === 'two').length).toBeGreaterThan(2);
});
