import { expect, it } from 'vitest';
import { isVersion, newestFirst } from './versions.ts';

it.each(['1.0.0', '0.0.0', '10.20.30', '999999.0.0'])('takes %s for a version', (text) => {
  expect(isVersion(text)).toBe(true);
});

it.each(['', '1', '1.0', '1.0.0.0', 'v1.0.0', '01.0.0', '1.0.0-beta', '1.0.0\n', '1000000.0.0', '1.-1.0'])(
  'does not take %j for a version',
  (text) => {
    expect(isVersion(text)).toBe(false);
  },
);

it('orders newest first, by number and not as text', () => {
  const versions = ['1.0.0', '1.10.0', '0.99.99', '1.9.0', '2.0.0', '1.9.11', '1.9.2'];
  expect(versions.sort(newestFirst)).toEqual([
    '2.0.0',
    '1.10.0',
    '1.9.11',
    '1.9.2',
    '1.9.0',
    '1.0.0',
    '0.99.99',
  ]);
});
