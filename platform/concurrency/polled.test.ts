import { describe, expect, it, vi } from 'vitest';
import { OVER, Polled, polledOf } from './polled.ts';

/** Items that are given one by one. `looks`: how often it was polled. */
class Given extends Polled<string> {
  readonly items: string[] = [];
  looks = 0;
  #isOver = false;
  /** Called in the middle of a look. */
  during = () => {};

  give(...items: string[]): void {
    this.items.push(...items);
    this.stir();
  }

  async poll() {
    this.looks += 1;
    const value = this.items.shift();
    this.during();
    await Promise.resolve();
    if (value !== undefined) return { value };
    return this.#isOver ? OVER : undefined;
  }

  async return() {
    this.#isOver = true;
    this.stir();
    return OVER;
  }
}

describe('items that are polled', () => {
  it('are waited for by whoever asks for the next', async () => {
    const given = new Given();
    const next = given.next();
    given.give('a', 'b');
    expect(await next).toEqual({ value: 'a' });
    expect(await given.next()).toEqual({ value: 'b' });
    const last = given.next();
    await given.return();
    expect(await last).toEqual(OVER);
  });

  it('are found that come between a look and the wait', async () => {
    const given = new Given();
    given.during = () => {
      given.during = () => {};
      given.give('late');
    };
    expect(await given.next()).toEqual({ value: 'late' });
    expect(given.looks).toBe(2);
  });

  it('wake whoever sleeps, each time', async () => {
    const given = new Given();
    const sleeper = { wake: vi.fn() };
    given.wakes(sleeper);
    expect(await given.poll()).toBeUndefined();
    given.give('a');
    given.give('b');
    expect(sleeper.wake).toHaveBeenCalledTimes(2);
    expect([await given.poll(), await given.poll(), await given.poll()]).toEqual([
      { value: 'a' },
      { value: 'b' },
      undefined,
    ]);
    await given.return();
    expect(sleeper.wake).toHaveBeenCalledTimes(3);
  });

  it('are iterated over', async () => {
    const given = new Given();
    given.give('a', 'b');
    const heard: string[] = [];
    for await (const item of given) {
      heard.push(item);
      if (item === 'b') break;
    }
    expect(heard).toEqual(['a', 'b']);
    expect(await given.next()).toEqual(OVER);
  });
});

it('an iterator is polled by waiting for it, and returned with it', async () => {
  const ended = vi.fn();
  const letters = async function* () {
    try {
      yield 'a';
      yield 'b';
    } finally {
      ended();
    }
  };
  const polled = polledOf(letters());
  expect(await polled.poll()).toEqual({ done: false, value: 'a' });
  await polled.return();
  expect(ended).toHaveBeenCalledOnce();
  expect(await polled.poll()).toEqual(OVER);
});
