import { expect, it } from 'vitest';
import type { Item } from '../model/outline.ts';
import { inReadingOrder } from '../model/outline.ts';
import { nextOf } from './keys.ts';

const item = (id: string, depth: number, items: Item[] = []): Item => ({
  id,
  depth,
  items,
  of: [],
  into: [],
});
const items = inReadingOrder([item('a', 0, [item('b', 1, [item('c', 2)]), item('d', 1)]), item('e', 0)]);

it.each([
  ['a', 'ArrowDown', 'b'],
  ['c', 'ArrowDown', 'd'],
  ['e', 'ArrowDown', undefined],
  ['a', 'ArrowUp', undefined],
  ['d', 'ArrowUp', 'c'],
  ['d', 'ArrowLeft', 'a'],
  ['c', 'ArrowLeft', 'b'],
  ['e', 'ArrowLeft', undefined],
  ['b', 'ArrowRight', 'c'],
  ['c', 'ArrowRight', undefined],
  ['c', 'Home', 'a'],
  ['a', 'End', 'e'],
  ['a', 'x', undefined],
  ['gone', 'ArrowDown', undefined],
])('from %s by %s to %s', (id, key, expected) => {
  expect(nextOf(items, id, key)).toBe(expected);
});
