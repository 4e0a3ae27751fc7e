import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import { createLogger } from '../../../platform/telemetry/logger.ts';
import { openTemporaryPglite } from '../../../platform/testing/pglite.ts';
import { changeEntry } from '../entries/changes.ts';
import { applyReport, blobRun, isOwed } from '../entries/runs.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import type { IndexEntry } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import { newWalk } from '../store/walks.ts';
import { at, entry, newUser } from '../testing/records.fixture.ts';
import { processorDocument } from '../testing/registry.fixture.ts';
import { createBackfillSweeper } from './backfill-sweeper.ts';

const LATE = 'late';
const SIZE = 4;
const PATIENCE = { timeout: 30_000 };
const lateDocument = (over: Partial<ProcessorDocument> = {}) =>
  processorDocument(LATE, { takes: { 'blob.created': ['text-input-v1'] }, max_concurrency: SIZE, ...over });

let store: StateStore;
let processor: ProcessorDocument | undefined;
/** Messages that wait for the processor. */
let live: number;
let time: number;
const clock = { now: () => new Date(time) };

beforeEach(async () => {
  const server = await openTemporaryPglite();
  store = createPostgresStateStore(await server.database('state'));
  await store.prepare();
  onTestFinished(() => server.close());
  [processor, live, time] = [lateDocument(), 0, at(1_000).getTime()];
});

/** A store whose process dies with the `after`-th change of an entry. */
function mortal(after: number): StateStore {
  let changes = 0;
  return new Proxy(store, {
    get(target, name: keyof StateStore) {
      const value: unknown = target[name];
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        if (changes >= after) throw new Error('The process is dead');
        if (name === 'updateEntry') changes += 1;
        return value.apply(target, args);
      };
    },
  });
}

function sweep(of: StateStore = store) {
  const sweeper = createBackfillSweeper({
    store: of,
    clock,
    nudge: () => undefined,
    processors: { get: async () => processor },
    eventLog: { waiting: async (durable) => (durable === LATE ? live : 0) },
    logger: createLogger('silent'),
    everyMs: 5,
    pageSize: 7,
  });
  sweeper.start();
  onTestFinished(() => sweeper.stop());
  sweeper.nudge(LATE);
  return sweeper;
}

const begin = (since: Date | null = null) => {
  const walk = newWalk({ processorId: LATE, since, requestedBy: 'olga', startedAt: clock.now() });
  return store.backfills.beginWalk(walk, clock.now());
};

/** Drafts of three users. */
async function drafts(count: number): Promise<IndexEntry[]> {
  const users = [newUser(), newUser(), newUser()];
  const made = Array.from({ length: count }, (_, n) => entry(users[n % users.length] ?? '', n));
  for (const one of made) await store.insertEntry(one, []);
  return made;
}

const read = async (entries: readonly IndexEntry[]) =>
  (await Promise.all(entries.map(({ userId, id }) => store.entries(userId, [id])))).flat();
const owedOf = async (entries: readonly IndexEntry[]) =>
  (await read(entries)).filter(({ runs }) => runs.some(isOwed));

/** Does the runs that are asked for, as the processor would; answers how many there were. */
async function work(entries: readonly IndexEntry[], state: 'COMPLETED' | 'FAILED' = 'COMPLETED') {
  const owed = await owedOf(entries);
  for (const { userId, id } of owed) {
    const report = { blob_id: id, processor_id: LATE, state, attempt: 1 } as const;
    await changeEntry({ store, clock, nudge: () => undefined }, userId, id, ({ runs }) => {
      const changed = applyReport(runs, report, clock.now());
      return changed && { runs: changed.runs, events: [{ kind: 'completed', run: changed.run }] };
    });
  }
  return owed.length;
}

/** Until the backfill is finished; the most runs that were asked for at once. */
async function workUntilDone(entries: readonly IndexEntry[]): Promise<number> {
  let most = 0;
  await expect
    .poll(async () => {
      most = Math.max(most, await work(entries));
      return (await store.backfills.walk(LATE))?.finishedAt;
    }, PATIENCE)
    .not.toBeNull();
  return most;
}

/** How often the log is to be told of each entry's run. */
async function askedFor(entries: readonly IndexEntry[]): Promise<number[]> {
  const { entries: waiting } = await store.outboxes(entries.map(({ id }) => id));
  return entries.map(({ id }) => {
    const events = waiting.find(({ blobId }) => blobId === id)?.events ?? [];
    return events.filter(({ kind, body }) => kind === 'retried' && body.run?.processor_id === LATE).length;
  });
}

