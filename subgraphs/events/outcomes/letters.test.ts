import { expect, it } from 'vitest';
import type { DeadLetter, DeadLetterPage, LogUsage } from '../../../platform/event-log/usage.ts';
import { createLetterCounts } from './letters.ts';

/** A log with letters of these durables, and how many pages of them were read. */
function fixture() {
  const log = { durables: [] as string[], pages: 0, isAway: false };
  const opened = async () => ({
    async usage() {
      if (log.isAway) throw new Error('away');
      const fill = {
        messages: log.durables.length,
        maxMessages: 1e6,
        bytes: log.durables.length * 10,
        maxBytes: 1e9,
      };
      return { log: fill, deadLetters: fill, lettersDropped: 0, durables: [] } satisfies LogUsage;
    },
    async deadLetters({ limit = 100, after = 0 }: DeadLetterPage = {}) {
      log.pages += 1;
      return log.durables
        .map((durable, place) => ({ durable, place: place + 1 }) as DeadLetter)
        .slice(after, after + limit);
    },
  });
  const create = () => createLetterCounts(opened, { now: () => new Date(0) });
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

it('a log that is away is no log without letters', async () => {
  const { log, count } = fixture();
  log.isAway = true;
  await expect(count()).rejects.toThrow('away');
});
