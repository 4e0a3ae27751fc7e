import { expect, test } from 'vitest';
import { SlowLink } from './slow-links.ts';

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

test('what was sent is read in its time, one after the other', () => {
  const link = new SlowLink(0);
  expect(link.mayBeReading(0)).toBe(false);
  link.sent(MEBIBYTE, 1_000);
  expect(link.mayBeReading(64_999)).toBe(true);
  expect(link.mayBeReading(65_000)).toBe(false);
  link.sent(MEBIBYTE, 2_000);
  expect(link.mayBeReading(128_999)).toBe(true);
  expect(link.mayBeReading(129_000)).toBe(false);
});

test('small messages give who is gone no more time', () => {
  const link = new SlowLink(0);
  for (let second = 0; second < 100; second += 1) link.sent(KIBIBYTE, second * 1_000);
  expect(link.mayBeReading(99_100)).toBe(false);
});

test('nobody is waited for without end', () => {
  const link = new SlowLink(0);
  for (let n = 0; n < 100; n += 1) link.sent(8 * MEBIBYTE, 0);
  expect(link.mayBeReading(599_999)).toBe(true);
  expect(link.mayBeReading(600_000)).toBe(false);
});

test('who takes what it is sent, and says nothing, is waited for no longer than that', () => {
  const link = new SlowLink(0);
  for (let second = 0; second < 1_200; second += 1) link.sent(32 * KIBIBYTE, second * 1_000);
  expect(link.mayBeReading(600_000)).toBe(false);
  link.heard(600_000);
  expect(link.mayBeReading(1_199_999)).toBe(true);
  expect(link.mayBeReading(1_200_000)).toBe(false);
});
