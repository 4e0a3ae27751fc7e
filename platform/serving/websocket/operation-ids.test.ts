import { expect, test } from 'vitest';
import { OperationIds } from './operation-ids.ts';

function running() {
  const ids = new OperationIds();
  ids.begins('a');
  const begun: string[] = [];
  const wait = (id: string) => ids.wait(id, () => begun.push(id));
  return { ids, wait, begun };
}

test('an id that is used again waits for the end of the operation before', () => {
  const { ids, wait, begun } = running();
  ids.begins('other');
  expect([ids.isRunning('a'), ids.isRunning('b'), wait('a'), ids.hasWaiting]).toEqual([
    true,
    false,
    true,
    true,
  ]);
  ids.ends('other');
  expect(begun).toEqual([]);
  ids.ends('a');
  expect([begun, ids.isRunning('a'), ids.hasWaiting]).toEqual([['a'], false, false]);
});

test('a second one that would wait for the same id is refused', () => {
  const { wait } = running();
  expect([wait('a'), wait('a')]).toEqual([true, false]);
});

test('what is completed while it waits, or whose connection is gone, never begins', () => {
  for (const leave of [(ids: OperationIds) => ids.complete('a'), (ids: OperationIds) => ids.clear()]) {
    const { ids, wait, begun } = running();
    wait('a');
    leave(ids);
    ids.ends('a');
    expect(begun).toEqual([]);
  }
});
