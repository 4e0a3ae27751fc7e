import { expect, test } from 'vitest';
import { HeldBytes } from './held-bytes.ts';

function holders(limit: number) {
  const held = new HeldBytes(limit);
  const cut: string[] = [];
  const holder = (name: string) => ({ cut: () => void cut.push(name) });
  return { held, cut, holder };
}

test('whoever holds most is cut when there is no room left, the oldest among equals', () => {
  const { held, cut, holder } = holders(100);
  const [small, first, second] = [holder('small'), holder('first'), holder('second')];
  held.add(small, 20);
  held.add(first, 40);
  held.add(second, 40);
  expect(cut).toEqual([]);
  held.add(small, 1);
  expect(cut).toEqual(['first']);
  expect(held.total).toBe(61);
  held.add(second, 60);
  expect(cut).toEqual(['first', 'second']);
  expect([held.total, held.cuts]).toEqual([21, 2]);
});

test('what is given back, also after the cut, is counted once', () => {
  const { held, holder } = holders(100);
  const one = holder('one');
  held.add(one, 60);
  held.add(one, -60);
  expect([held.total, held.of(one)]).toEqual([0, 0]);
  held.add(one, 101);
  held.add(one, -101);
  held.release(one);
  expect(held.total).toBe(0);
});
