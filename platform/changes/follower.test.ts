import { expect, onTestFinished, test, vi } from 'vitest';
import { EventLogUnavailable } from '../event-log/errors.ts';
import { encodeCursor } from '../events/cursor.ts';
import { createLogger } from '../telemetry/logger.ts';
import { BEGINNING, blobMessage } from '../testing/events.ts';
import { memoryLog } from '../testing/memory-log.ts';
import { unlessAborted } from '../time/unless-aborted.ts';
import { type ChangeFeedOptions, openChangeFeed } from './feed.ts';
import { RecentChanges } from './recent.ts';

test('a subscriber is told up to where it was given everything, also of others’ changes that it is not given', async () => {
  const log = memoryLog();
  const after = encodeCursor(await log.head());
  const feed = openChangeFeed({ log, logger: createLogger('silent') });
  onTestFinished(() => feed.close());
  await log.publish(blobMessage('a', 1));
  await log.publish(blobMessage('b', 1, { userId: 'bob' }));
  await feed.caughtUp(AbortSignal.timeout(30_000));
  const reached: string[] = [];
  const changes = feed.subscribe({
    viewer: { userId: 'alice', roles: [] },
    after,
    reached: (cursor) => reached.push(cursor),
  });
  expect((await changes.next()).value).toMatchObject({ id: 'a' });
  const next = changes.next();
  const head = encodeCursor(await log.head());
  await expect.poll(() => reached.length).toBeGreaterThan(0);
  await log.publish(blobMessage('c', 1));
  expect((await next).value).toMatchObject({ id: 'c' });
  expect(reached.at(-1)).toBe(head);
  await changes.return?.();
});

test('a cursor is told to be good as soon as the log has been read behind it, however much there is still to read', async () => {
  const log = memoryLog();
  const feed = openChangeFeed({ log, logger: createLogger('silent'), reconnectMs: 1, historySize: 1 });
  onTestFinished(() => feed.close());
  for (const blobId of ['a', 'b', 'c']) await log.publish(blobMessage(blobId, 1));
  await feed.caughtUp(new AbortController().signal);
  const range = vi.spyOn(log, 'range').mockResolvedValueOnce({ messages: [], through: 1 });
  range.mockImplementationOnce(({ signal = new AbortController().signal }) =>
    unlessAborted(() => new Promise(() => {}), signal),
  );
  const joined = vi.fn();
  const viewer = { userId: 'alice', roles: [] };
  const changes = feed.subscribe({ viewer, after: BEGINNING, joined });
  changes.next().catch(() => undefined);
  await vi.waitFor(() => expect(range).toHaveBeenCalledTimes(2));
  expect(joined).toHaveBeenCalled();
  await changes.return?.();
});

/** A subscription of alice's, and how often it has been woken. */
async function polled(published: readonly string[] = [], options: Partial<ChangeFeedOptions> = {}) {
  const log = memoryLog();
  const after = encodeCursor(await log.head());
  for (const blobId of published) await log.publish(blobMessage(blobId, 1));
  const feed = openChangeFeed({ log, logger: createLogger('silent'), reconnectMs: 1, ...options });
  onTestFinished(() => feed.close());
  await feed.caughtUp(AbortSignal.timeout(30_000));
  const changes = feed.subscribe({ viewer: { userId: 'alice', roles: [] }, after });
  const sleeper = { wake: vi.fn() };
  changes.wakes(sleeper);
  const idOf = async () => {
    const next = await changes.poll();
    return next && (next.value?.id ?? 'over');
  };
  return { log, feed, changes, sleeper, idOf };
}

test('who polls is given what there is, and woken when there is more', async () => {
  const { log, changes, sleeper, idOf } = await polled(['a', 'b']);
  expect([await idOf(), await idOf(), await idOf()]).toEqual(['a', 'b', undefined]);
  expect(sleeper.wake).not.toHaveBeenCalled();
  await log.publish(blobMessage('other', 1, { userId: 'bob' }));
  await log.publish(blobMessage('c', 1));
  await vi.waitFor(() => expect(sleeper.wake).toHaveBeenCalledTimes(1));
  expect([await idOf(), await idOf()]).toEqual(['c', undefined]);
  await changes.return();
  expect(sleeper.wake).toHaveBeenCalledTimes(2);
  expect(await idOf()).toBe('over');
});

test('who polls is given what is older than the history, too, and nothing twice', async () => {
  const ids = Array.from({ length: 20 }, (_, index) => `blob${index}`);
  const { log, idOf, sleeper } = await polled(ids, { historySize: 3 });
  const given: (string | undefined)[] = [];
  for (let count = 0; count <= ids.length; count += 1) given.push(await idOf());
  expect(given).toEqual([...ids, undefined]);
  await log.publish(blobMessage('last', 1));
  await vi.waitFor(() => expect(sleeper.wake).toHaveBeenCalled());
  expect(await idOf()).toBe('last');
});

test('who sleeps is woken where the log is made anew, and where the feed is closed', async () => {
  const { log, sleeper, changes } = await polled();
  expect(await changes.poll()).toBeUndefined();
  log.renew();
  await vi.waitFor(() => expect(sleeper.wake).toHaveBeenCalled());
  await expect(changes.poll()).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  const other = await polled();
  expect(await other.changes.poll()).toBeUndefined();
  await other.feed.close();
  expect(other.sleeper.wake).toHaveBeenCalled();
  expect(await other.idOf()).toBe('over');
});

test('a reader that was away goes on after a break of the log without being given anything twice', async () => {
  const { log, idOf } = await polled(['a']);
  expect([await idOf(), await idOf()]).toEqual(['a', undefined]);
  log.breakReaders(new EventLogUnavailable('gone away'));
  await log.publish(blobMessage('b', 1));
  await expect.poll(idOf).toBe('b');
  expect(await idOf()).toBeUndefined();
});

test('a subscription that is over holds no place among the listeners, and no signal', async () => {
  const log = memoryLog();
  const feed = openChangeFeed({ log, logger: createLogger('silent'), reconnectMs: 1 });
  onTestFinished(() => feed.close());
  const ending = new AbortController();
  const added = vi.spyOn(ending.signal, 'addEventListener');
  const removed = vi.spyOn(ending.signal, 'removeEventListener');
  const [listen, unlisten] = [
    vi.spyOn(RecentChanges.prototype, 'listen'),
    vi.spyOn(RecentChanges.prototype, 'unlisten'),
  ];
  onTestFinished(() => void vi.restoreAllMocks());
  for (const end of ['return', 'abort'] as const) {
    const { signal } = ending;
    const changes = feed.subscribe({ viewer: { userId: 'alice', roles: [] }, signal });
    expect(await changes.poll()).toBeUndefined();
    if (end === 'abort') ending.abort();
    else await changes.return();
    expect(await changes.poll()).toMatchObject({ done: true });
  }
  expect([listen.mock.calls.length, unlisten.mock.calls.length]).toEqual([2, 2]);
  expect(removed.mock.calls.length).toBeGreaterThanOrEqual(added.mock.calls.length);
});
