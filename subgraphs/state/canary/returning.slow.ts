import { describe, expect, it, onTestFinished } from 'vitest';
import type { CanaryDocument } from '../../../platform/clients/canary.ts';
import type { ProcessorDocument } from '../../../platform/clients/registry.ts';
import { derivedBlobId } from '../../../platform/ids/ids.ts';
import { blobRun } from '../entries/runs.ts';
import { followLifecycles } from '../lifecycle/lifecycle.ts';
import { entriesWith, ID, left, mortal, read, type SetUp, setUpOn } from '../lifecycle/walks.fixture.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import type { IndexEntry } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import { at, entry } from '../testing/records.fixture.ts';
import { createReturningSweeper } from './returning.ts';

const setUp = () => setUpOn(createPostgresStateStore);
const PATIENCE = { timeout: 30_000 };

/** A process of state that follows the registry. */
function follow(system: SetUp, on: StateStore = system.store) {
  const removed: string[] = [];
  const deps = system.depsOn(on);
  const turns = { take: async () => [] };
  const sweeper = createReturningSweeper({ ...deps, turns });
  const following = followLifecycles({
    ...deps,
    eventLog: {
      cutDurable: async () => false,
      usage: () => Promise.reject(new Error('not asked')),
      removeDurable: async (durable) => removed.push(durable) > 0,
    },
    nudgeRetirement: () => undefined,
    nudgeCanaryEnd: (id) => sweeper.nudge(id),
    everyMs: 5,
  });
  sweeper.start();
  following.start();
  const stop = async () => {
    await following.stop();
    await sweeper.stop();
  };
  onTestFinished(stop);
  return { stop, removed };
}

function say({ shared }: SetUp, over: Partial<ProcessorDocument>): void {
  if (!shared.processor) throw new Error('No processor');
  shared.processor = { ...shared.processor, ...over };
}
const now = ({ shared }: SetUp) => new Date(shared.time).toISOString();
const resting = (system: SetUp, version: string, why: 'withdrawn' | 'superseded') => [
  { version, why, base_url: 'http://127.0.0.1:9', since: now(system) },
];
const withdraw = (system: SetUp) =>
  say(system, { canary: null, canary_ended_at: now(system), resting: resting(system, '2', 'withdrawn') });
const promote = (system: SetUp) =>
  say(system, {
    ...{ version: '2', canary: null, canary_ended_at: now(system) },
    resting: resting(system, '1', 'superseded'),
  });

const walk = ({ store }: SetUp) => store.canaryEnds.walk(ID);
const isOver = async (system: SetUp) => ((await walk(system))?.finishedAt ?? null) !== null;
const runsOf = async ({ store }: SetUp, entries: readonly IndexEntry[]) =>
  (await read(store, entries)).map(({ runs }) => {
    const run = blobRun(runs, ID);
    return run ? `${run.state} ${run.attempt} ${run.version ?? '-'}${run.held ? ' held' : ''}` : 'none';
  });

const of2 = { version: '2' };
const cancelled = { code: 'CANCELLED', message: 'No.' };
const failed = { code: 'PROCESSING_FAILED', message: 'No.' };
const runs = () => [
  [left('PENDING', of2)],
  [left('PENDING', { ...of2, attempt: 0, held: true })],
  [left('PROCESSING', of2)],
  [left('FAILED', { ...of2, error: failed })],
  [left('FAILED', { ...of2, error: cancelled })],
  [left('COMPLETED', of2)],
  [left('PENDING')],
  [left('PENDING', { ...of2, processorId: 'other' })],
];
const returned = [
  ...['PENDING 2 -', 'PENDING 0 - held', 'PENDING 2 -', 'PENDING 2 -', 'FAILED 1 2'],
  ...['COMPLETED 1 2', 'PENDING 1 -', 'none'],
];

