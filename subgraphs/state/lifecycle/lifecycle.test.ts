import { describe, expect, it, onTestFinished } from 'vitest';
import type { LogUsage } from '../../../platform/event-log/usage.ts';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import type { StateStore } from '../store/store.ts';
import { at } from '../testing/records.fixture.ts';
import { followLifecycles } from './lifecycle.ts';
import { createRetirementSweeper } from './retirement.ts';
import { entriesWith, ID, left, mortal, read, runsOf, type SetUp, setUpOn } from './walks.fixture.ts';

const setUp = () => setUpOn(createPostgresStateStore);

const PATIENCE = { timeout: 30_000 };

/** The parts of a log that a processor is cut off from. */
function logOf(waiting: number) {
  const did: string[] = [];
  const cut = {
    id: 'c',
    durable: ID,
    cause: 'asked',
    through: { epoch: 'e', sequence: 1 },
    at: at(0),
  } as const;
  const log = {
    did,
    waiting,
    async cutDurable(durable: string) {
      did.push(`cut ${durable}`);
      return true;
    },
    async removeDurable(durable: string) {
      did.push(`remove ${durable}`);
      return true;
    },
    async usage() {
      const isCut = did.includes(`cut ${ID}`);
      const durables = [{ durable: ID, waiting: log.waiting, lag: 0, cut: isCut ? cut : null }];
      return { durables } as unknown as LogUsage;
    },
  };
  return log;
}

function follow(system: SetUp, eventLog: ReturnType<typeof logOf>, on: StateStore = system.store) {
  const sweeper = createRetirementSweeper(system.depsOn(on));
  const following = followLifecycles({
    ...system.depsOn(on),
    eventLog,
    nudgeRetirement: (id) => sweeper.nudge(id),
    nudgeCanaryEnd: () => undefined,
    everyMs: 5,
  });
  sweeper.start();
  following.start();
  const stop = async () => {
    await following.stop();
    await sweeper.stop();
  };
  onTestFinished(stop);
  return { stop };
}

function setStatus({ shared }: SetUp, status: 'active' | 'paused' | 'retired'): void {
  const { processor } = shared;
  const status_since = new Date(shared.time).toISOString();
  shared.processor = processor && { ...processor, status, status_since };
}

/** Resolves when the registry has been looked at several times more. */
async function looks(system: SetUp): Promise<void> {
  let seen = 0;
  const { processor } = system.shared;
  if (!processor) return;
  system.shared.processor = {
    ...processor,
    get status() {
      seen += 1;
      return processor.status;
    },
  };
  await expect.poll(() => seen, PATIENCE).toBeGreaterThan(10);
  system.shared.processor = processor;
}

const retirement = ({ store }: SetUp) => store.retirements.walk(ID);

describe('a paused processor', () => {
  it('is cut off from the log once, when its runs in work have had their time', async () => {
    const system = await setUp();
    const log = logOf(5);
    setStatus(system, 'paused');
    follow(system, log);
    await looks(system);
    expect(log.did).toEqual([]);
    system.shared.time += 121_000;
    await expect.poll(() => log.did, PATIENCE).toEqual([`cut ${ID}`]);
    await looks(system);
    expect(log.did).toEqual([`cut ${ID}`]);
  });

  it('for which nothing waits stays as it is', async () => {
    const system = await setUp();
    const log = logOf(0);
    setStatus(system, 'paused');
    system.shared.time += 121_000;
    follow(system, log);
    await looks(system);
    expect(log.did).toEqual([]);
  });
});

describe('a retired processor', () => {
  const runs = () => [
    [left('PENDING')],
    [left('PROCESSING', { attempt: 2, progress: 0.5 })],
    [left('COMPLETED')],
    [left('PENDING', { processorId: 'other' }), left('PENDING'), left('PROCESSING', { artifact: 'epub' })],
  ];
  const ended = ['FAILED 1', 'FAILED 2', 'COMPLETED 1', 'FAILED 1'];

  it('has its open runs ended with the reason, of artifacts too, and no other’s', async () => {
    const system = await setUp();
    const log = logOf(5);
    const entries = await entriesWith(system.store, runs());
    setStatus(system, 'retired');
    follow(system, log);
    await expect.poll(() => runsOf(system.store, entries), PATIENCE).toEqual(ended);
    const all = (await read(system.store, entries)).at(-1);
    expect(all?.runs.map(({ state, artifact }) => [state, artifact])).toEqual([
      ['PENDING', null],
      ['FAILED', null],
      ['FAILED', 'epub'],
    ]);
    const message = `\`${ID}\` was retired: its store is gone for good.`;
    expect(all?.runs[1]?.error).toEqual({ code: 'PROCESSOR_RETIRED', message });
    await expect.poll(async () => (await retirement(system))?.finishedAt).not.toBeNull();
    expect(log.did[0]).toBe(`remove ${ID}`);
  });

  it('has what was planned meanwhile ended by a second walk, and then no further one', async () => {
    const system = await setUp();
    const log = logOf(0);
    setStatus(system, 'retired');
    follow(system, log);
    await expect.poll(async () => (await retirement(system))?.finishedAt ?? null, PATIENCE).not.toBeNull();
    // A process that had not heard of it yet.
    const late = await entriesWith(system.store, [[left('PENDING')]]);
    system.shared.time += 41_000;
    await expect.poll(() => runsOf(system.store, late), PATIENCE).toEqual(['FAILED 1']);
    await expect.poll(async () => (await retirement(system))?.finishedAt ?? null, PATIENCE).not.toBeNull();
    system.shared.time += 1_000_000;
    const before = await retirement(system);
    await looks(system);
    expect(await retirement(system)).toEqual(before);
  });

  it('has them ended wherever the process was killed', async () => {
    for (let after = 0, died = true; died; after += 1) {
      const system = await setUp();
      const entries = await entriesWith(system.store, runs());
      setStatus(system, 'retired');
      const life = mortal(system.store, after);
      const first = follow(system, logOf(1), life.store);
      await expect
        .poll(async () => life.died() || ((await retirement(system))?.finishedAt ?? null) !== null, PATIENCE)
        .toBe(true);
      died = life.died();
      await first.stop();
      // The lease of the dead one is over.
      system.shared.time += 35_000;
      follow(system, logOf(1));
      await expect.poll(() => runsOf(system.store, entries), PATIENCE).toEqual(ended);
    }
  });
});

it('one that is registered anew under way keeps its runs', async () => {
  const system = await setUp();
  setStatus(system, 'retired');
  const first = follow(system, logOf(0));
  await expect.poll(async () => (await retirement(system))?.finishedAt ?? null, PATIENCE).not.toBeNull();
  await first.stop();
  setStatus(system, 'active');
  const entries = await entriesWith(system.store, [[left('PENDING')]]);
  const now = new Date(system.shared.time);
  const walk = await retirement(system);
  if (walk)
    await system.store.retirements.beginWalk({ ...walk, finishedAt: null, after: null }, now, {
      anew: true,
    });
  follow(system, logOf(0));
  await expect.poll(async () => (await retirement(system))?.finishedAt ?? null, PATIENCE).not.toBeNull();
  expect(await runsOf(system.store, entries)).toEqual(['PENDING 1']);
});
