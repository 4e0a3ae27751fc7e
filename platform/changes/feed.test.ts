import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EpochGone, EventLogUnavailable, PositionGone } from '../event-log/errors.ts';
import { encodeCursor } from '../events/cursor.ts';
import { createLogger } from '../telemetry/logger.ts';
import { blobMessage } from '../testing/events.ts';
import { type MemoryLog, memoryLog } from '../testing/memory-log.ts';
import { unlessAborted } from '../time/unless-aborted.ts';
import type { Change } from './change.ts';
import { type ChangeFeed, type ChangeFeedOptions, type ChangeSubscription, openChangeFeed } from './feed.ts';

type Changes = AsyncIterableIterator<Change, void, undefined>;

let log: MemoryLog;
const feeds: ChangeFeed[] = [];
const open: Changes[] = [];

beforeEach(() => {
  log = memoryLog();
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((changes) => changes.return?.()));
  await Promise.all(feeds.splice(0).map((feed) => feed.close()));
});

function openFeed(options: Partial<ChangeFeedOptions> = {}): ChangeFeed {
  const feed = openChangeFeed({ log, logger: createLogger('silent'), reconnectMs: 1, ...options });
  feeds.push(feed);
  return feed;
}

function follow(feed: ChangeFeed, subscription: Partial<ChangeSubscription> = {}, userId = 'alice'): Changes {
  const changes = feed.subscribe({ viewer: { userId, roles: [] }, filter: {}, ...subscription });
  open.push(changes);
  return changes;
}

/** The next `count` changes as `blob:version`. */
async function take(changes: Changes, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const { value, done } = await changes.next();
    if (done) break;
    taken.push(`${value.blobId}:${value.version}`);
  }
  return taken;
}

/** Publishes changes given as `blob:version`. */
async function publish(...changes: string[]): Promise<string[]> {
  const cursors: string[] = [];
  for (const change of changes) {
    const [blobId = '', version] = change.split(':');
    cursors.push(encodeCursor((await log.publish(blobMessage(blobId, Number(version)))).position));
  }
  return cursors;
}

const start = async () => encodeCursor(await log.head());

test('a change tells what happened, where it stands and when', async () => {
  const changes = follow(openFeed(), { after: await start() });
  await log.publish(blobMessage('a', 3, { kind: 'indexed' }));
  expect(await changes.next()).toEqual({
    done: false,
    value: {
      cursor: await start(),
      kind: 'DERIVED',
      blobId: 'a',
      version: 3,
      occurredAt: new Date('2026-01-31T12:00:00.000Z'),
    },
  });
});

test('without a cursor a subscription begins now, with one after it', async () => {
  const [first] = await publish('a:1', 'b:1');
  const feed = openFeed();
  const fromNow = follow(feed);
  const pending = fromNow.next();
  await vi.waitFor(() => expect(log.readers).toBe(1));
  await publish('c:1');
  expect((await pending).value).toMatchObject({ blobId: 'c' });
  expect(await take(follow(feed, { after: first ?? null }), 2)).toEqual(['b:1', 'c:1']);
});

test('any number of subscribers share one reader of the log', async () => {
  const feed = openFeed();
  const all = Array.from({ length: 50 }, () => follow(feed).next());
  await vi.waitFor(() => expect(log.readers).toBe(1));
  await publish('a:1');
  for (const { value } of await Promise.all(all)) expect(value).toMatchObject({ blobId: 'a' });
  expect(log.readers).toBe(1);
});

test('nobody hears of another user’s changes', async () => {
  const after = await start();
  const feed = openFeed();
  await log.publish(blobMessage('b', 1, { userId: 'bob' }));
  await log.publish(blobMessage('star', 1, { userId: '*' }));
  await publish('a:1');
  expect(await take(follow(feed, { after }), 1)).toEqual(['a:1']);
  expect(await take(follow(feed, { after }, '*'), 1)).toEqual(['star:1']);
  expect(await take(follow(openFeed({ historySize: 1 }), { after }), 1)).toEqual(['a:1']);
});

