import { expect, it, vi } from 'vitest';
import { loaderById, loaderByKey, perRequest } from './loaders.ts';

it('reads what is asked for in one turn at once, in the order of the ids', async () => {
  const read = vi.fn(async (ids: readonly string[]) =>
    ids
      .filter((id) => id !== 'none')
      .toReversed()
      .map((id) => ({ id })),
  );
  const loader = loaderById(read);
  const found = await Promise.all(['b', 'none', 'a', 'b'].map((id) => loader.load(id)));
  expect(found).toEqual([{ id: 'b' }, null, { id: 'a' }, { id: 'b' }]);
  expect(read.mock.calls).toEqual([[['b', 'none', 'a']]]);
});

it('parts what is more than one read takes', async () => {
  const read = vi.fn(async (keys: readonly string[]) => new Map(keys.map((key) => [key, key.length])));
  const loader = loaderByKey(read, 0, { maxBatchSize: 2 });
  expect(await loader.loadMany(['a', 'bb', 'ccc'])).toEqual([1, 2, 3]);
  expect(read).toHaveBeenCalledTimes(2);
});

it('has something for what is not found', async () => {
  const loader = loaderByKey<readonly string[]>(async () => new Map([['a', ['x']]]), []);
  expect(await loader.loadMany(['a', 'b'])).toEqual([['x'], []]);
});

it('makes one for each request', () => {
  const make = vi.fn((context: { readonly user: string }) => ({ of: context.user }));
  const loaderOf = perRequest(make);
  const [one, other] = [{ user: 'alice' }, { user: 'alice' }];
  expect(loaderOf(one)).toBe(loaderOf(one));
  expect(loaderOf(one)).not.toBe(loaderOf(other));
  expect(make).toHaveBeenCalledTimes(2);
});
