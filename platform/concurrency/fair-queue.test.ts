import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FairQueue, type FairQueueOptions, type Leave } from './fair-queue.ts';

const PATIENCE_MS = 1_000;

const open = (options: Partial<FairQueueOptions> = {}) =>
  new FairQueue({ name: 'tests', capacity: 2, maxWaiting: 100, patienceMs: PATIENCE_MS, ...options });

/** Enters one after the other, e.g. `a`, `a:5` for a size, `a:later`, and notes who is let in, in which order. */
function crowd(queue: FairQueue) {
  const inside: { readonly who: string; readonly leave: Leave }[] = [];
  const order: string[] = [];
  const refused: string[] = [];
  return {
    order,
    refused,
    async enter(...names: string[]) {
      for (const who of names) {
        const [key = '', size] = who.split(':');
        const entering = size === 'later' ? { later: true } : { size: Number(size ?? 1) };
        queue.enter(key, entering).then(
          (leave) => {
            order.push(who);
            inside.push({ who, leave });
          },
          () => refused.push(who),
        );
      }
      await turns();
    },
    /** The first of this name, or of all, leaves. */
    async leave(who?: string) {
      const at = who === undefined ? 0 : inside.findIndex((each) => each.who === who);
      inside.splice(at, 1)[0]?.leave();
      await turns();
    },
  };
}

const turns = () => new Promise<void>((resolve) => setImmediate(resolve));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  // First the spies: they would put the fake timers back.
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test('as many are in work as there is room for, and what leaves makes room', async () => {
  const queue = open();
  const { order, enter, leave } = crowd(queue);
  await enter('a', 'b', 'c', 'd');
  expect(order).toEqual(['a', 'b']);
  await leave();
  expect(order).toEqual(['a', 'b', 'c']);
  expect([queue.inWork, queue.waiting]).toEqual([2, 1]);
  expect(vi.getTimerCount()).toBe(1);
});

test('one key’s many do not hold up another', async () => {
  const { order, enter, leave } = crowd(open());
  await enter(...Array<string>(50).fill('a'), 'b', 'c', 'b');
  for (let left = 0; left < 5; left += 1) await leave();
  expect(order).toEqual(['a', 'a', 'b', 'a', 'c', 'b', 'a']);
});

test('a place goes to the key that has least in work, so that long work does not take all places', async () => {
  const { order, enter, leave } = crowd(open({ capacity: 4 }));
  await enter(...Array<string>(8).fill('long'), ...Array<string>(8).fill('short'));
  for (let left = 0; left < 2; left += 1) await leave('long');
  for (let left = 0; left < 5; left += 1) await leave('short');
  expect(order.slice(4)).toEqual(Array<string>(7).fill('short'));
});

test('a key may be held to a part of the room', async () => {
  const { order, enter, leave } = crowd(open({ capacity: 3, capacityPerKey: 2 }));
  await enter('a', 'a', 'a', 'b');
  expect(order).toEqual(['a', 'a', 'b']);
  await leave('b');
  expect(order).toHaveLength(3);
  await leave('a');
  expect(order).toEqual(['a', 'a', 'b', 'a']);
});

test('sizes count, what is too large for the room has it alone, and is not overtaken for ever', async () => {
  const queue = open({ capacity: 10 });
  const { order, enter, leave } = crowd(queue);
  await enter('a:6', 'b:99', 'c:4', 'd:4');
  expect(order).toEqual(['a:6']);
  await leave();
  expect(order).toEqual(['a:6', 'b:99']);
  expect(queue.inWork).toBe(10);
  await leave();
  expect(order.slice(2)).toEqual(['c:4', 'd:4']);
});

test('when too many wait, whoever is beyond an equal share is refused, not whoever comes last', async () => {
  const queue = open({ capacity: 1, maxWaiting: 10 });
  const { refused, enter } = crowd(queue);
  await enter(...Array<string>(12).fill('a'));
  expect(refused).toEqual(['a']);
  await enter('b', 'c', 'b');
  expect(refused).toEqual(['a', 'a', 'a', 'a']);
  await enter(...Array<string>(8).fill('b'));
  expect(refused.slice(4)).toEqual(['a', ...Array<string>(7).fill('b')]);
  expect(queue.waiting).toBe(10);
  await expect(queue.enter('b')).rejects.toMatchObject({ code: 'OVERLOADED' });
});

test('a key may be held to a part of those that wait', async () => {
  const { refused, enter } = crowd(open({ capacity: 1, maxWaitingPerKey: 2 }));
  await enter('a', 'a', 'a', 'a', 'b', 'b', 'b');
  expect(refused).toEqual(['a', 'b']);
});

