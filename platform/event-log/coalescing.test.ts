import { expect, it } from 'vitest';
import { coalesce } from './coalescing.ts';

it('writes together what was added during a write, in order, one batch at a time', async () => {
  const batches: string[][] = [];
  let writing = 0;
  const { add, idle } = coalesce<string, string>(async (items) => {
    expect(++writing).toBe(1);
    batches.push([...items]);
    await new Promise(setImmediate);
    writing--;
    return items.map((item) => item.toUpperCase());
  }, 3);
  const early = Promise.all(['a', 'b'].map(add));
  await Promise.resolve();
  await Promise.resolve();
  const late = Promise.all(['c', 'd', 'e', 'f'].map(add));
  expect(await early).toEqual(['A', 'B']);
  expect(await late).toEqual(['C', 'D', 'E', 'F']);
  expect(batches).toEqual([['a', 'b'], ['c', 'd', 'e'], ['f']]);
  await idle();
});

it('fails a batch alone', async () => {
  const { add, idle } = coalesce<string, string>(async (items) => {
    if (items.includes('bad')) throw new Error('refused');
    return items;
  }, 1);
  const results = await Promise.allSettled(['a', 'bad', 'b'].map(add));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  await idle();
});
