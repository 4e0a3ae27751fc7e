import { expect, it } from 'vitest';
import { sinceOf } from './since.ts';

it.each([
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
])('a backfill begins at %s', (text, time) => {
  expect(sinceOf(text)).toBe(time);
});

it.each(['', 'tomorrow', '2026', '2026-02-31', '2026-13-01', '99999-01-01', '2026-01-31T25:00:00Z'])(
  'a backfill begins at no such time as %j',
  (text) => {
    expect(() => sinceOf(text)).toThrow('--since takes a date or time');
  },
);
