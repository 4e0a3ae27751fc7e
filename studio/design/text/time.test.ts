import { expect, it } from 'vitest';
import { ago, bytes, count, counted } from './time.tsx';

const NOW = Date.parse('2026-05-01T12:00:00.000Z');
const [MINUTE, HOUR, DAY] = [60, 3_600, 86_400];

it.each([
  [0, 'just now'],
  [59, 'just now'],
  [-30, 'just now'],
  [MINUTE, '1 minute ago'],
  [HOUR - 1, '59 minutes ago'],
  [HOUR, '1 hour ago'],
  [DAY - 1, '23 hours ago'],
  [DAY, 'yesterday'],
  [29 * DAY + 1, '29 days ago'],
  [-2 * HOUR, 'in 2 hours'],
])('%d s ago is told as “%s”', (seconds, text) => {
  expect(ago(new Date(NOW - seconds * 1_000).toISOString(), NOW)).toBe(text);
});

it('what is older than a month is told by its date', () => {
  expect(ago('2026-03-02T09:30:00.000Z', NOW)).toMatch(/^Mar \d, 2026, \d?\d:30\s[AP]M$/);
});

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1_000, '1 kB'],
  ['12345', '12.3 kB'],
  [1_500_000, '1.5 MB'],
  [5_000_000_000, '5 GB'],
])('%s bytes are told as %s', (size, text) => {
  expect(bytes(size)).toBe(text);
});

it('large numbers have separators', () => {
  expect(count(12_345)).toBe('12,345');
});

it('counts things by their name', () => {
  expect([counted(1, 'blob'), counted(12_345, 'blob'), counted(0, 'try', 'tries')]).toEqual([
    '1 blob',
    '12,345 blobs',
    '0 tries',
  ]);
});