test.each([
  [{ blobId: 'b' }, 'b:1'],
  [{ bookId: 'novel' }, 'c:1'],
  [{ parentId: 'p2' }, 'd:1'],
  [{ bookId: 'novel', parentId: 'p1' }, 'e:1'],
  [{ blobId: null, bookId: null }, 'a:1'],
])('the filter %j lets through what it names', async (filter, expected) => {
  const changes = follow(openFeed(), { filter, after: await start() });
  await publish('a:1', 'b:1');
  await log.publish(blobMessage('c', 1, { body: { book_id: 'novel' } }));
  await log.publish(blobMessage('d', 1, { body: { source_ids: ['p1', 'p2'] } }));
  await log.publish(blobMessage('e', 1, { body: { book_id: 'novel', source_ids: ['p1'] } }));
  expect(await take(changes, 1)).toEqual([expected]);
});

test('what is older than the history held comes from the log, without a gap or a repetition', async () => {
  const after = await start();
  const published = Array.from({ length: 40 }, (_, index) => `blob${index}:1`);
  await publish(...published.slice(0, 20));
  const feed = openFeed({ historySize: 5 });
  const changes = follow(feed, { after });
  expect(await take(changes, 10)).toEqual(published.slice(0, 10));
  await publish(...published.slice(20));
  expect(await take(changes, 30)).toEqual(published.slice(10));
  const next = changes.next();
  await publish('last:1');
  expect((await next).value).toMatchObject({ blobId: 'last' });
  expect(log.readers).toBe(1);
});

test('a change that stands in the log twice comes once, also across the joining of log and history', async () => {
  const after = await start();
  await publish('a:1', 'a:2', 'b:1', 'a:1', 'a:2');
  const feed = openFeed({ historySize: 2 });
  const changes = follow(feed, { after });
  expect(await take(changes, 3)).toEqual(['a:1', 'a:2', 'b:1']);
  await publish('b:1', 'a:2', 'a:3');
  expect(await take(changes, 1)).toEqual(['a:3']);
});

test('a failing log is read again from where it stopped, and subscribers do not notice', async () => {
  const feed = openFeed();
  const changes = follow(feed, { after: await start() });
  await publish('a:1');
  expect(await take(changes, 1)).toEqual(['a:1']);
  log.breakReaders(new EventLogUnavailable('gone away'));
  await publish('a:2', 'a:3');
  expect(await take(changes, 2)).toEqual(['a:2', 'a:3']);
});

test('whoever comes in at the very moment that the reading begins is served', async () => {
  const after = await start();
  await publish('a:1');
  for (let ticks = 0; ticks < 10; ticks += 1) {
    const feed = openFeed({ patienceMs: 200 });
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
    expect(await take(follow(feed, { after }), 1)).toEqual(['a:1']);
  }
});