it('asks for the runs of all that was there before, a few at a time', async () => {
  const old = await drafts(30);
  await begin();
  sweep();
  expect(await workUntilDone(old)).toBeLessThanOrEqual(SIZE);
  expect(new Set(await askedFor(old))).toEqual(new Set([1]));
  expect(await store.backfills.walk(LATE)).toMatchObject({
    scanned: 30,
    planned: 30,
    finishedRuns: 30,
    batch: [],
  });
  const runs = (await read(old)).map((one) => blobRun(one.runs, LATE));
  expect(runs.every((run) => run?.state === 'COMPLETED' && run.generation === 0)).toBe(true);
});

it('asks for none that is older, or has got its run meanwhile', async () => {
  const old = await drafts(9);
  await begin(at(3));
  processor = undefined;
  sweep();
  await expect
    .poll(async () => (await store.backfills.walk(LATE))?.obstacle, PATIENCE)
    .toMatch(/does not know/);
  // Its own run came first.
  const [first] = old.slice(3);
  if (!first) throw new Error('No draft');
  const known = { version: 2, runs: [], state: 'STORED' as const, updatedAt: at(9) };
  const run = { processorId: LATE, state: 'FAILED', attempt: 1, generation: 0 } as const;
  const rest = { stage: null, artifact: null, progress: null, error: null, updatedAt: at(9).toISOString() };
  await store.updateEntry(first.id, 1, { ...known, runs: [{ ...run, ...rest }], state: 'FAILED' }, []);
  processor = lateDocument();
  await workUntilDone(old);
  expect(await askedFor(old)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1]);
  expect(await store.backfills.walk(LATE)).toMatchObject({
    scanned: 9,
    planned: 5,
    finishedRuns: 5,
    obstacle: null,
  });
});

it('goes on after failed runs', async () => {
  const old = await drafts(SIZE + 1);
  await begin();
  sweep();
  await expect.poll(() => work(old, 'FAILED'), PATIENCE).toBe(SIZE);
  await workUntilDone(old);
  expect(await store.backfills.walk(LATE)).toMatchObject({ planned: SIZE + 1, finishedRuns: SIZE + 1 });
});

it('lets live work go first, which waits behind one batch at most', async () => {
  const old = await drafts(2 * SIZE);
  live = 3;
  await begin();
  sweep();
  await expect
    .poll(async () => (await store.backfills.walk(LATE))?.obstacle, PATIENCE)
    .toMatch(/live work.* 3 events/);
  expect(await owedOf(old)).toEqual([]);
  live = 0;
  await expect.poll(async () => (await owedOf(old)).length, PATIENCE).toBe(SIZE);
  // Comes while the batch is at work: the next one is not asked for.
  live = 1;
  await work(old);
  await expect.poll(async () => (await store.backfills.walk(LATE))?.obstacle, PATIENCE).toMatch(/live work/);
  expect(await store.backfills.walk(LATE)).toMatchObject({ planned: SIZE, finishedRuns: SIZE });
  live = 0;
  await workUntilDone(old);
  expect(await store.backfills.walk(LATE)).toMatchObject({ planned: 2 * SIZE, obstacle: null });
});

it.each([1, 2, 3, 6, 9])('loses and doubles none when its process dies with change %i', async (changes) => {
  const old = await drafts(30);
  await begin();
  sweep(mortal(changes));
  await expect
    .poll(async () => {
      await work(old);
      return (await askedFor(old)).reduce((sum, count) => sum + count);
    }, PATIENCE)
    .toBe(changes);
  // Another process, on the same store.
  time += 60_000;
  sweep();
  await workUntilDone(old);
  expect(new Set(await askedFor(old))).toEqual(new Set([1]));
  expect(await store.backfills.walk(LATE)).toMatchObject({ planned: 30, finishedRuns: 30 });
});

it('goes on in one of several processes at a time', async () => {
  const old = await drafts(30);
  await begin();
  for (let process = 0; process < 3; process++) sweep();
  expect(await workUntilDone(old)).toBeLessThanOrEqual(SIZE);
  expect(new Set(await askedFor(old))).toEqual(new Set([1]));
  expect(await store.backfills.walk(LATE)).toMatchObject({ scanned: 30, planned: 30, finishedRuns: 30 });
});

it('waits while its processor is paused, and is over when that is retired', async () => {
  const entries = await drafts(SIZE + 1);
  processor = lateDocument({ status: 'paused' });
  await begin();
  sweep();
  await expect
    .poll(async () => (await store.backfills.walk(LATE))?.obstacle, PATIENCE)
    .toBe(`\`${LATE}\` is paused.`);
  expect(await owedOf(entries)).toEqual([]);
  processor = lateDocument();
  await expect.poll(async () => (await owedOf(entries)).length, PATIENCE).toBe(SIZE);
  processor = lateDocument({ status: 'retired', active: false });
  await expect
    .poll(async () => (await store.backfills.walk(LATE))?.finishedAt ?? null, PATIENCE)
    .not.toBeNull();
  expect(await owedOf(entries)).toHaveLength(SIZE);
});
