import { describe, expect, it } from 'vitest';
import { createTurns } from './turns.ts';

const LIMIT = 4;

/** A process with its own counts; `outstanding`: what the store has. */
function fixture(limit = LIMIT) {
  let now = 0;
  let counts = 0;
  const outstanding = new Map<string, number>();
  const store = {
    outstandingRuns: async () => {
      counts += 1;
      return new Map(outstanding);
    },
  };
  const turns = createTurns({ store, clock: { now: () => new Date(now) }, limit });
  const take = async (times: number, processorId = 'p'): Promise<number> => {
    let through = 0;
    for (let time = 0; time < times; time += 1) {
      if ((await turns.take('alice', [processorId])).length === 0) through += 1;
    }
    return through;
  };
  return {
    turns,
    outstanding,
    take,
    counts: () => counts,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

describe('turns', () => {
  it('let a user through who is below the bound, and read nothing', async () => {
    const { take, counts } = fixture();
    expect(await take(LIMIT)).toBe(LIMIT);
    expect(counts()).toBe(0);
  });

  it('hold back what is beyond it, also before any of it is in the store, and count once', async () => {
    const { take, counts, turns } = fixture();
    expect(await take(10 * LIMIT)).toBe(LIMIT);
    expect(counts()).toBe(1);
    expect(turns.isHolding('alice')).toBe(true);
    expect(turns.isHolding('bob')).toBe(false);
  });

  it('count again before they hold back one whose earlier runs have ended', async () => {
    const { take, counts, pass, outstanding } = fixture();
    await take(LIMIT);
    pass(10_000);
    outstanding.set('p', 1);
    expect(await take(LIMIT)).toBe(LIMIT - 1);
    expect(counts()).toBe(2);
  });

  it('bound each processor for itself', async () => {
    const { take, turns } = fixture();
    await take(2 * LIMIT, 'p');
    expect(await take(LIMIT, 'q')).toBe(LIMIT);
    expect(await turns.take('bob', ['p', 'q'])).toEqual([]);
    expect(await turns.take('alice', ['p', 'r'])).toEqual(['p']);
  });

  it('hold back until all that is held was handed out', async () => {
    const { turns, take, outstanding, pass } = fixture();
    await take(2 * LIMIT);
    pass(10_000);
    outstanding.set('p', 1);
    const roomOf = turns.counted('alice', outstanding);
    expect(roomOf('p')).toBe(LIMIT - 1);
    expect(roomOf('q')).toBe(LIMIT);
    turns.handedOut('alice', {
      taken: new Map([['p', LIMIT - 1]]),
      waiting: new Set(['p']),
      isWhole: false,
    });
    expect(await take(1)).toBe(0);
    turns.counted('alice', new Map([['p', 1]]));
    turns.handedOut('alice', { taken: new Map([['p', 1]]), waiting: new Set(), isWhole: true });
    expect(await take(1)).toBe(1);
  });

  it('hold nobody back once they hear no more of held runs, which another process has handed out', async () => {
    const { take, counts, pass, turns, outstanding } = fixture();
    await take(LIMIT + 1);
    pass(5_001);
    expect(await take(2)).toBe(2);
    expect(turns.isHolding('alice')).toBe(false);
    expect(counts()).toBe(2);
    // They are held as before where they have not ended.
    outstanding.set('p', LIMIT);
    await take(LIMIT);
    pass(5_001);
    expect(await take(3)).toBe(0);
    expect(turns.isHolding('alice')).toBe(true);
  });

  it('hold back for as long as they hear of held runs', async () => {
    const { take, counts, pass, turns } = fixture();
    await take(LIMIT + 1);
    const roomOf = turns.counted('alice', new Map([['p', LIMIT]]));
    for (let second = 0; second < 10; second += 1) {
      pass(1_000);
      turns.isWorthALook('alice', roomOf);
    }
    expect(await take(1)).toBe(0);
    expect(counts()).toBe(1);
  });

  it('find a look worth it where a processor has room that may have held runs, or at times', async () => {
    const { take, pass, turns } = fixture();
    const isWorth = (room: object) =>
      turns.isWorthALook('alice', (id) => (room as Record<string, number>)[id] ?? 0);
    await take(LIMIT + 1);
    pass(10_000);
    expect(isWorth({})).toBe(true);
    turns.handedOut('alice', { taken: new Map(), waiting: new Set(['p']), isWhole: true });
    expect(isWorth({})).toBe(false);
    expect(isWorth({ q: 1 })).toBe(false);
    expect(isWorth({ p: 1 })).toBe(true);
    // Held back just now: it may not be stored yet when others are looked at.
    await take(LIMIT + 1, 'q');
    turns.handedOut('alice', { taken: new Map(), waiting: new Set(['p']), isWhole: true });
    expect(isWorth({ q: 1 })).toBe(true);
    pass(30_000);
    expect(isWorth({})).toBe(true);
  });

  it('look again where they have let go what may still be held', async () => {
    const { take, pass, turns } = fixture();
    await take(LIMIT + 1);
    pass(3_000);
    turns.isWorthALook('alice', () => 0);
    turns.handedOut('alice', { taken: new Map(), waiting: new Set(['p']), isWhole: true });
    pass(5_001);
    expect(await take(1)).toBe(1);
    expect(turns.isWorthALook('alice', () => LIMIT)).toBe(true);
  });

  it('say when a part of a holding user’s runs has ended', async () => {
    const { turns, take } = fixture(8);
    expect(turns.ended('alice')).toBe(false);
    await take(9);
    expect([turns.ended('alice'), turns.ended('alice')]).toEqual([false, true]);
    expect(turns.ended('bob')).toBe(false);
  });

  it('hold nothing back while the store cannot count', async () => {
    let outstanding: ReadonlyMap<string, number> | null = null;
    const store = { outstandingRuns: async () => outstanding };
    const turns = createTurns({ store, clock: { now: () => new Date(0) }, limit: 2 });
    const take = () => turns.take('alice', ['p']);
    for (let time = 0; time < 10; time += 1) expect(await take()).toEqual([]);
    outstanding = new Map([['p', 10]]);
    expect(await take()).toEqual(['p']);
  });

  it('hold nothing back without a bound', async () => {
    const { take, counts } = fixture(0);
    expect(await take(100)).toBe(100);
    expect(counts()).toBe(0);
  });
});
