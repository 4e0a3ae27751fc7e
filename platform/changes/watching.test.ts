import { afterEach, beforeEach, expect, test } from 'vitest';
import { EventLogUnavailable } from '../event-log/errors.ts';
import { createLogger } from '../telemetry/logger.ts';
import { blobMessage } from '../testing/events.ts';
import { type MemoryLog, memoryLog } from '../testing/memory-log.ts';
import { type ChangeFeed, openChangeFeed } from './feed.ts';

let log: MemoryLog;
let feed: ChangeFeed;
/** Calls of the watcher: ids of blobs, and `missed`. */
let told: string[];
const { signal } = new AbortController();

beforeEach(async () => {
  log = memoryLog();
  feed = openChangeFeed({ log, logger: createLogger('silent'), reconnectMs: 5 });
  expect(await feed.caughtUp(signal)).toBe(true);
  told = [];
  feed.watch({ changed: ({ change }) => told.push(change.id), missed: () => told.push('missed') });
});
afterEach(() => feed.close());

test('a break of the connection loses nothing', async () => {
  await log.publish(blobMessage('a', 1));
  await expect.poll(() => told).toEqual(['a']);
  log.breakReaders(new Error('The connection is gone'));
  await log.publish(blobMessage('b', 1));
  expect(await feed.caughtUp(signal)).toBe(true);
  expect(told).toEqual(['a', 'b']);
});

test('a log that is another one was missed until it is read', async () => {
  await log.publish(blobMessage('a', 1));
  await expect.poll(() => told).toEqual(['a']);
  log.renew();
  await expect.poll(() => told.at(-1)).toBe('missed');
  await expect.poll(() => feed.caughtUp(signal)).toBe(true);
  await log.publish(blobMessage('b', 1));
  expect(await feed.caughtUp(signal)).toBe(true);
  expect(told).toEqual(['a', 'missed', 'missed', 'b']);
});

test('so are changes that the log no longer has', async () => {
  await expect.poll(() => log.readers).toBe(1);
  log.breakReaders(new Error('The connection is gone'));
  await log.publish(blobMessage('a', 1));
  log.trim(1);
  await expect.poll(() => told).toEqual(['missed', 'missed']);
  await log.publish(blobMessage('b', 1));
  expect(await feed.caughtUp(signal)).toBe(true);
  expect(told.at(-1)).toBe('b');
});

test('nobody is caught up with a log that does not answer, or another one', async () => {
  const head = log.head;
  Object.assign(log, { head: () => Promise.reject(new EventLogUnavailable('It is away')) });
  await expect(feed.caughtUp(signal)).rejects.toThrow('It is away');
  Object.assign(log, { head: async () => ({ epoch: 'another', sequence: 0 }) });
  expect(await feed.caughtUp(signal)).toBe(false);
  Object.assign(log, { head: async () => ({ ...(await head()), sequence: 5 }) });
  const closing = feed.caughtUp(signal);
  await feed.close();
  expect(await closing).toBe(false);
});
