import { expect, it } from 'vitest';
import { Slots } from './slots.ts';

const never = new AbortController().signal;
const interrupted = new Error('interrupted');
const isInterruption = (error: unknown) => error === interrupted;

/** Works that are begun, each to be ended by its name. */
function works(slots: Slots) {
  const running = new Map<string, { end(): void; fail(error: Error): void }>();
  const start = (name: string, signal = never) =>
    slots.run(name, signal, isInterruption, () =>
      new Promise<string>((resolve, reject) =>
        running.set(name, { end: () => resolve(name), fail: reject }),
      ).finally(() => running.delete(name)),
    );
  return { running, start };
}

it('gives its places in the order in which they are asked for, and no more than there are', async () => {
  const { running, start } = works(new Slots(2));
  const all = Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => start(name)));
  await expect.poll(() => [...running.keys()]).toEqual(['a', 'b']);
  running.get('b')?.end();
  await expect.poll(() => [...running.keys()]).toEqual(['a', 'c']);
  running.get('a')?.fail(new Error('no'));
  await expect.poll(() => [...running.keys()]).toEqual(['c', 'd']);
  running.get('c')?.end();
  running.get('d')?.end();
  expect((await all).map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
});

it('gives each user a turn, and leaves one place to whoever comes', async () => {
  const slots = new Slots(4);
  const order: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (userId: string) =>
    slots.run(userId, never, isInterruption, () => {
      order.push(userId);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  const all = Array.from({ length: 20 }, () => ask('hostile'));
  await expect.poll(() => order).toEqual(['hostile', 'hostile', 'hostile']);
  all.push(ask('quiet'), ask('quiet'), ask('other'));
  await expect.poll(() => order.slice(3)).toEqual(['quiet']);
  ends[0]?.();
  await expect.poll(() => order.slice(4)).toEqual(['other']);
  ends[1]?.();
  ends[2]?.();
  await expect.poll(() => order.slice(5)).toEqual(['hostile', 'quiet']);
  const ending = setInterval(() => {
    for (const end of ends) end();
  }, 1);
  await Promise.all(all);
  clearInterval(ending);
});

it('forgets who gives up waiting', async () => {
  const { running, start } = works(new Slots(1));
  const first = start('a');
  const caller = new AbortController();
  const second = expect(start('b', caller.signal)).rejects.toBe('enough');
  const third = start('c');
  caller.abort('enough');
  await second;
  await expect.poll(() => running.has('a')).toBe(true);
  running.get('a')?.end();
  await expect.poll(() => [...running.keys()]).toEqual(['c']);
  running.get('c')?.end();
  await Promise.all([first, third]);
  await expect(start('d', AbortSignal.abort('late'))).rejects.toBe('late');
});

it('has fewer places when one request interrupts another, and more again after many answers', async () => {
  const told: number[] = [];
  const slots = new Slots(4, (now) => told.push(now));
  const { running, start } = works(slots);
  const all = ['a', 'b', 'c', 'd'].map((name) => start(name).catch(() => name));
  await expect.poll(() => running.size).toBe(4);
  for (const name of ['a', 'b', 'c']) running.get(name)?.fail(interrupted);
  await expect.poll(() => slots.now).toBe(1);
  running.get('d')?.end();
  await Promise.all(all);
  expect(told).toEqual([2, 1]);
  for (let answer = 0; answer < 50; answer++) await slots.run('a', never, isInterruption, async () => answer);
  expect(slots.now).toBe(2);
});

it('does not take it for crowding when a lone request breaks off', async () => {
  const slots = new Slots(4);
  await expect(slots.run('a', never, isInterruption, () => Promise.reject(interrupted))).rejects.toBe(
    interrupted,
  );
  expect(slots.now).toBe(4);
});
