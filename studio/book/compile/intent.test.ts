import { expect, it } from 'vitest';
import { createIntent, intentOf } from './intent.ts';

it('the same input has the same key until it is done; another has another', () => {
  let keys = 0;
  const intent = createIntent(() => {
    keys += 1;
    return String(keys);
  });
  expect([intent.keyOf({ a: 1 }), intent.keyOf({ a: 1 })]).toEqual(['1', '1']);
  expect(intent.keyOf({ a: 2 })).toBe('2');
  intent.done();
  expect(intent.keyOf({ a: 2 })).toBe('3');
});

it('what is asked for once more by its name goes on, for as long as its owner is there', () => {
  const owner = {};
  const key = intentOf(owner, 'version of a').keyOf({});
  expect(intentOf(owner, 'version of a').keyOf({})).toBe(key);
  expect(intentOf(owner, 'version of b').keyOf({})).not.toBe(key);
  expect(intentOf({}, 'version of a').keyOf({})).not.toBe(key);
});
