import { expect, it } from 'vitest';
import { intentOf } from './intent.ts';

it('what is asked for once more by its name goes on, for as long as its owner is there', () => {
  const owner = {};
  const key = intentOf(owner, 'version of a').keyOf({});
  expect(intentOf(owner, 'version of a').keyOf({})).toBe(key);
  expect(intentOf(owner, 'version of b').keyOf({})).not.toBe(key);
  expect(intentOf({}, 'version of a').keyOf({})).not.toBe(key);
});
