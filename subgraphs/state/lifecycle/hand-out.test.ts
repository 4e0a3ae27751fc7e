import { expect, it, onTestFinished } from 'vitest';
import { createPostgresStateStore } from '../store/postgres/store.postgres.ts';
import type { StateStore } from '../store/store.ts';
import { at } from '../testing/records.fixture.ts';
import { beginHandOut, createHandOutSweeper } from './hand-out.ts';
import { entriesWith, ID, left, mortal, runsOf, type SetUp, SIZE, setUpOn, work } from './walks.fixture.ts';

const setUp = () => setUpOn(createPostgresStateStore);

const PATIENCE = { timeout: 30_000 };

function sweep({ store, depsOn }: SetUp, on: StateStore = store) {
  const sweeper = createHandOutSweeper(depsOn(on));
  sweeper.start();
  onTestFinished(() => sweeper.stop());
  sweeper.nudge(ID);
  return sweeper;
}
const begin = ({ store, clock }: SetUp) => beginHandOut({ store, clock, nudgeHandOut: () => undefined }, ID);
const finished = async ({ store }: SetUp) => (await store.handOuts.walk(ID))?.finishedAt !== null;

/** Until the hand-out is finished; the most runs that were asked for at once. */
async function workUntilDone(system: SetUp, entries: Parameters<typeof work>[1]): Promise<number> {
  let most = 0;
  await expect
    .poll(async () => {
      most = Math.max(most, await work(system, entries));
      return finished(system);
    }, PATIENCE)
    .toBe(true);
  return most;
}

it('asks once for each run that was open, a few at a time, and for no other', async () => {
  const system = await setUp();
  const open = Array.from({ length: 23 }, (_, n) => [left(n % 3 === 0 ? 'PROCESSING' : 'PENDING')]);
  const others = [[left('COMPLETED')], [left('FAILED')], [], [left('PENDING', { artifact: 'epub' })]];
  const later = [[left('PENDING', { updatedAt: new Date(system.shared.time + 1).toISOString() })]];
  const entries = await entriesWith(system.store, [...open, ...others, ...later]);
  await begin(system);
  sweep(system);
  expect(await workUntilDone(system, entries)).toBeLessThanOrEqual(SIZE);
  expect(await runsOf(system.store, entries)).toEqual([
    ...open.map(() => 'COMPLETED 2'),
    ...['COMPLETED 1', 'FAILED 1', 'none', 'none', 'PENDING 1'],
  ]);
  const told = await system.store.outboxes(entries.map(({ id }) => id));
  const asked = told.entries.flatMap(({ events }) => events.filter(({ kind }) => kind === 'retried'));
  expect(asked).toHaveLength(open.length);
  expect(await system.store.handOuts.walk(ID)).toMatchObject({
    planned: 23,
    finishedRuns: 23,
    batch: [],
  });
});

it('lets live work go first, and waits while the processor is paused', async () => {
  const system = await setUp();
  const entries = await entriesWith(system.store, [[left('PENDING')]]);
  system.shared.live = 3;
  await begin(system);
  sweep(system);
  const obstacle = async () => (await system.store.handOuts.walk(ID))?.obstacle;
  await expect.poll(obstacle, PATIENCE).toMatch(/live work to do first: 3 events/);
  const { processor } = system.shared;
  system.shared.processor = processor && { ...processor, status: 'paused' };
  await expect.poll(obstacle, PATIENCE).toMatch(/is paused/);
  expect(await runsOf(system.store, entries)).toEqual(['PENDING 1']);
  system.shared.processor = processor;
  system.shared.live = 0;
  await workUntilDone(system, entries);
  expect(await runsOf(system.store, entries)).toEqual(['COMPLETED 2']);
});

it('leaves a run alone that a process may still be at, until nothing was heard of it for long', async () => {
  const system = await setUp();
  const heard = new Date(system.shared.time - 1_000).toISOString();
  const entries = await entriesWith(system.store, [
    [left('PROCESSING', { updatedAt: heard })],
    [left('PENDING')],
  ]);
  await begin(system);
  sweep(system);
  await expect
    .poll(() => work(system, entries).then(() => runsOf(system.store, entries)), PATIENCE)
    .toEqual([...['PROCESSING 1', 'COMPLETED 2']]);
  system.shared.time += 121_000;
  await workUntilDone(system, entries);
  expect(await runsOf(system.store, entries)).toEqual(['COMPLETED 2', 'COMPLETED 2']);
});

it('goes on wherever its process was killed, and asks for nothing twice', async () => {
  const system = await setUp();
  for (let after = 0, died = true; died; after += 1) {
    const entries = await entriesWith(
      system.store,
      Array.from({ length: 6 }, () => [left('PENDING')]),
    );
    await begin(system);
    const life = mortal(system.store, after);
    const first = sweep(system, life.store);
    await expect
      .poll(async () => {
        await work(system, entries);
        return life.died() || (await finished(system));
      }, PATIENCE)
      .toBe(true);
    died = life.died();
    await first.stop();
    // The lease of the dead one is over.
    system.shared.time += 60_000;
    sweep(system);
    await workUntilDone(system, entries);
    expect(await runsOf(system.store, entries)).toEqual(entries.map(() => 'COMPLETED 2'));
  }
});

it('begins anew when the processor is cut off once more, and is over for a retired one', async () => {
  const system = await setUp();
  await begin(system);
  const [first] = [await system.store.handOuts.walk(ID)];
  system.shared.time = at(20_000).getTime();
  await begin(system);
  expect(await system.store.handOuts.walk(ID)).toMatchObject({ startedAt: at(20_000), finishedAt: null });
  expect(first?.startedAt).toEqual(at(10_000));
  const { processor } = system.shared;
  system.shared.processor = processor && { ...processor, status: 'retired' };
  const entries = await entriesWith(system.store, [[left('PENDING')]]);
  sweep(system);
  await expect.poll(() => finished(system), PATIENCE).toBe(true);
  expect(await runsOf(system.store, entries)).toEqual(['PENDING 1']);
});
