import { expect, it } from 'vitest';
import { coalesce } from './coalesce.ts';

function gated() {
  const calls: { key: string; items: readonly number[]; end: (error?: Error) => void }[] = [];
  const add = coalesce<number>(
    (key, items) =>
      new Promise((resolve, reject) => {
        calls.push({ key, items: [...items], end: (error) => (error ? reject(error) : resolve()) });
      }),
  );
  return { add, calls };
}

it('does at once what came while its key was worked on, and keeps keys apart', async () => {
  const { add, calls } = gated();
  const first = add('a', 1);
  await expect.poll(() => calls.length).toBe(1);
  const others = [add('a', 2), add('a', 3)];
  const other = add('b', 4);
  await expect.poll(() => calls.length).toBe(2);
  calls[0]?.end();
  await first;
  await expect.poll(() => calls.length).toBe(3);
  expect(calls.map(({ key, items }) => [key, items])).toEqual([
    ['a', [1]],
    ['b', [4]],
    ['a', [2, 3]],
  ]);
  calls[1]?.end();
  calls[2]?.end();
  await Promise.all([...others, other]);
});

it('tells all who waited of a failure, and goes on with the next', async () => {
  const { add, calls } = gated();
  const first = add('a', 1);
  await expect.poll(() => calls.length).toBe(1);
  const second = add('a', 2);
  calls[0]?.end(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await expect.poll(() => calls.length).toBe(2);
  calls[1]?.end();
  await second;
});
