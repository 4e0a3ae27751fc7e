import { expect, it, vi } from 'vitest';
import { Endable } from './endable.ts';

async function* numbers(until: Promise<void>) {
  yield 1;
  await until;
  yield 2;
}

it('gives results until the last, and then ends', async () => {
  const end = vi.fn();
  const taken: number[] = [];
  for await (const each of new Endable(numbers(Promise.resolve()), end)) taken.push(each);
  expect(taken).toEqual([1, 2]);
  expect(end).toHaveBeenCalledTimes(1);
});

it('ends while its taker waits for the next', async () => {
  let go = () => {};
  const until = new Promise<void>((resolve) => {
    go = resolve;
  });
  const results = new Endable(numbers(until), go);
  await results.next();
  const next = results.next();
  await results.return();
  expect([await next, await results.next()]).toEqual([
    { done: false, value: 2 },
    { done: true, value: undefined },
  ]);
});

it('ends when the results fail', async () => {
  const end = vi.fn();
  const results = new Endable(numbers(Promise.reject(new Error('gone'))), end);
  await results.next();
  await expect(results.next()).rejects.toThrow('gone');
  expect(end).toHaveBeenCalledTimes(1);
});
