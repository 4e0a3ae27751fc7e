import { expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.ts';

test.each([
  { epoch: 'b4c1', sequence: 0 },
  { epoch: 'ü "😀', sequence: Number.MAX_SAFE_INTEGER },
])('a cursor stands for its position: %j', (position) => {
  const cursor = encodeCursor(position);
  expect(cursor).toMatch(/^[\w-]+$/);
  expect(decodeCursor(cursor)).toEqual(position);
});

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test.each([
  '',
  'garbage',
  '%',
  'ü😀',
  '0',
  'bnVsbA',
  encoded(null),
  encoded({ epoch: 'a', sequence: 1 }),
  encoded(['a']),
  encoded(['a', 1, 2]),
  encoded([1, 1]),
  encoded(['a', '1']),
  encoded(['a', -1]),
  encoded(['a', 1.5]),
  encoded(['a', 2 ** 53]),
  encoded(['a', null]),
])('%j is no cursor', (cursor) => {
  expect(() => decodeCursor(cursor)).toThrow(
    expect.objectContaining({ name: 'BlobgraphError', code: 'CURSOR_INVALID', field: 'after' }),
  );
  expect(() => decodeCursor(cursor, 'before')).toThrow(expect.objectContaining({ field: 'before' }));
});
