import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventLog } from '../event-log/log.ts';
import { encodeCursor } from '../events/cursor.ts';
import { toUserMessage, type UserEvent } from '../events/user-events.ts';
import { createLogger } from '../telemetry/logger.ts';
import { blobMessage } from '../testing/events.ts';
import { type Stress, stress, WANTED } from './feed.stress.fixture.ts';
import { type ChangeFeed, openChangeFeed } from './feed.ts';

const TOTAL = 180;
const HISTORY = 20;

/** Declares the tests of the change feed on a log of its own, which `open` opens and `close` takes away. */
export function changeFeedContract({
  open,
  close,
  stressed,
}: {
  open: () => Promise<EventLog>;
  close: () => Promise<void>;
  stressed: Stress;
}): void {
  let log: EventLog;
  let feed: ChangeFeed;

  beforeEach(async () => {
    log = await open();
    feed = openChangeFeed({ log, logger: createLogger('silent'), historySize: HISTORY });
  });

  afterEach(async () => {
    await feed.close();
    await close();
  });

  async function versionsAfter(after: string, through: number): Promise<number[]> {
    const versions: number[] = [];
    const viewer = { userId: 'alice', roles: [] };
    for await (const { version } of feed.subscribe({ viewer, filter: {}, after })) {
      versions.push(version);
      if (version === through) break;
    }
    return versions;
  }

  test('whoever comes in while changes do misses none and has none twice', async () => {
    const cursors = [encodeCursor(await log.head())];
    const following: Promise<number[]>[] = [];
    for (let version = 1; version <= TOTAL; version += 1) {
      await log.publish(blobMessage(`other${version}`, 1, { userId: 'bob' }));
      cursors.push(encodeCursor((await log.publish(blobMessage('a', version))).position));
      const back = version % 60 === 0 ? [0, version - 1, version - HISTORY * 2] : [];
      for (const from of back) following.push(versionsAfter(cursors[from] ?? '', TOTAL));
    }
    const received = await Promise.all(following);
    expect(received).toHaveLength(9);
    for (const versions of received) {
      const first = versions[0] ?? 0;
      expect(versions).toEqual(Array.from({ length: TOTAL - first + 1 }, (_, index) => first + index));
    }
    expect(received.slice(0, 3).map(([first]) => first)).toEqual([1, 60, 21]);
  });

  test('with the shortest of histories, under steady publishing, nobody misses a change', async () => {
    const { subscriptions } = stressed;
    const { faults, published, given } = await stress(log, stressed);
    expect(faults).toEqual([]);
    expect(given).toBe(subscriptions * WANTED);
    expect(published).toBeGreaterThan(100);
  });

  test('who watches is told of all users’ changes, all that the log has, also where its newest message is a replay', async () => {
    const told: string[] = [];
    const unwatch = feed.watch({ changed: ({ change }) => told.push(change.blobId), missed() {} });
    await log.publish(blobMessage('a', 1));
    await log.publish(blobMessage('b', 1, { userId: 'bob' }));
    await log.publishTo('some-processor', blobMessage('c', 1));
    const { signal } = new AbortController();
    expect(await feed.caughtUp(signal)).toBe(true);
    expect(told).toEqual(['a', 'b']);
    unwatch();
    await log.publish(blobMessage('d', 1));
    expect(await feed.caughtUp(signal)).toBe(true);
    expect(told).toEqual(['a', 'b']);
  });

  test('who watches is told of users who are erased; who follows changes is not', async () => {
    const told: UserEvent[] = [];
    const unwatch = feed.watch({ changed() {}, missed() {}, user: (event) => told.push(event) });
    const after = encodeCursor(await log.head());
    const startedAt = new Date('2026-01-31T12:00:00.000Z');
    const events = (['erasing', 'erased'] as const).map((kind) => ({ kind, userId: 'älice *', startedAt }));
    for (const event of events) await log.publish(toUserMessage(event));
    await log.publish(blobMessage('after', 1));
    expect(await versionsAfter(after, 1)).toEqual([1]);
    expect(told).toEqual(events);
    unwatch();
  });

  test('cursors that lead nowhere are told apart', async () => {
    const { epoch, sequence } = await log.head();
    const ahead = encodeCursor({ epoch, sequence: sequence + 100 });
    await expect(versionsAfter(ahead, 1)).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    const gone = encodeCursor({ epoch: 'another', sequence: 1 });
    await expect(versionsAfter(gone, 1)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  });
}
