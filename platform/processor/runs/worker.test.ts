import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../clock.ts';
import { openEmbeddedEventLog } from '../../event-log/log.embedded.ts';
import type { EventLog } from '../../event-log/log.ts';
import { createLogger } from '../../logger.ts';
import type { SqlServer } from '../../sql/database.ts';
import { blobMessage } from '../../testing/events.ts';
import { openTemporaryPglite } from '../../testing/pglite.ts';
import { failingRuns } from './event-processor.failing.fixture.ts';
import { idOf, ONE_AT_A_TIME, type Process, setUpProcessors, upperCase } from './event-processor.fixture.ts';
import { createEventProcessor } from './event-processor.ts';
import { describeRecord, record, registration, type UpperCase } from './processor.fixture.ts';

let server: SqlServer;
let databases = 0;

beforeAll(async () => {
  server = await openTemporaryPglite();
});

afterAll(async () => {
  await server.close();
});

async function setUp() {
  const database = await server.database(`log_${++databases}`);
  return setUpProcessors(await openEmbeddedEventLog({ database, clock: systemClock }));
}

failingRuns(setUp);

describe('a run', () => {
  it('stores its result, registers it, and says so', async () => {
    const { state, store, start, created, deadLetters } = await setUp();
    const { process } = await start();
    await created('a');
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    expect(state.registered).toEqual([describeRecord(record(idOf('a'), 'a'))]);
    expect(store.kept.get(idOf('a'))).toMatchObject({
      record: record(idOf('a'), 'a'),
      registeredAt: expect.any(Date),
    });
    expect(process).toHaveBeenCalledTimes(1);
    expect(process).toHaveBeenCalledWith({
      id: idOf('a'),
      source: expect.objectContaining({ id: 'a', user_id: 'alice', data: 'text of a' }),
      signal: expect.any(AbortSignal),
      onProgress: expect.any(Function),
    });
    expect(await deadLetters()).toEqual([]);
  });

  it('is not asked for by other schemas, nor by what is no event', async () => {
    const { log, state, start, settled, deadLetters } = await setUp();
    const { process } = await start(ONE_AT_A_TIME);
    await log.publish(blobMessage('other', 1, { body: { schema_id: 'message-v1' } }));
    await log.publish({ ...blobMessage('odd', 1), body: new TextEncoder().encode('{') });
    await settled();
    expect(process).toHaveBeenCalledTimes(1);
    expect(state.reports.map(({ blob_id }) => blob_id)).toEqual(['last', 'last']);
    expect(await deadLetters()).toEqual(['odd: The message is not an event of a blob (1)']);
  });

  it('tells of its progress, not too often', async () => {
    const { state, start, created } = await setUp();
    await start({
      settings: { progressEveryMs: 0 },
      process: async (request) => {
        request.onProgress(0.25);
        request.onProgress(1);
        await vi.waitFor(() => expect(state.reports.map((report) => report.progress)).toContain(0.25));
        return upperCase(request);
      },
    });
    await created('a');
    await expect.poll(() => state.runs('a')).toContain('COMPLETED 1');
    expect(state.reports.map(({ state: told, progress }) => [told, progress])).toEqual([
      ['PROCESSING', undefined],
      ['PROCESSING', 0.25],
      ['COMPLETED', undefined],
    ]);
  });
});

describe('a result that is stored', () => {
  it('is found by a redelivery, and not made again', async () => {
    const { state, start, created } = await setUp();
    state.fail((operation, count) => (operation === 'register' && count < 3 ? 'INTERNAL' : undefined));
    const { process } = await start();
    await created('a');
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1', 'COMPLETED 3']);
    expect(process).toHaveBeenCalledTimes(1);
    expect(state.registered).toHaveLength(1);
  });

  it('stays the first one, whoever stored it meanwhile', async () => {
    const { state, store, start, created } = await setUp();
    const first = { ...record(idOf('a'), 'a'), text: 'THE FIRST' };
    await start({
      process: async (request) => {
        await store.insert(first);
        return upperCase(request);
      },
    });
    await created('a');
    await expect.poll(() => state.registered.map(({ preview }) => preview)).toEqual(['THE FIRST']);
  });

  it('is told to the index later when the processes of its run died or gave up', async () => {
    const { state, start, created, deadLetters } = await setUp();
    let away = true;
    state.fail((operation) => (operation === 'register' && away ? 'SERVICE_UNAVAILABLE' : undefined));
    const settings = { maxDeliver: 2, patienceMs: 0, sweepEveryMs: 5, sweepGraceMs: 0 };
    const { process } = await start({ settings });
    await created('a');
    await expect.poll(deadLetters).toHaveLength(1);
    away = false;
    await expect.poll(() => state.runs('a').at(-1)).toBe('COMPLETED 1');
    expect(process).toHaveBeenCalledTimes(1);
  });

  it('is set aside when the index refuses it for good', async () => {
    const { state, store, start, created, deadLetters } = await setUp();
    state.fail((operation) => (operation === 'register' ? 'DERIVED_CONFLICT' : undefined));
    await start();
    await created('a');
    await expect.poll(deadLetters).toEqual(['a: DERIVED_CONFLICT: Told DERIVED_CONFLICT. (1)']);
    expect(store.kept.get(idOf('a'))?.quarantined).toBe('DERIVED_CONFLICT: Told DERIVED_CONFLICT.');
    expect(state.runs('a')).toEqual(['PROCESSING 1', 'FAILED 1 DERIVED_CONFLICT']);
  });

  it('waits for the registry to know the processor', async () => {
    const { state, store, start, created } = await setUp();
    state.fail((operation, count) =>
      operation === 'register' && count === 1 ? 'PROCESSOR_UNKNOWN' : undefined,
    );
    await start();
    await created('a');
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1', 'COMPLETED 2']);
    expect(store.kept.get(idOf('a'))).not.toHaveProperty('quarantined');
  });
});

