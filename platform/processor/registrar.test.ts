import { expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../logger.ts';
import {
  describeRecord,
  memoryStore,
  record,
  registration,
  startState,
  type UpperCase,
} from './processor.fixture.ts';
import { createRegistrar } from './registrar.ts';

const START = Date.parse('2026-01-31T12:00:00Z');
const GRACE_MS = 30_000;

async function setUp(describe = describeRecord) {
  let time = START;
  const clock = { now: () => new Date(time) };
  const logs: string[] = [];
  const store = memoryStore(clock.now);
  const state = await startState();
  const registrar = createRegistrar<UpperCase>({
    store,
    state: state.client,
    describe,
    registration,
    clock,
    logger: createLogger('info', { write: (line) => void logs.push(line) }),
    settings: { sweepEveryMs: 5, sweepGraceMs: GRACE_MS },
  });
  onTestFinished(async () => {
    await registrar.stop();
    await state.stop();
  });
  /** Waits until searches have been made that began after this call. */
  const swept = async () => {
    const begun = store.sweeps;
    await expect.poll(() => store.sweeps).toBeGreaterThan(begun + 2);
  };
  const pass = (ms: number) => {
    time += ms;
  };
  const registeredIds = () => state.registered.map((each) => each.remote_blob_id);
  return { registrar, store, state, logs, swept, pass, registeredIds };
}

test('a result whose run died before it was registered is registered once it is old enough', async () => {
  const { registrar, store, state, swept, pass, registeredIds } = await setUp();
  await store.insert(record('r', 'a'));
  registrar.start();
  pass(GRACE_MS);
  await swept();
  expect(state.calls).toEqual([]);
  pass(1);
  await expect.poll(() => store.kept.get('r')?.registeredAt).toEqual(new Date(START + GRACE_MS + 1));
  await expect.poll(() => state.runs('a')).toEqual(['COMPLETED 1']);
  await swept();
  expect(registeredIds()).toEqual(['r']);
  expect(state.registered).toEqual([describeRecord(record('r', 'a'))]);
});

test('what the index refuses for good is set aside, and not asked for again', async () => {
  const { registrar, store, state, logs, swept, pass, registeredIds } = await setUp();
  await store.insert(record('r', 'a'));
  await store.insert(record('s', 'b'));
  state.fail((operation, count) =>
    operation === 'register' && count === 1 ? 'DERIVED_CONFLICT' : undefined,
  );
  pass(GRACE_MS + 1);
  registrar.start();
  await expect.poll(() => store.kept.get('r')?.quarantined).toBe('DERIVED_CONFLICT: Told DERIVED_CONFLICT.');
  await expect.poll(() => state.runs('b')).toEqual(['COMPLETED 1']);
  await swept();
  expect(registeredIds()).toEqual(['s']);
  expect(state.runs('a')).toEqual([]);
  expect(logs.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ blobId: 'r', quarantined: true }),
  ]);
});

test.each(['BLOB_DELETED', 'USER_ERASING'] as const)('what was deleted is discarded: %s', async (code) => {
  const { registrar, store, state, logs, pass } = await setUp();
  await store.insert(record('r', 'a'));
  await store.insert(record('s', 'b'));
  state.fail((operation, count) => (operation === 'register' && count === 1 ? code : undefined));
  pass(GRACE_MS + 1);
  registrar.start();
  await expect.poll(() => state.runs('b')).toEqual(['COMPLETED 1']);
  expect([...store.kept.keys()]).toEqual(['s']);
  expect(logs).toEqual([]);
});

test('a result is told again until its run is known to be completed, too', async () => {
  const { registrar, store, state, pass } = await setUp();
  await store.insert(record('r', 'a'));
  state.fail((operation, count) =>
    operation === 'report COMPLETED' && count === 1 ? 'SERVICE_UNAVAILABLE' : undefined,
  );
  pass(GRACE_MS + 1);
  registrar.start();
  await expect.poll(() => state.runs('a')).toEqual(['COMPLETED 1']);
  await expect.poll(() => store.kept.get('r')?.registeredAt).toBeDefined();
});

test('one that cannot be registered does not hold up the others', async () => {
  const { registrar, store, state, pass, registeredIds } = await setUp((given) => {
    if (given.id === 'r') throw new TypeError('a fault of ours');
    return describeRecord(given);
  });
  await store.insert(record('r', 'a'));
  await store.insert(record('s', 'b'));
  await store.insert(record('t', 'c'));
  state.fail((operation, count) => (operation === 'register' && count === 1 ? 'INTERNAL' : undefined));
  pass(GRACE_MS + 1);
  registrar.start();
  await expect.poll(registeredIds).toEqual(['t', 's']);
  expect(store.kept.get('r')).not.toHaveProperty('quarantined');
});

test('while the index is away it is asked once a search, and told all when it is back', async () => {
  const { registrar, store, state, swept, pass, registeredIds } = await setUp();
  for (const id of ['r', 's', 't']) await store.insert(record(id, `of ${id}`));
  let away = true;
  state.fail(() => (away ? 'SERVICE_UNAVAILABLE' : undefined));
  pass(GRACE_MS + 1);
  registrar.start();
  await swept();
  expect(state.calls.length).toBeLessThanOrEqual(store.sweeps);
  expect(new Set(state.calls)).toEqual(new Set(['register']));
  away = false;
  await expect.poll(() => registeredIds().toSorted()).toEqual(['r', 's', 't']);
});

test('stopping waits for what is being registered, and begins no other', async () => {
  const { registrar, store, state, pass } = await setUp();
  for (const id of ['r', 's', 't']) await store.insert(record(id, `of ${id}`));
  let stopping: Promise<void> | undefined;
  state.fail(() => {
    stopping ??= registrar.stop();
    return undefined;
  });
  pass(GRACE_MS + 1);
  registrar.start();
  await expect.poll(() => stopping !== undefined).toBe(true);
  await stopping;
  expect(state.calls).toEqual(['register', 'report COMPLETED']);
  expect([...store.kept.values()].filter(({ registeredAt }) => registeredAt)).toHaveLength(1);
});