describe('a withdrawn candidate', () => {
  it('leaves to the present version what it has not made, and what it failed at, each once', async () => {
    const system = await setUp();
    const entries = await entriesWith(system.store, runs());
    withdraw(system);
    follow(system);
    await expect.poll(() => isOver(system), PATIENCE).toBe(true);
    expect(await runsOf(system, entries)).toEqual(returned);
    // Each change of a run is one event.
    const told = (await read(system.store, entries)).map(({ version }) => version - 1);
    expect(told).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
  });

  it('has completed the run whose result it had registered when it went', async () => {
    const system = await setUp();
    const [source] = await entriesWith(system.store, [[left('PROCESSING', of2)]]);
    if (!source) throw new Error('No source');
    const id = derivedBlobId(source.id, ID, '2');
    const made = entry(source.userId, 1, { id, processorId: ID, sourceIds: [source.id], contentHash: 'a' });
    await system.store.insertEntry(made, []);
    withdraw(system);
    follow(system);
    await expect.poll(() => runsOf(system, [source]), PATIENCE).toEqual(['COMPLETED 1 2']);
  });

  it('has its runs taken back once, wherever a process was killed', async () => {
    for (let after = 0, died = true; died; after += 1) {
      const system = await setUp();
      const entries = await entriesWith(system.store, runs());
      withdraw(system);
      const life = mortal(system.store, after);
      const first = follow(system, life.store);
      await expect.poll(async () => life.died() || (await isOver(system)), PATIENCE).toBe(true);
      died = life.died();
      await first.stop();
      // The lease of the dead one is over.
      system.shared.time += 35_000;
      follow(system);
      await expect.poll(() => isOver(system), PATIENCE).toBe(true);
      expect(await runsOf(system, entries)).toEqual(returned);
    }
  });

  it('has what was given to it meanwhile taken back by a second walk, and loses its durable; then no further one', async () => {
    const system = await setUp();
    withdraw(system);
    const { removed } = follow(system);
    await expect.poll(() => isOver(system), PATIENCE).toBe(true);
    expect(removed).toEqual([]);
    const late = await entriesWith(system.store, [[left('PENDING', of2)]]);
    system.shared.time += 41_000;
    await expect.poll(() => runsOf(system, late), PATIENCE).toEqual(['PENDING 2 -']);
    await expect.poll(() => isOver(system), PATIENCE).toBe(true);
    expect(removed).toEqual([`${ID}_canary`]);
    const before = await walk(system);
    system.shared.time += 1_000_000;
    follow(system);
    await expect.poll(() => isOver(system), PATIENCE).toBe(true);
    expect(await walk(system)).toEqual(before);
  });

  it('leaves the runs of the candidate after it, and its durable', async () => {
    const system = await setUp();
    const entries = await entriesWith(system.store, [
      [left('PENDING', { version: '3' })],
      [left('PENDING', of2)],
    ]);
    withdraw(system);
    say(system, { canary: { version: '3', takes: {} } as CanaryDocument });
    const { removed } = follow(system);
    system.shared.time += 41_000;
    await expect.poll(() => runsOf(system, entries), PATIENCE).toEqual(['PENDING 1 3', 'PENDING 2 -']);
    await expect.poll(() => isOver(system), PATIENCE).toBe(true);
    expect(removed).toEqual([]);
  });
});

describe('a promoted candidate', () => {
  it('is asked anew for what it had not begun, finishes what it has in work, and keeps its failures', async () => {
    const system = await setUp();
    const lately = at(9_990).toISOString();
    const entries = await entriesWith(system.store, [
      [left('PENDING', of2)],
      [left('PROCESSING', { ...of2, updatedAt: lately })],
      [left('FAILED', { ...of2, error: failed })],
      [left('PENDING')],
      [left('PROCESSING')],
    ]);
    promote(system);
    follow(system);
    const waiting = ['PENDING 2 -', 'PROCESSING 1 2', 'FAILED 1 2', 'PENDING 1 -', 'PROCESSING 1 -'];
    await expect.poll(() => runsOf(system, entries), PATIENCE).toEqual(waiting);
    await expect.poll(async () => (await walk(system))?.batch.length, PATIENCE).toBe(1);
    expect(await isOver(system)).toBe(false);
    // Its process died: nothing is heard of it any more.
    system.shared.time += 130_000;
    await expect.poll(() => isOver(system), PATIENCE).toBe(true);
    expect((await runsOf(system, entries))[1]).toBe('PENDING 2 -');
  });
});
