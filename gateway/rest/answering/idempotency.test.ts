import { expect, test } from 'vitest';
import { idempotencyKeyOf, withKey } from './idempotency.ts';

test.each([
  ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
  ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
  ['  "a b, c"  ', 'a b, c'],
  ['"say \\"hi\\" \\\\"', 'say "hi" \\'],
  ['order:12/3=', 'order:12/3='],
])('%s is a key', (header, key) => expect(idempotencyKeyOf(header)).toBe(key));

test.each([
  '',
  '""',
  '"',
  '"a',
  'a"',
  '"a" "b"',
  '"a", "b"',
  'a, b',
  'a b',
  '"ü"',
  'ü',
  '"a\\b"',
  '"a";p=1',
  'a\\',
])('%j is none', (header) =>
  expect(() => idempotencyKeyOf(header)).toThrow('`Idempotency-Key` must be one string'),
);

test('header and body may both give it, as long as it is the same', () => {
  expect(idempotencyKeyOf(undefined)).toBeUndefined();
  expect(withKey({ a: 1 }, undefined)).toEqual({ a: 1 });
  expect(withKey({ a: 1 }, 'k')).toEqual({ a: 1, idempotency_key: 'k' });
  expect(withKey({ idempotency_key: null }, 'k')).toEqual({ idempotency_key: 'k' });
  expect(withKey({ idempotency_key: 'k' }, 'k')).toEqual({ idempotency_key: 'k' });
  expect(() => withKey({ idempotency_key: 'other' }, 'k')).toThrow('differ');
});
