import { expect, onTestFinished, test, vi } from 'vitest';
import { encodeCursor } from '../events/cursor.ts';
import { createLogger } from '../telemetry/logger.ts';
import { BEGINNING, blobMessage } from '../testing/events.ts';
import { memoryLog } from '../testing/memory-log.ts';
import { unlessAborted } from '../time/unless-aborted.ts';
import { openChangeFeed } from './feed.ts';

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
