import { expect, it, onTestFinished, vi } from 'vitest';
import type { DeadLetter, DeadLetterPage, LogUsage } from '../../../platform/event-log/usage.ts';
import { createLetterCounts } from './letters.ts';

const GONE = '';

/** A log with letters of these durables, in which those that are gone left a gap; and how many of them were read, in pages. */
function fixture() {
  const log = { durables: [] as string[], pages: 0, letters: 0, isAway: false };
  const opened = async () => ({
    async usage() {
      if (log.isAway) throw new Error('away');
      const messages = log.durables.filter((durable) => durable !== GONE).length;
      const fill = {
        messages,
        maxMessages: 1e6,
        bytes: messages * 10,
        maxBytes: 1e9,
      };
      return { log: fill, deadLetters: fill, lettersDropped: 0, durables: [] } satisfies LogUsage;
    },
    async deadLetters({ limit = 100, after = 0 }: DeadLetterPage = {}) {
      log.pages += 1;
      const page = log.durables
        .map((durable, place) => ({ durable, place: place + 1 }) as DeadLetter)
        .filter(({ durable, place }) => durable !== GONE && place > after)
        .slice(0, limit);
      log.letters += page.length;
      return page;
    },
  });
  const create = () => createLetterCounts(opened, { now: () => new Date(performance.now()) });
  const count = async () => Object.fromEntries(await create()());
  return { log, count, create };
}

it('dead letters are counted by processor, over all pages', async () => {
  const { log, count } = fixture();
  log.durables = Array.from({ length: 1_200 }, (_, n) => (n % 3 === 0 ? 'p' : 'q'));
  expect(await count()).toEqual({ p: 400, q: 800 });
  expect(log.pages).toBe(3);
});

it('none are read where there are none, and once for all who ask at once', async () => {
  const { log, create } = fixture();
  expect((await create()()).size).toBe(0);
  expect(log.pages).toBe(0);
  log.durables = ['p'];
  const counts = create();
  await Promise.all(Array.from({ length: 50 }, () => counts()));
  expect(log.pages).toBe(1);
});

it('no more than 10,000 are read', async () => {
  const { log, count } = fixture();
  log.durables = Array<string>(30_000).fill('p');
  expect(await count()).toEqual({ p: 10_000 });
  expect(log.pages).toBe(20);
});

/** Lets so many seconds pass by the clock, and a bit: what is shared for a second is read anew by then. */
function secondsLater() {
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => clock.mockRestore());
  return (seconds: number) => {
    now += seconds * 1_000 + 1;
  };
}

it('of a pile that grows the new ones are read, and all of one that has shrunk, or was long not read', async () => {
  const pass = secondsLater();
  const { log, create } = fixture();
  const counts = create();
  const told = async (seconds: number) => {
    pass(seconds);
    log.letters = 0;
    return [Object.fromEntries(await counts()), log.letters];
  };
  log.durables = Array<string>(900).fill('p');
  expect(await told(0)).toEqual([{ p: 900 }, 900]);
  log.durables.push('q', 'p', 'q');
  expect(await told(1)).toEqual([{ p: 901, q: 2 }, 3]);
  expect(await told(1)).toEqual([{ p: 901, q: 2 }, 0]);
  log.durables.fill(GONE, 0, 2);
  expect(await told(1)).toEqual([{ p: 899, q: 2 }, 901]);
  log.durables.fill(GONE, 0, 3);
  log.durables.push('q', 'q');
  expect(await told(1)).toEqual([{ p: 898, q: 4 }, 904]);
  log.durables.push('p');
  expect(await told(31)).toEqual([{ p: 899, q: 4 }, 903]);
});

it('more than 10,000 that grow are not read for that', async () => {
  const pass = secondsLater();
  const { log, create } = fixture();
  const counts = create();
  log.durables = Array<string>(10_100).fill('p');
  await counts();
  log.letters = 0;
  log.durables.push('q');
  pass(1);
  expect(Object.fromEntries(await counts())).toEqual({ p: 10_000 });
  expect(log.letters).toBe(0);
});

it('a log that is away is no log without letters', async () => {
  const { log, count } = fixture();
  log.isAway = true;
  await expect(count()).rejects.toThrow('away');
});
