import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Alarms } from './alarms.ts';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

interface Named {
  readonly name: string;
}

function alarmsOf() {
  const acted: string[] = [];
  const act = ({ name }: Named) => void acted.push(name);
  return { acted, alarms: new Alarms<Named>({ now: () => new Date() }, act) };
}

test('each has its moment, once, with one timer for all', () => {
  const { acted, alarms } = alarmsOf();
  for (const [name, at] of [
    ['late', 90_000],
    ['soon', 1_500],
    ['same', 89_100],
  ] as const)
    alarms.add({ name }, new Date(at));
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(1_400);
  expect(acted).toEqual([]);
  vi.advanceTimersByTime(2_000);
  expect(acted).toEqual(['soon']);
  vi.advanceTimersByTime(86_000);
  expect(acted).toEqual(['soon']);
  vi.advanceTimersByTime(2_000);
  expect(acted).toEqual(['soon', 'late', 'same']);
  expect(vi.getTimerCount()).toBe(0);
});

test('who is gone has none, and a moment that has passed already comes at once', () => {
  const { acted, alarms } = alarmsOf();
  const [one, other] = [{ name: 'one' }, { name: 'other' }];
  alarms.add(one, new Date(5_000));
  alarms.delete(one, new Date(5_000));
  expect(vi.getTimerCount()).toBe(0);
  vi.setSystemTime(10_000);
  alarms.add(one, new Date(5_000));
  alarms.add(other, new Date(5_000));
  alarms.delete(other, new Date(5_000));
  vi.advanceTimersByTime(1_000);
  expect(acted).toEqual(['one']);
});

test('a clock that is set is followed', () => {
  const { acted, alarms } = alarmsOf();
  alarms.add({ name: 'one' }, new Date(86_400_000));
  vi.setSystemTime(90_000_000);
  vi.advanceTimersByTime(1_000);
  expect(acted).toEqual(['one']);
});
