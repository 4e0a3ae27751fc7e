import { afterEach, expect, test, vi } from 'vitest';
import { createLogger } from '../telemetry/logger.ts';
import { BEGINNING, blobMessage } from '../testing/events.ts';
import { memoryLog } from '../testing/memory-log.ts';
import { unlessAborted } from '../time/unless-aborted.ts';
import { openChangeFeed } from './feed.ts';

const log = memoryLog();
const feed = openChangeFeed({ log, logger: createLogger('silent'), reconnectMs: 1, historySize: 1 });
afterEach(() => feed.close());

test('a cursor is told to be good as soon as the log has been read behind it, however much there is still to read', async () => {
  for (const blobId of ['a', 'b', 'c']) await log.publish(blobMessage(blobId, 1));
  await feed.caughtUp(new AbortController().signal);
  const range = vi.spyOn(log, 'range').mockResolvedValueOnce({ messages: [], through: 1 });
  range.mockImplementationOnce(({ signal = new AbortController().signal }) =>
    unlessAborted(() => new Promise(() => {}), signal),
  );
  const joined = vi.fn();
  const viewer = { userId: 'alice', roles: [] };
  const changes = feed.subscribe({ viewer, filter: {}, after: BEGINNING, joined });
  changes.next().catch(() => undefined);
  await vi.waitFor(() => expect(range).toHaveBeenCalledTimes(2));
  expect(joined).toHaveBeenCalled();
  await changes.return?.();
});