test('what is for later lets all others go first, but every fourth turn is one for later', async () => {
  const { order, enter, leave } = crowd(open({ capacity: 1 }));
  await enter('a', 'a:later', 'a:later', 'b:later', 'a', ...Array<string>(7).fill('c'));
  for (let left = 0; left < 11; left += 1) await leave();
  expect(order).toEqual(['a', 'a', 'c', 'c', 'b:later', 'c', 'c', 'c', 'a:later', 'c', 'c', 'a:later']);
});

test('where there is room for fewer from now on, what is in work goes on, and others wait for room', async () => {
  const queue = open({ capacity: 3 });
  const { order, enter, leave } = crowd(queue);
  await enter('a', 'b', 'c', 'd');
  queue.resize(1);
  await leave();
  await leave();
  expect(order).toEqual(['a', 'b', 'c']);
  await leave();
  expect(order).toEqual(['a', 'b', 'c', 'd']);
  queue.resize(9);
  await enter('e', 'f', 'g');
  expect(queue.inWork).toBe(3);
});

test('whoever has something in work takes more only when that may be, and nobody waits for them', async () => {
  let may = false;
  const queue = open({ capacity: 4, mayTakeMore: ({ inWork }) => may && inWork < 3 });
  const { order, enter, leave } = crowd(queue);
  await enter('a', 'a', 'a', 'a', 'b', 'c');
  expect(order).toEqual(['a', 'b', 'c']);
  await leave('a');
  expect(order).toEqual(['a', 'b', 'c', 'a']);
  may = true;
  queue.look();
  await turns();
  expect(order).toEqual(['a', 'b', 'c', 'a', 'a']);
});

test('nobody waits longer than is allowed, and whom a large one held up goes on', async () => {
  const queue = open({ capacity: 4 });
  const { order, refused, enter } = crowd(queue);
  await enter('a:2', 'b:3');
  vi.advanceTimersByTime(600);
  await enter('c:2');
  vi.advanceTimersByTime(400);
  await turns();
  expect(refused).toEqual(['b:3']);
  expect(order).toEqual(['a:2', 'c:2']);
});

test('who gives up waiting is let go, and takes no place', async () => {
  const queue = open({ capacity: 1 });
  const leave = await queue.enter('a');
  const giving = new AbortController();
  const given = queue.enter('b', { signal: giving.signal });
  giving.abort(new Error('enough'));
  await expect(given).rejects.toThrow('enough');
  await expect(queue.enter('b', { signal: giving.signal })).rejects.toThrow('enough');
  expect(queue.waiting).toBe(0);
  leave();
  leave();
  expect([queue.inWork, queue.keys]).toEqual([0, 0]);
});

test('work that fails gives its place back', async () => {
  const queue = open({ capacity: 1 });
  await expect(queue.run('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await queue.run('a', async () => 7)).toBe(7);
  expect(queue.keys).toBe(0);
});

test('any order of entering and leaving keeps the bounds and loses nobody', async () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 48_271) % 0x7fffffff;
    return seed % below;
  };
  const queue = open({ capacity: 12, capacityPerKey: 7, maxWaiting: 40, maxWaitingPerKey: 25 });
  const started = vi.spyOn(globalThis, 'setTimeout');
  const ended = vi.spyOn(globalThis, 'clearTimeout');
  const inside: Leave[] = [];
  const all: Promise<unknown>[] = [];
  let settled = 0;
  for (let step = 0; step < 5_000; step += 1) {
    const giving = new AbortController();
    const entering = queue.enter(`user${random(6)}`, { size: 1 + random(9), signal: giving.signal });
    const done = entering.then((leave) => void inside.push(leave)).catch(() => undefined);
    all.push(done.finally(() => (settled += 1)));
    if (random(10) === 0) giving.abort();
    if (random(3) > 0) inside.splice(random(inside.length || 1), 1)[0]?.();
    if (step % 7 === 0) await turns();
    expect(queue.inWork).toBeLessThanOrEqual(12);
    expect(queue.waiting).toBeLessThanOrEqual(40);
  }
  while (settled < all.length) {
    for (const leave of inside.splice(0)) leave();
    await turns();
  }
  for (const leave of inside.splice(0)) leave();
  expect([queue.inWork, queue.waiting, queue.keys]).toEqual([0, 0, 0]);
  // By their time: the test runner may have a timer of its own.
  const cleared = new Set(ended.mock.calls.map(([timer]) => timer));
  const left = started.mock.results.filter(
    ({ value }, index) => started.mock.calls[index]?.[1] === PATIENCE_MS && !cleared.has(value),
  );
  expect(left).toEqual([]);
});
