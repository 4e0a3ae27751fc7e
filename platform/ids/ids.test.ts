import { expect, test } from 'vitest';
import { derivedBlobId, onDemandBlobId, randomIds, userBlobId } from './ids.ts';

// Computed by another implementation of UUID version 5 (Python's).
test('the same parts give the same id, in every version of the code', () => {
  expect(derivedBlobId('source', 'text-expansion', '1')).toBe('62e4de5a-8dd2-5231-931d-60094ba178bf');
  expect(userBlobId('alice', 'key')).toBe('4737ab73-257a-5821-823d-28b4aa3c768a');
  expect(onDemandBlobId('alice', 'book-compiler', 'key')).toBe('e42b9229-fe03-55cb-960a-52f3d612b855');
});

test('different parts give different ids, also where they spell the same when put together', () => {
  const odd = ['', 'a', 'b', 'ab', 'a"', '","', 'a","b', '\\', 'ü😀', 'e\u0301', 'é', 'auth0|x', '*', 'a b'];
  const ids = odd.flatMap((first) =>
    odd.flatMap((second) => [
      userBlobId(first, second),
      derivedBlobId(first, second, '1'),
      onDemandBlobId(first, second, '1'),
    ]),
  );
  expect(new Set(ids).size).toBe(ids.length);
});

test('random ids sort by their time of making', () => {
  const ids = Array.from({ length: 1_000 }, () => randomIds.next());
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});
