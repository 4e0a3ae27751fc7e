import { expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../telemetry/logger.ts';
import { openEmbeddedRecords } from '../../testing/records.ts';
import type { Records } from '../records/records.ts';
import { definition, record as recordOf, startState } from '../testing/processor.fixture.ts';
import { createRegistrar } from './registrar.ts';

const START = Date.parse('2026-01-31T12:00:00Z');
const GRACE_MS = 30_000;

async function setUp({ random = 0 } = {}) {
  let time = START;
  const clock = { now: () => new Date(time) };
  const logs: string[] = [];
  const { records, close } = await openEmbeddedRecords(definition.records);
  await records.prepare();
  let sweeps = 0;
  const delays: number[] = [];
  const counted: Records = {
    ...records,
    markRegistered: (record, at) => records.markRegistered(record, at),
    async postponeRegistration(id, dueAt) {
      delays.push(dueAt.getTime() - time);
      await records.postponeRegistration(id, dueAt);
    },
    dueRegistrations: (now, limit) => {
      sweeps += 1;
      return records.dueRegistrations(now, limit);
    },
  };
  const state = await startState();
  const registrar = createRegistrar({
    processor: definition,
    records: counted,
    state: state.client,
    clock,
    logger: createLogger('info', { write: (line) => void logs.push(line) }),
    settings: { sweepEveryMs: 5 },
    random: () => random,
  });
  onTestFinished(async () => {
    await registrar.stop();
    await state.stop();
    await close();
  });
  /** Stores what was made of these blobs, to be registered after the grace. */
  const insert = async (...sourceIds: string[]) => {
    for (const [index, sourceId] of sourceIds.entries()) {
      await records.insert(record(sourceId, index));
    }
  };
  const record = (sourceId: string, index = 0) =>
    recordOf(sourceId, { registerAt: new Date(START + GRACE_MS + index) });
  /** Waits until searches have been made that began after this call. */
  const swept = async () => {
    const begun = sweeps;
    await expect.poll(() => sweeps).toBeGreaterThan(begun + 2);
  };
  const pass = (ms: number) => {
    time += ms;
  };
  const registered = () => state.registered.map((each) => each.parent_id);
  const registrationOf = async (sourceId: string) =>
    (await records.find(recordOf(sourceId).id, 'all'))?.registration;
  return {
    registrar,
    records,
    state,
    logs,
    swept,
    pass,
    insert,
    registered,
    registrationOf,
    delays,
    sweeps: () => sweeps,
  };
}

test('a result whose run died before it was registered is registered once it is old enough', async () => {
  const { registrar, state, insert, swept, pass, registered, registrationOf } = await setUp();
  await insert('a');
  registrar.start();
  pass(GRACE_MS - 1);
  await swept();
  expect(state.calls).toEqual([]);
  pass(1);
  await expect.poll(() => registrationOf('a')).toBe('registered');
  expect(state.runs('a')).toEqual(['COMPLETED 1']);
  await swept();
  expect(registered()).toEqual(['a']);
});

test('what the index refuses for good is set aside, and not asked for again', async () => {
  const { registrar, state, logs, insert, swept, pass, registered, registrationOf } = await setUp();
  await insert('a', 'b');
  state.fail((operation, count) => (operation === 'finish' && count === 1 ? 'DERIVED_CONFLICT' : undefined));
  pass(GRACE_MS + 1);
  registrar.start();
  await expect.poll(() => registrationOf('a')).toBe('refused');
  await expect.poll(() => state.runs('b')).toEqual(['COMPLETED 1']);
  await swept();
  expect(registered()).toEqual(['b']);
  expect(state.runs('a')).toEqual([]);
  expect(logs.map((line) => JSON.parse(line))).toMatchObject([{ blobId: recordOf('a').id, refused: true }]);
});

test.each(['BLOB_DELETED', 'USER_ERASING'] as const)('what was deleted is erased: %s', async (code) => {
  const { registrar, records, state, logs, insert, pass } = await setUp();
  await insert('a', 'b');
  state.fail((operation, count) => (operation === 'finish' && count === 1 ? code : undefined));
  pass(GRACE_MS + 1);
  registrar.start();
  await expect.poll(() => state.runs('b')).toEqual(['COMPLETED 1']);
  expect(await records.existing([recordOf('a').id, recordOf('b').id])).toEqual([recordOf('b').id]);
  expect(logs).toEqual([]);
});

test('what is pending and permanently refused is erased: nobody would make it, and its key is free again', async () => {
  const { registrar, records, state, pass } = await setUp();
  const pending = recordOf('a', { contentHash: null, onDemand: true, data: {}, registerAt: new Date(START) });
  await records.insert(pending);
  state.fail((operation) => (operation === 'register' ? 'SOURCE_UNKNOWN' : undefined));
  pass(1);
  registrar.start();
  await expect.poll(() => records.existing([pending.id])).toEqual([]);
});

test('content that came while the index was told of a pending blob is told of all the same', async () => {
  const { registrar, records, state } = await setUp();
  const pending = recordOf('a', { contentHash: null, onDemand: true, data: {}, registerAt: new Date(START) });
  const { stored } = await records.insert(pending);
  state.fail(() => {
    completing ??= records.complete(recordOf('a', { onDemand: true, registerAt: new Date(START) }));
    return undefined;
  });
  let completing: Promise<unknown> | undefined;
  const register = records.markRegistered;
  records.markRegistered = async (record, at) => {
    await completing;
    return register(record, at);
  };
  await registrar.register(stored, 1);
  expect(await records.find(pending.id, new Set())).toMatchObject({ registration: 'waiting' });
  registrar.start();
  await expect.poll(async () => (await records.find(pending.id, new Set()))?.registration).toBe('registered');
  expect(state.calls).toEqual(['register', 'finish']);
});

test('one that cannot be registered now holds up no other, and is tried later each time', async () => {
  const { registrar, records, state, insert, pass, registered } = await setUp();
  await insert('a', 'b');
  let failing = true;
  state.fail((operation, count) =>
    operation === 'finish' && (failing ? count === 1 : false) ? 'INTERNAL' : undefined,
  );
  pass(GRACE_MS + 1);
  registrar.start();
  await expect.poll(registered).toEqual(['b']);
  expect(await records.find(recordOf('a').id, 'all')).toMatchObject({
    registerAttempts: 1,
    registration: 'waiting',
  });
  failing = false;
  pass(1_000);
  await expect.poll(registered).toEqual(['b', 'a']);
});

test('while the index is away it is asked once a search, and told all when it is back', async () => {
  const { registrar, state, insert, swept, pass, registered, sweeps } = await setUp();
  await insert('a', 'b', 'c');
  let away = true;
  state.fail(() => (away ? 'SERVICE_UNAVAILABLE' : undefined));
  pass(GRACE_MS + 3);
  registrar.start();
  await swept();
  expect(state.calls.length).toBeLessThanOrEqual(sweeps());
  away = false;
  // One that failed just now is put off from now on.
  const registeredLater = () => {
    pass(1_000);
    return registered().toSorted();
  };
  await expect.poll(registeredLater).toEqual(['a', 'b', 'c']);
});

test('stopping waits for what is being registered, and begins no other', async () => {
  const { registrar, state, insert, pass, registered } = await setUp();
  await insert('a', 'b', 'c');
  let stopping: Promise<void> | undefined;
  state.fail(() => {
    stopping ??= registrar.stop();
    return undefined;
  });
  pass(GRACE_MS + 3);
  registrar.start();
  await expect.poll(() => stopping !== undefined).toBe(true);
  await stopping;
  expect(state.calls).toEqual(['finish']);
  expect(registered()).toEqual(['a']);
});

test.each([
  [0, [500, 1_000, 2_000, 16_000, 30_000, 30_000, 30_000]],
  [1, [1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000]],
])(
  'it is put off twice as long after each try, up to a minute, half of it by chance (%s)',
  async (random, to) => {
    const { registrar, records, state, delays } = await setUp({ random });
    const { stored } = await records.insert(recordOf('a'));
    state.fail(() => 'INTERNAL');
    for (const registerAttempts of [0, 1, 2, 5, 6, 7, 2_000])
      await registrar.registerOrPostpone({ ...stored, registerAttempts });
    expect(delays).toEqual(to);
  },
);