test('a log that does not answer costs a subscriber its patience only', async () => {
  const head = vi.spyOn(log, 'head').mockRejectedValue(new EventLogUnavailable('down'));
  const feed = openFeed({ patienceMs: 20 });
  await expect(follow(feed).next()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  head.mockRestore();
  await publish('a:1');
  expect(await take(follow(feed, { after: encodeCursor({ epoch: '1', sequence: 0 }) }), 1)).toEqual(['a:1']);
});

test('a cursor that is none, or ahead of the log, is invalid', async () => {
  const feed = openFeed();
  const ahead = encodeCursor({ epoch: '1', sequence: 99 });
  for (const after of ['garbage', ahead]) {
    const refused = follow(feed, { after }).next();
    await expect(refused).rejects.toMatchObject({ code: 'CURSOR_INVALID', field: 'after' });
  }
});

test('a cursor that the log no longer reaches back to, or of a log that is gone, has expired', async () => {
  const after = await start();
  await publish('a:1', 'b:1', 'c:1');
  log.trim(2);
  const feed = openFeed({ historySize: 1 });
  await expect(follow(feed, { after }).next()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  const other = encodeCursor({ epoch: 'another', sequence: 1 });
  await expect(follow(feed, { after: other }).next()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
});

test('when the log is made anew its subscribers are told, and new ones are served', async () => {
  const feed = openFeed();
  const changes = follow(feed, { after: await start() });
  await publish('a:1');
  expect(await take(changes, 1)).toEqual(['a:1']);
  const pending = changes.next();
  log.renew();
  await expect(pending).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  const anew = follow(feed, { after: await start() });
  await publish('b:1');
  expect(await take(anew, 1)).toEqual(['b:1']);
});

test('a history that reaches further back than the log is read from the head', async () => {
  await publish('a:1', 'b:1');
  log.trim(1);
  const changes = follow(openFeed(), { after: encodeCursor({ epoch: '1', sequence: 1 }) });
  expect(await take(changes, 1)).toEqual(['b:1']);
});

test('a reader that falls behind is cut off alone', async () => {
  const feed = openFeed({ historySize: 10 });
  const slow = follow(feed, { after: await start() });
  const quick = follow(feed, { after: await start() });
  const quiet = follow(feed, {}, 'bob');
  const heard = quiet.next();
  await publish('a:1');
  expect(await take(slow, 1)).toEqual(['a:1']);
  expect(await take(quick, 1)).toEqual(['a:1']);
  for (let version = 2; version <= 20; version += 1) {
    await publish(`a:${version}`);
    expect(await take(quick, 1)).toEqual([`a:${version}`]);
  }
  await expect(slow.next()).rejects.toMatchObject({ code: 'SLOW_CONSUMER' });
  await publish('a:21');
  expect(await take(quick, 1)).toEqual(['a:21']);
  await log.publish(blobMessage('b', 1, { userId: 'bob' }));
  expect((await heard).value).toMatchObject({ blobId: 'b' });
});

test('what was missed is read at once, also when the newest message is addressed to one consumer', async () => {
  const feed = openFeed();
  const changes = follow(feed, { after: await start() });
  const [after] = await publish('a:1');
  expect(await take(changes, 1)).toEqual(['a:1']);
  await publish('a:2', 'a:3');
  await log.publish({ ...blobMessage('a', 3), subject: 'replay.text-expansion' });
  // The reader lacks messages, in the same epoch: it goes on from the head.
  log.breakReaders(new PositionGone('no longer kept'));
  await vi.waitFor(() => expect(log.readers).toBe(1));
  expect(await take(follow(feed, { after: after ?? null }), 2)).toEqual(['a:2', 'a:3']);
  expect(await take(changes, 2)).toEqual(['a:2', 'a:3']);
});

test('whoever had nothing for long has nothing to catch up with', async () => {
  const feed = openFeed({ historySize: 2 });
  const quiet = follow(feed, { after: await start() }, 'bob');
  const heard = quiet.next();
  await vi.waitFor(() => expect(log.readers).toBe(1));
  const range = vi.spyOn(log, 'range');
  await publish(...Array.from({ length: 20 }, (_, n) => `a:${n + 1}`));
  await log.publish(blobMessage('b', 1, { userId: 'bob' }));
  expect((await heard).value).toMatchObject({ blobId: 'b' });
  await publish(...Array.from({ length: 20 }, (_, n) => `a:${n + 21}`));
  await log.publish(blobMessage('b', 2, { userId: 'bob' }));
  expect((await quiet.next()).value).toMatchObject({ blobId: 'b', version: 2 });
  expect(range).not.toHaveBeenCalled();
});

test('the log is made anew while a subscriber catches up', async () => {
  const after = await start();
  await publish('a:1', 'a:2', 'a:3');
  const range = vi.spyOn(log, 'range');
  const feed = openFeed({ historySize: 1 });
  await vi.waitFor(() => expect(log.readers).toBe(1));
  range.mockImplementationOnce(async () => {
    log.renew();
    throw new EpochGone('another epoch');
  });
  await expect(follow(feed, { after }).next()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  const anew = follow(feed, { after: await start() });
  await publish('b:1');
  expect(await take(anew, 1)).toEqual(['b:1']);
});

test('a change that is larger than the history’s room is told all the same', async () => {
  const feed = openFeed({ historyBytes: 1_000 });
  const changes = follow(feed, { after: await start() });
  const body = { source_ids: Array.from({ length: 10_000 }, (_, n) => `${n}`.padStart(36, '0')) };
  for (let version = 1; version <= 5; version += 1) {
    const heard = changes.next();
    await log.publish(blobMessage('book', version, { body }));
    expect((await heard).value).toMatchObject({ blobId: 'book', version });
  }
});

/** Holds back every reading of a range until it is let go. */
function heldRanges() {
  const users: string[] = [];
  const held: (() => void)[] = [];
  const { range } = log;
  vi.spyOn(log, 'range').mockImplementation(async (options) => {
    users.push(options.subjects[0]?.split('.').at(-1) ?? '');
    const letGo = () => new Promise<void>((resolve) => held.push(resolve));
    await unlessAborted(letGo, options.signal);
    return range(options);
  });
  return { users, next: () => held.shift()?.() };
}

/** A feed whose history holds nothing of what was published for alice and bob. */
async function feedBehind() {
  const after = await start();
  await publish('a:1');
  await log.publish(blobMessage('b', 1, { userId: 'bob' }));
  await publish('z:1', 'z:2');
  const feed = openFeed({ historySize: 1 });
  await vi.waitFor(() => expect(log.readers).toBe(1));
  return { feed, after };
}

test('one user’s many that resume do not hold up another’s', async () => {
  const { feed, after } = await feedBehind();
  const { users, next } = heldRanges();
  const many = Array.from({ length: 200 }, () => follow(feed, { after }).next());
  await vi.waitFor(() => expect(users).toEqual(['alice', 'alice']));
  const other = follow(feed, { after }, 'bob').next();
  await vi.waitFor(() => expect(users).toEqual(['alice', 'alice', 'bob']));
  const letting = setInterval(next);
  try {
    expect((await other).value).toMatchObject({ blobId: 'b' });
    for (const { value } of await Promise.all(many)) expect(value).toMatchObject({ blobId: 'a' });
  } finally {
    clearInterval(letting);
  }
});

test('no more of one user wait to resume than are allowed, and they are told so', async () => {
  const { feed, after } = await feedBehind();
  const { users, next } = heldRanges();
  const many = Array.from({ length: 1_002 }, () => follow(feed, { after }).next());
  await vi.waitFor(() => expect(users).toHaveLength(2));
  await expect(follow(feed, { after }).next()).rejects.toMatchObject({ code: 'OVERLOADED' });
  const other = follow(feed, { after }, 'bob').next();
  const letting = setInterval(() => {
    for (let n = 0; n < 100; n += 1) next();
  });
  try {
    expect((await other).value).toMatchObject({ blobId: 'b' });
    expect(await Promise.all(many)).toHaveLength(1_002);
  } finally {
    clearInterval(letting);
  }
});

test('whoever gives up while it waits to resume takes no place', async () => {
  const { feed, after } = await feedBehind();
  const { users, next } = heldRanges();
  const many = Array.from({ length: 20 }, () => follow(feed, { after }));
  const firsts = many.map((changes) => changes.next());
  await vi.waitFor(() => expect(users).toHaveLength(2));
  await Promise.all(many.map((changes) => changes.return?.()));
  for (const { done } of await Promise.all(firsts)) expect(done).toBe(true);
  const again = follow(feed, { after }).next();
  await vi.waitFor(() => expect(users).toHaveLength(3));
  for (let n = 0; n < 3; n += 1) next();
  expect((await again).value).toMatchObject({ blobId: 'a' });
});

test('a message that is no change is passed over', async () => {
  const changes = follow(openFeed(), { after: await start() });
  await log.publish({ ...blobMessage('bad', 1), body: new TextEncoder().encode('{') });
  await publish('a:1');
  expect(await take(changes, 1)).toEqual(['a:1']);
});

test('a subscription that waits ends when it is returned, aborted or the feed is closed', async () => {
  const feed = openFeed();
  const returned = follow(feed);
  const pending = returned.next();
  await returned.return?.();
  expect(await pending).toEqual({ done: true, value: undefined });

  const controller = new AbortController();
  const aborted = follow(feed, { signal: controller.signal }).next();
  controller.abort();
  expect((await aborted).done).toBe(true);

  const closed = follow(feed).next();
  await vi.waitFor(() => expect(log.readers).toBe(1));
  await feed.close();
  expect((await closed).done).toBe(true);
  expect(log.readers).toBe(0);
});

test('closing the feed ends a subscription that waits for a log that does not answer', async () => {
  vi.spyOn(log, 'head').mockRejectedValue(new EventLogUnavailable('down'));
  const feed = openFeed({ patienceMs: 600_000 });
  const waiting = follow(feed).next();
  await feed.close();
  expect(await waiting).toEqual({ done: true, value: undefined });
});