describe('the time limit', () => {
  const stuck: Process = () => new Promise(() => {});

  it('ends a run, also one that does not heed it', async () => {
    const { state, start, created, deadLetters } = await setUp();
    const { process } = await start({ process: stuck, registration: { timeout_seconds: 0.05 } });
    await created('a');
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1', 'FAILED 1 PROCESSING_TIMEOUT']);
    await expect
      .poll(deadLetters)
      .toEqual(['a: PROCESSING_TIMEOUT: The run took longer than the 0.05 s that its processor allows. (1)']);
    expect(process.mock.calls[0]?.[0].signal.aborted).toBe(true);
  });

  it('alone ends it: a long run keeps its event while it works', async () => {
    const { log, state, start, created } = await setUp();
    let signs = 0;
    const eventLog: EventLog = {
      ...log,
      consume: (options, handler) =>
        log.consume(options, (delivery) =>
          handler({
            ...delivery,
            working: () => {
              signs += 1;
              delivery.working();
            },
          }),
        ),
    };
    const { process } = await start({
      eventLog,
      settings: { ackWaitMs: 400, workingEveryMs: 20 },
      process: async (request) => {
        // Longer than the log waits for a sign.
        await expect.poll(() => signs, { timeout: 20_000 }).toBeGreaterThan(40);
        return upperCase(request);
      },
    });
    await created('a');
    await expect.poll(() => state.runs('a'), { timeout: 20_000 }).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    expect(process).toHaveBeenCalledTimes(1);
  });
});

it('works on as many events at once as the registration says', async () => {
  const { state, start, created } = await setUp();
  const blobs = ['a', 'b', 'c', 'd', 'e'];
  let atOnce = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  await start({
    registration: { max_concurrency: 2 },
    process: async (request) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise<void>((resolve) => waiting.push(resolve));
      atOnce -= 1;
      return upperCase(request);
    },
  });
  await created(...blobs);
  for (let done = 0; done < blobs.length; done += 1) {
    await expect.poll(() => waiting.length).toBe(Math.min(2, blobs.length - done));
    waiting.shift()?.();
  }
  await expect.poll(() => state.registered).toHaveLength(blobs.length);
  expect(most).toBe(2);
});

it('under load neither more runs at once nor longer ones than the registration says', async () => {
  const { state, start, created } = await setUp();
  const blobs = Array.from({ length: 40 }, (_, index) => `${index % 4 === 0 ? 'hangs' : 'runs'}-${index}`);
  let atOnce = 0;
  let most = 0;
  await start({
    registration: { max_concurrency: 3, timeout_seconds: 0.05 },
    async process(request) {
      atOnce += 1;
      most = Math.max(most, atOnce);
      const { signal, source } = request;
      if (source.id.startsWith('hangs'))
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      atOnce -= 1;
      return upperCase(request);
    },
  });
  await created(...blobs);
  const ends = () => blobs.map((id) => state.runs(id).at(-1));
  await expect
    .poll(ends, { timeout: 20_000 })
    .toEqual(blobs.map((id) => (id.startsWith('hangs') ? 'FAILED 1 PROCESSING_TIMEOUT' : 'COMPLETED 1')));
  expect(most).toBe(3);
});

describe('stopping', () => {
  it.each([
    [
      'heeds it',
      (signal: AbortSignal) =>
        new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    ],
    ['does not', () => new Promise<never>(() => {})],
  ])('hands back what is in work, and blames nobody: a run that %s', async (_, work) => {
    const { state, start, created, deadLetters } = await setUp();
    // Even where the log would not deliver it to this one again.
    const first = await start({ settings: { maxDeliver: 1 }, process: ({ signal }) => work(signal) });
    await created('a');
    await expect.poll(() => first.process.mock.calls).toHaveLength(1);
    await first.stop();
    expect(first.process.mock.calls[0]?.[0].signal.aborted).toBe(true);
    expect(state.runs('a')).toEqual(['PROCESSING 1']);
    await created('b');
    const second = await start();
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1', 'PROCESSING 2', 'COMPLETED 2']);
    await expect.poll(() => state.runs('b')).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    expect(first.process).toHaveBeenCalledTimes(1);
    expect(second.process).toHaveBeenCalledTimes(2);
    expect(await deadLetters()).toEqual([]);
  });

  it('can be done before starting', async () => {
    const { log, state, store } = await setUp();
    const processor = createEventProcessor<UpperCase>({
      registration,
      store,
      state: state.client,
      eventLog: log,
      clock: systemClock,
      logger: createLogger('silent'),
      process: upperCase,
      describe: describeRecord,
    });
    await expect(processor.stop()).resolves.toBeUndefined();
  });
});
