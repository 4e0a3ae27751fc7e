import { expect, test } from 'vitest';
import { OperationIds } from './operation-ids.ts';

function running() {
  const ids = new OperationIds();
  let resolve = () => {};
  let reject = (_error: Error) => {};
  const promise = new Promise<void>((...settle) => {
    [resolve, reject] = settle;
  });
  ids.begins('a', promise);
  const begun: string[] = [];
  const wait = (id: string) => ids.wait(id, () => begun.push(id));
  const end = async (how: () => void = resolve) => {
    how();
    await promise.catch(() => undefined);
    await Promise.resolve();
  };
  return { ids, wait, begun, end, fail: () => reject(new Error('It failed')) };
}

test('an id that is used again waits for the end of the operation before, also where that fails', async () => {
  for (const how of ['end', 'fail'] as const) {
    const { ids, wait, begun, end, fail } = running();
    expect([ids.isRunning('a'), ids.isRunning('b'), wait('a'), ids.hasWaiting]).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(begun).toEqual([]);
    await end(how === 'fail' ? fail : undefined);
    expect([begun, ids.isRunning('a'), ids.hasWaiting]).toEqual([['a'], false, false]);
  }
});

test('a second one that would wait for the same id is refused', () => {
  const { wait } = running();
  expect([wait('a'), wait('a')]).toEqual([true, false]);
});

test('what is completed while it waits, or whose connection is gone, never begins', async () => {
  for (const leave of [(ids: OperationIds) => ids.complete('a'), (ids: OperationIds) => ids.clear()]) {
    const { ids, wait, begun, end } = running();
    wait('a');
    leave(ids);
    await end();
    expect(begun).toEqual([]);
  }
});
