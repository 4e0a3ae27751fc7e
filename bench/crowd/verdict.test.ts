import { expect, test } from 'vitest';
import { growth, verdicts } from './verdict.ts';

const level = (count: number, value: number): number[] => Array<number>(count).fill(value);

test('memory that rises and falls by the same amount is flat, and the start does not count', () => {
  expect(growth([...level(30, 900), ...level(60, 0).map((_, index) => 300 + (index % 10))])).toBeCloseTo(1);
  expect(growth([...level(60, 300), ...level(30, 330)])).toBeCloseTo(1.1);
});

test('each promise is judged by itself', () => {
  const fine = {
    before: level(100, 4),
    during: new Map([['pings', level(100, 12)]]),
    failures: 0,
    acknowledged: 7,
    lost: [],
  };
  const holds = (observed: Parameters<typeof verdicts>[0]) => verdicts(observed).map((each) => each.holds);
  const memory = new Map([['state', level(90, 200)]]);
  expect(holds({ ...fine, memory })).toEqual([true, true, true, true]);
  const grown = new Map([['state', [...level(60, 200), ...level(30, 220)]]]);
  expect(holds({ ...fine, memory: grown })).toEqual([false, true, true, true]);
  expect(holds({ ...fine, memory, during: new Map([['pings', level(100, 13)]]) })).toEqual([
    true,
    false,
    true,
    true,
  ]);
  expect(holds({ ...fine, memory, failures: 1 })).toEqual([true, true, false, true]);
  expect(holds({ ...fine, memory, lost: ['user1: a is missing'] })).toEqual([true, true, true, false]);
});
