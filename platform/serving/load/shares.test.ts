import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Leave } from '../../concurrency/fair-queue.ts';
import { Shares } from './shares.ts';

const BUSY = 1;
const IDLE = 0;
const MEBIBYTE = 1024 * 1024;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
/** Of the event loop: what begins may wait for the next. */
async function turns(): Promise<void> {
  await turn();
  await turn();
}

/** Shares on a loop and a clock that the test sets, with a note of who is let in. */
function open(requests = 500) {
  const world = { use: BUSY, now: 0 };
  const shares = new Shares({ requests, loopUse: () => world.use, now: () => world.now });
  const inside: { readonly who: string; readonly leave: Leave }[] = [];
  const refused: string[] = [];
  const held = (who: string) => inside.filter((each) => each.who === who).length;
  return {
    shares,
    world,
    refused,
    held,
    order: () => inside.map(({ who }) => who),
    async enter(who: string, count = 1, later = false) {
      for (let left = count; left > 0; left -= 1) {
        shares.turn(who, { later }).then(
          (leave) => inside.push({ who, leave }),
          () => refused.push(who),
        );
      }
      await turns();
    },
    async leave(who: string) {
      inside
        .splice(
          inside.findIndex((each) => each.who === who),
          1,
        )[0]
        ?.leave();
      await turns();
    },
    async wait(ms: number) {
      world.now += ms;
      vi.advanceTimersByTime(ms);
      await turns();
    },
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a chain of short work', () => {
  it('leaves the event loop to what others send, every few milliseconds', async () => {
    const { shares, world } = open();
    const turnOf: number[] = [];
    let turned = 0;
    const count = () => {
      turned += 1;
      if (turnOf.length < 100) setImmediate(count);
    };
    count();
    const each = async () => {
      const leave = await shares.turn('hostile');
      world.now += 1;
      turnOf.push(turned);
      leave();
    };
    (await shares.turn('author'))();
    await Promise.all(Array.from({ length: 100 }, each));
    const inOne = Math.max(...turnOf.map((one) => turnOf.filter((other) => other === one).length));
    expect(inOne).toBeLessThanOrEqual(12);
  });
});

describe('changes that are told', () => {
  it('to many at once are refused to none, and leave requests room to wait', async () => {
    const { shares, enter, refused } = open();
    const told = Array.from({ length: 5_000 }, async (_, reader) => {
      const leave = await shares.turn(`reader ${reader}`, { later: true });
      leave();
    });
    await enter('author', 100);
    await Promise.all(told);
    expect(refused).toEqual([]);
  });
});

describe('requests in work', () => {
  it('of a user who is alone are as many as there are places but those for newcomers', async () => {
    const { enter, held } = open();
    await enter('alone', 100);
    expect(held('alone')).toBe(48);
    await enter('newcomer');
    expect(held('newcomer')).toBe(1);
  });

  it('of a user among others are one at once while the loop is busy', async () => {
    const { enter, leave, held } = open();
    await enter('quiet');
    await leave('quiet');
    await enter('hostile', 200);
    for (let served = 0; served < 20; served += 1) {
      expect(held('hostile')).toBe(1);
      await enter('quiet');
      expect(held('quiet')).toBe(1);
      await leave('quiet');
      await leave('hostile');
    }
  });

  it('are a few where the loop has time', async () => {
    const { enter, leave, wait, held, world } = open();
    await enter('quiet');
    await leave('quiet');
    await enter('hostile', 200);
    world.use = IDLE;
    await wait(25);
    expect(held('hostile')).toBe(4);
  });

  it('that take long do not hold up their user’s next: one more a quarter of a second, and another', async () => {
    const { enter, leave, wait, held } = open();
    await enter('quiet');
    await leave('quiet');
    await enter('author', 10);
    const seen: number[] = [];
    for (let quarter = 0; quarter < 7; quarter += 1) {
      await wait(250);
      seen.push(held('author'));
    }
    expect(seen).toEqual([2, 2, 3, 3, 3, 4, 4]);
  });

  it('leave a place for one more user, however many take all they can', async () => {
    const { enter, held, shares } = open();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await enter(name, 60);
    await enter('newcomer');
    expect(held('newcomer')).toBe(1);
    expect(shares.inWork).toBeLessThanOrEqual(64);
  });

  it('are refused to the one who has most waiting, when too many wait', async () => {
    const { enter, refused, held } = open(100);
    await enter('hostile', 150);
    expect(refused).toHaveLength(150 - 48 - 36);
    await enter('quiet', 3);
    expect(held('quiet')).toBe(1);
    expect(new Set(refused)).toEqual(new Set(['hostile']));
  });

  it('wait ten seconds at most', async () => {
    const { enter, leave, wait, refused, shares } = open();
    await enter('quiet');
    await leave('quiet');
    await enter('hostile', 200);
    await wait(10_000);
    expect(refused.length).toBeGreaterThan(100);
    expect(shares.waiting).toBe(0);
  });
});

describe('large bodies', () => {
  it('are bounded by bytes, for one user and in all, and small ones wait for none', async () => {
    const shares = new Shares({ requests: 500 });
    const signal = new AbortController().signal;
    const entered: string[] = [];
    const enter = (who: string, bytes: number) =>
      void shares.room(who, bytes, signal).then(() => entered.push(who));
    for (let count = 0; count < 10; count += 1) enter('a', 8 * MEBIBYTE);
    await turns();
    expect(entered).toHaveLength(3);
    for (const who of ['b', 'b', 'b', 'b', 'c', 'c', 'c']) enter(who, 8 * MEBIBYTE);
    await turns();
    expect(entered).toHaveLength(8);
    for (const who of ['a', 'd']) enter(who, 1_000);
    await turns();
    expect(entered.slice(8)).toEqual(['a', 'd']);
  });
});

describe('answers', () => {
  const signal = new AbortController().signal;
  const noting = (entered: string[]) => (who: string, entering: Promise<Leave>) =>
    entering.then((leave) => {
      entered.push(who);
      return leave;
    });

  it('that are large are made one at once for a user, and few in all', async () => {
    const shares = new Shares({ requests: 500 });
    const entered: string[] = [];
    const enter = noting(entered);
    const first = enter('a', shares.large('a'));
    for (const who of ['a', 'a', 'b', 'c', 'd', 'e']) void enter(who, shares.large(who));
    await turns();
    expect(entered).toEqual(['a', 'b', 'c', 'd']);
    (await first)();
    await turns();
    expect(entered.slice(4)).toHaveLength(1);
  });

  it('that are not read are bounded by bytes, and leave room for others', async () => {
    const shares = new Shares({ requests: 500 });
    const entered: string[] = [];
    const enter = noting(entered);
    for (let count = 0; count < 20; count += 1)
      void enter('a', shares.roomForAnswer('a', 8 * MEBIBYTE, signal));
    await turns();
    expect(entered).toHaveLength(6);
    for (const who of ['b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      for (let count = 0; count < 20; count += 1)
        void enter(who, shares.roomForAnswer(who, 8 * MEBIBYTE, signal));
    }
    await turns();
    for (const who of ['b', 'c', 'd', 'e', 'f', 'g', 'h']) expect(entered).toContain(who);
    expect(entered.length).toBeLessThanOrEqual(32);
  });
});
