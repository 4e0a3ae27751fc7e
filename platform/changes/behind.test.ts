import { afterEach, expect, test } from 'vitest';
import type { EventKind } from '../events/events.ts';
import { createLogger } from '../telemetry/logger.ts';
import { BEGINNING, blobMessage, runBody } from '../testing/events.ts';
import { memoryLog } from '../testing/memory-log.ts';
import type { Change } from './change.ts';
import { openChangeFeed } from './feed.ts';

/** Whoever is behind is told of each run’s progress the newest, and of all else everything. */

const stopping: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stopping.splice(0).reverse()) await stop();
});

/** A feed whose history has room for few changes, and a run of alice’s. */
function startFeed({ historySize = 10 } = {}) {
  const log = memoryLog();
  const feed = openChangeFeed({ log, logger: createLogger('silent'), reconnectMs: 1, historySize });
  stopping.push(() => feed.close());
  let version = 0;
  const tell = async (kind: EventKind, run: Parameters<typeof runBody>[0] = {}) => {
    version += 1;
    await log.publish(blobMessage('draft', version, { kind, body: { run: runBody(run) } }));
  };
  const follow = (after: string) => {
    const changes = feed.subscribe({ viewer: { userId: 'alice', roles: [] }, after });
    stopping.push(async () => changes.return?.());
    return changes;
  };
  return { log, follow, tell, progress: (progress: number) => tell('processing', { progress }) };
}

type Changes = AsyncIterator<Change, void, undefined>;

/** Versions up to that one, and the cursor of the last. */
async function takenUpTo(changes: Changes, last: number) {
  const versions: number[] = [];
  let cursor = '';
  while (versions.at(-1) !== last) {
    const { value } = await changes.next();
    if (!value) break;
    versions.push(value.version);
    cursor = value.cursor;
  }
  return { versions, cursor };
}

/** A run of 1,000 steps as it is told: 2 begins it, 1,003 completes it. */
async function runOf1000({ tell, progress }: ReturnType<typeof startFeed>): Promise<void> {
  await tell('processing');
  for (let step = 1; step <= 1_000; step += 1) await progress(step / 1_000);
  await tell('completed', { state: 'COMPLETED' });
}

test('who does not read is told of progress the newest, with its own cursor, and is not cut off for it', async () => {
  const feed = startFeed();
  await feed.tell('created');
  const [slow, other] = [feed.follow(BEGINNING), feed.follow(BEGINNING)];
  const { cursor } = await takenUpTo(slow, 1);
  const hearing = takenUpTo(other, 1_003);
  await runOf1000(feed);
  await hearing;
  const first = (await slow.next()).value;
  expect(first?.version).toBe(2);
  const newest = (await slow.next()).value;
  expect(newest).toMatchObject({ version: 1_002, members: { 'run.progress': 1 } });
  expect((await takenUpTo(slow, 1_003)).versions).toEqual([1_003]);
  // From the log or from memory: behind its cursor comes what followed it, and nothing else is missing behind others.
  expect((await takenUpTo(feed.follow(newest?.cursor ?? ''), 1_003)).versions).toEqual([1_003]);
  expect((await takenUpTo(feed.follow(cursor), 1_003)).versions).toEqual([2, 1_002, 1_003]);
});

test('who keeps up is told of each', async () => {
  const feed = startFeed();
  const prompt = feed.follow(BEGINNING);
  for (let step = 1; step <= 100; step += 1) {
    await feed.progress(step / 100);
    expect((await prompt.next()).value).toMatchObject({
      version: step,
      members: { 'run.progress': step / 100 },
    });
  }
});

test('who comes back is told of the newest that is read of the log at once, and of every change of state', async () => {
  const feed = startFeed({ historySize: 1 });
  await feed.tell('created');
  await runOf1000(feed);
  await feed.log.publish(blobMessage('last', 1));
  const { versions } = await takenUpTo(feed.follow(BEGINNING), 1_003);
  expect(versions).toEqual(expect.arrayContaining([1, 2, 1_002, 1_003]));
  expect(versions).toEqual(versions.toSorted((one, other) => one - other));
  expect(versions.length).toBeLessThan(10);
});

test('changes of state that are not read are not overtaken: beyond what is held it is cut off, and goes on', async () => {
  const feed = startFeed();
  await feed.tell('created');
  const slow = feed.follow(BEGINNING);
  const { cursor } = await takenUpTo(slow, 1);
  const prompt = feed.follow(BEGINNING);
  await takenUpTo(prompt, 1);
  for (let attempt = 1; attempt <= 20; attempt += 1) {
    await feed.tell('processing', { attempt, progress: 0.5 });
    await prompt.next();
    await feed.tell('failed', { attempt, state: 'FAILED' });
    await prompt.next();
  }
  await expect(slow.next()).rejects.toMatchObject({ code: 'SLOW_CONSUMER' });
  const { versions } = await takenUpTo(feed.follow(cursor), 41);
  expect(versions).toEqual(Array.from({ length: 40 }, (_, index) => index + 2));
});
