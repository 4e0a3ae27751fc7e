import { expect, it } from 'vitest';
import { cpuMsOf } from '../testing/cpu-time.ts';
import { isMultiple } from './multiple.ts';

it.each([
  ...[19.99, 8.69, 143.48, 1.11, 2.22, 0.94, 0.07, -19.99, 0, -0, 4, 1e21, 1e300].map(
    (value) => [value, 0.01] as const,
  ),
  ...([
    [0.3, 0.1],
    [1.1, 0.1],
    [4.35, 0.05],
    [1e-7, 1e-7],
    [3e-7, 1e-7],
    [5e-324, 5e-324],
    [1.5, 0.5],
  ] as const),
  ...([
    [9, 3],
    [9007199254740991, 1],
    [1e23, 1e22],
    [1.7976931348623157e308, 1],
    [1e308, 5e-324],
    [2.5e21, 5e20],
  ] as const),
])('%d is a multiple of %d', (value, of) => {
  expect(isMultiple(value, of)).toBe(true);
});

it.each([
  ...([
    [19.999, 0.01],
    [0.0100000000000001, 0.01],
    [1e-300, 0.01],
    [0.35, 0.1],
    [7, 5],
    [1, 1.5],
    [1e21, 3e20],
  ] as const),
  ...([
    [5e-324, 1],
    [1.0000000000000002, 1],
    [0.1, 0.3],
    [1e300, 7],
  ] as const),
])('%d is none of %d', (value, of) => {
  expect(isMultiple(value, of)).toBe(false);
});

it('says the same as arithmetic with whole numbers', () => {
  for (let index = 0; index < 2_000; index++) {
    const [cents, step] = [Math.floor(Math.random() * 1e6), 1 + Math.floor(Math.random() * 400)];
    expect(isMultiple(Number(`${cents}e-2`), Number(`${step}e-2`)), `${cents} ${step}`).toBe(
      cents % step === 0,
    );
    expect(isMultiple(Number(`${cents}e-5`), Number(`${step}e-2`)), `${cents}`).toBe(
      cents % (step * 1_000) === 0,
    );
    expect(isMultiple(Number(`${cents}e30`), Number(`${step}e30`)), `${cents}`).toBe(cents % step === 0);
  }
});

it('takes no longer for numbers that are far apart', () => {
  const took = cpuMsOf(() => {
    for (let index = 0; index < 100_000; index++) {
      isMultiple(1.7976931348623157e308, 1.2345678901e-300);
      isMultiple(1.2345678901e-300, 1.7976931348623157e308);
    }
  });
  expect(took).toBeLessThan(5_000);
});
