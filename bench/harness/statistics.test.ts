import { expect, test } from 'vitest';
import { median, quantile, ratios, spread, table } from './statistics.ts';

test('the median of an even number of samples lies between the two in the middle', () => {
  expect(median([4, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test('quantiles are samples, the last one included', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(quantile(samples, 0.5)).toBe(51);
  expect(quantile(samples, 0.99)).toBe(100);
  expect(quantile([7], 0.99)).toBe(7);
});

test('ratios are taken round by round', () => {
  expect(ratios([1, 2, 9], [2, 2, 3])).toBe('1.00 (0.50–3.00)');
});

test('a spread is shown beside the median', () => {
  expect(spread([3, 1, 2], 1)).toBe('2.0 (1.0–3.0)');
});

test('a table has a line under its head', () => {
  expect(table(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
});
