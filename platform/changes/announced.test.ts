import { expect, test } from 'vitest';
import { announcedNames } from '../events/named.ts';
import { toWritten, writtenSubject } from '../events/written.ts';
import { Announcements } from './announced.ts';

const run = { blob_id: 'draft', processor_id: 'text-expansion', attempt: 1, generation: 0 };
const bodyOf = (offset: number, added: string, section = 0) =>
  toWritten(run, { section, sections: 2, title: null, offset, added }, new Date(0));

/** A log of announcements that are heard at once. */
function quickLog() {
  const listeners = new Map<string, (subject: string, body: Uint8Array) => void>();
  let opened = 0;
  return {
    listeners,
    get opened() {
      return opened;
    },
    announce: (userId: string, body: Uint8Array) =>
      listeners.get(writtenSubject(userId))?.(writtenSubject(userId), body),
    async listen([subject = '']: readonly string[], handler: (subject: string, body: Uint8Array) => void) {
      opened += 1;
      listeners.set(subject, handler);
      return { stop: async () => void listeners.delete(subject) };
    },
  };
}

async function setUp() {
  const log = quickLog();
  const announcements = new Announcements(log);
  const open = async (userId = 'alice') => {
    const stop = new AbortController();
    let ready = () => {};
    const isReady = new Promise<void>((resolve) => {
      ready = resolve;
    });
    const hearing = announcements.hear({
      viewer: { userId, roles: [] },
      wanted: { events: announcedNames, passes: () => true },
      signal: stop.signal,
      joined: () => ready(),
    });
    const first = hearing.next();
    await isReady;
    return { hearing, first, stop };
  };
  return { log, open };
}

const textsOf = (members: Readonly<Record<string, unknown>> | undefined) => [
  members?.['text.section'],
  members?.['text.offset'],
  members?.['text.added'],
];

test('subscribers of a user share one listener, which ends with the last of them', async () => {
  const { log, open } = await setUp();
  const [one, other] = [await open(), await open()];
  expect(log.opened).toBe(1);
  log.announce('alice', bodyOf(0, 'x'));
  for (const { first } of [one, other]) expect(textsOf((await first).value?.members)).toEqual([0, 0, 'x']);
  one.stop.abort();
  expect((await one.hearing.next()).done).toBe(true);
  expect(log.listeners.size).toBe(1);
  other.stop.abort();
  expect((await other.hearing.next()).done).toBe(true);
  await expect.poll(() => log.listeners.size).toBe(0);
  await open();
  expect(log.opened).toBe(2);
});

test('text that goes on is joined while nobody reads; other text is told by itself', async () => {
  const { log, open } = await setUp();
  const { hearing, first } = await open();
  const told: [number, string, number?][] = [
    [0, 'a'],
    [0, 'b'],
    [1, 'c'],
    [0, 'other', 1],
    [2, 'd'],
    [1, 'again'],
  ];
  for (const each of told) log.announce('alice', bodyOf(...each));
  const heard = [(await first).value?.members];
  while (heard.length < 5) heard.push((await hearing.next()).value?.members);
  expect(heard.map(textsOf)).toEqual([
    [0, 0, 'a'],
    [0, 0, 'bc'],
    [1, 0, 'other'],
    [0, 2, 'd'],
    [0, 1, 'again'],
  ]);
});

test('a subscriber that reads too slowly is cut off, keeps nothing, and costs nobody else', async () => {
  const { log, open } = await setUp();
  const [slow, quick] = [await open(), await open()];
  log.announce('alice', bodyOf(0, '-'));
  await slow.first;
  await quick.first;
  for (let index = 0; index < 300; index += 1) {
    log.announce('alice', bodyOf(0, 'x'.repeat(1_000)));
    expect((await quick.hearing.next()).done).toBe(false);
  }
  await expect(slow.hearing.next()).rejects.toMatchObject({ code: 'SLOW_CONSUMER' });
});

test('what is no announcement is passed over', async () => {
  const { log, open } = await setUp();
  const { first } = await open();
  for (const body of ['', '{', '{}', 'null', '{"blob_id":1}'])
    log.announce('alice', new TextEncoder().encode(body));
  log.announce('alice', bodyOf(0, 'x'));
  expect(textsOf((await first).value?.members)).toEqual([0, 0, 'x']);
});
