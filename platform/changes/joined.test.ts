import { expect, onTestFinished, test } from 'vitest';
import { encodeCursor } from '../events/cursor.ts';
import { createLogger } from '../telemetry/logger.ts';
import { blobMessage } from '../testing/events.ts';
import { memoryLog } from '../testing/memory-log.ts';
import { openChangeFeed } from './feed.ts';

test('a subscriber is told up to where it was given everything, also of others’ changes that it is not given', async () => {
  const log = memoryLog();
  const after = encodeCursor(await log.head());
  const feed = openChangeFeed({ log, logger: createLogger('silent') });
  onTestFinished(() => feed.close());
  await log.publish(blobMessage('a', 1));
  await log.publish(blobMessage('b', 1, { userId: 'bob' }));
  await feed.caughtUp(AbortSignal.timeout(30_000));
  const joined: string[] = [];
  const changes = feed.subscribe({
    viewer: { userId: 'alice', roles: [] },
    after,
    joined: (cursor) => joined.push(cursor),
  });
  expect((await changes.next()).value).toMatchObject({ id: 'a' });
  const next = changes.next();
  const head = encodeCursor(await log.head());
  await expect.poll(() => joined.length).toBeGreaterThan(0);
  await log.publish(blobMessage('c', 1));
  expect((await next).value).toMatchObject({ id: 'c' });
  expect(joined.at(-1)).toBe(head);
  await changes.return?.();
});
