import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ChangeWatcher } from '../../platform/changes/reader.ts';
import { createLogger } from '../../platform/telemetry/logger.ts';
import { followDeletions } from './following.ts';

/** Calls of the cache, in order. */
let told: string[];
let watcher: ChangeWatcher | undefined;
let caughtUp: () => Promise<boolean>;
let following: ReturnType<typeof followDeletions>;

const cache = {
  deleted: (blobId: string, userId: string) => void told.push(`deleted ${blobId} of ${userId}`),
  followed: (until: number) => void told.push(`followed until ${until}`),
  lost: () => void told.push('lost'),
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'], now: 0 });
  told = [];
  caughtUp = async () => true;
  following = followDeletions({
    cache,
    changeFeed: async () => ({
      watch(given) {
        watcher = given;
        return () => {
          watcher = undefined;
        };
      },
      caughtUp: () => caughtUp(),
    }),
    logger: createLogger('silent'),
    now: () => performance.now(),
  });
});
afterEach(async () => {
  await following.stop();
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const change = (kind: 'CREATED' | 'DELETED', blobId: string) =>
  watcher?.changed({
    sequence: 1,
    userId: 'alice',
    bookId: undefined,
    sourceIds: [],
    change: { cursor: 'c', kind, blobId, version: 2, occurredAt: new Date(0) },
  });

it('begins without what was before, and is trusted for two seconds from each look at the log', async () => {
  await pass(0);
  expect(told).toEqual(['lost', 'followed until 2000']);
  await pass(500);
  await pass(500);
  expect(told.slice(2)).toEqual(['followed until 2500', 'followed until 3000']);
});

it('tells of deletions, and of changes that were missed', async () => {
  await pass(0);
  change('CREATED', 'a');
  change('DELETED', 'b');
  watcher?.missed();
  expect(told.slice(2)).toEqual(['deleted b of alice', 'lost']);
});

it('a log that does not answer: all is lost after two seconds, until it answers again', async () => {
  await pass(0);
  caughtUp = () => Promise.reject(new Error('It is away'));
  await pass(1_999);
  expect(told.slice(2)).toEqual([]);
  await pass(1);
  expect(told.slice(2)).toEqual(['lost']);
  caughtUp = async () => true;
  await pass(500);
  expect(told.slice(3)).toEqual(['followed until 4500']);
});

it('the same when it hangs, or is never caught up with', async () => {
  await pass(0);
  caughtUp = () => new Promise(() => {});
  await pass(5_000);
  expect(told.slice(2)).toEqual(['lost']);
});

it('trusts from when it asked, however long the answer took', async () => {
  await pass(0);
  caughtUp = async () => {
    await new Promise((resolve) => setTimeout(resolve, 800));
    return true;
  };
  await pass(1_300);
  expect(told.at(-1)).toBe('followed until 2500');
});

it('leaves nothing behind when it stops', async () => {
  await pass(0);
  await following.stop();
  expect(told.at(-1)).toBe('lost');
  expect(watcher).toBeUndefined();
});
