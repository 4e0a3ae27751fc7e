import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../clock.ts';
import { openEmbeddedEventLog } from '../../event-log/log.embedded.ts';
import type { EventLog } from '../../event-log/log.ts';
import type { SqlServer } from '../../sql/database.ts';
import { blobMessage } from '../../testing/events.ts';
import { openTemporaryPglite } from '../../testing/pglite.ts';
import type { Run } from '../define.ts';
import { idOf, openKit, record, upperCase } from '../processor.fixture.ts';
import { endingRuns } from './worker.ending.fixture.ts';
import { failingRuns } from './worker.failing.fixture.ts';
import { ONE_AT_A_TIME, setUpWorkers } from './worker.fixture.ts';
import { createWorker } from './worker.ts';

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
  return setUpWorkers(await openEmbeddedEventLog({ database, clock: systemClock }));
}

failingRuns(setUp);
endingRuns(setUp);

describe('a run', () => {
  it('stores its result, registers it, and says so, in two calls of the index', async () => {
    const { state, records, start, created, deadLetters } = await setUp();
    const { run } = await start();
    await created('a');
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    expect(state.calls).toEqual(['begin', 'finish']);
    expect(state.registered).toEqual([
      {
        user_id: 'alice',
        processor_id: 'upper-case',
        processor_version: '1',
        generation: 0,
        storage_location: 'upper-case-db',
        remote_blob_id: idOf('a'),
        parent_id: 'a',
        schema_id: 'upper-case-v1',
        schema_version: '1.0.0',
        title: 'a',
        preview: 'TEXT OF A',
        size_bytes: 20,
        content_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    await expect
      .poll(() => records.find(idOf('a'), 'all'))
      .toMatchObject({ userId: 'alice', data: { text: 'TEXT OF A' }, registration: 'registered' });
    expect(run).toHaveBeenCalledTimes(1);
    expect(run.mock.calls[0]?.[0]).toMatchObject({
      id: idOf('a'),
      userId: 'alice',
      source: { id: 'a', userId: 'alice', owner: 'state', data: 'text of a' },
      signal: expect.any(AbortSignal),
      onProgress: expect.any(Function),
    });
    expect(await deadLetters()).toEqual([]);
  });

  it('that is completed is not made again', async () => {
    const { log, state, start, created } = await setUp();
    const { run } = await start();
    await created('a');
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    await log.publish(blobMessage('a', 9));
    await expect.poll(() => state.calls).toEqual(['begin', 'finish', 'begin']);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('of another generation makes another blob', async () => {
    const { log, state, records, start } = await setUp();
    await start();
    const body = {
      run: { processor_id: 'upper-case', state: 'PENDING', attempt: 3, generation: 2 },
    } as const;
    await log.publish(blobMessage('a', 9, { kind: 'retried', body }));
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 3', 'COMPLETED 3']);
    expect(state.registered).toMatchObject([{ remote_blob_id: idOf('a', 2), generation: 2 }]);
    expect(await records.find(idOf('a', 2), 'all')).toMatchObject({ generation: 2 });
  });

  it('is not asked for by other schemas, nor by what is no event', async () => {
    const { log, state, start, settled, deadLetters } = await setUp();
    const { run } = await start(ONE_AT_A_TIME);
    await log.publish(blobMessage('other', 1, { body: { schema_id: 'message-v1' } }));
    await log.publish({ ...blobMessage('odd', 1), body: new TextEncoder().encode('{') });
    await settled();
    expect(run).toHaveBeenCalledTimes(1);
    expect(state.reports.map(({ blob_id }) => blob_id)).toEqual(['last', 'last']);
    expect(await deadLetters()).toEqual(['odd: The message is not an event of a blob (1)']);
  });

  it('tells of its progress, not too often', async () => {
    const { state, start, created } = await setUp();
    await start({
      settings: { progressEveryMs: 0 },
      run: async (request) => {
        request.onProgress(0.25);
        request.onProgress(1);
        await vi.waitFor(() => expect(state.reports.map((report) => report.progress)).toContain(0.25));
        return upperCase(request, {});
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

describe('runs that wait before another try', () => {
  it('hold up nobody: a good one is done while more fail than run at once', async () => {
    const { state, start, created } = await setUp();
    let fail = () => {};
    const failing = new Promise<void>((resolve) => {
      fail = resolve;
    });
    await start({
      definition: { limits: { concurrency: 2, seconds: 30 } },
      run: async (request) => {
        if (request.source.id.startsWith('bad')) await request.park?.(() => failing);
        return upperCase(request, {});
      },
    });
    const bad = Array.from({ length: 8 }, (_, n) => `bad-${n}`);
    await created(...bad);
    await created('good');
    await expect.poll(() => state.runs('good')).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    for (const id of bad) expect(state.runs(id)).toEqual(['PROCESSING 1']);
    fail();
    for (const id of bad) await expect.poll(() => state.runs(id)).toContain('COMPLETED 1');
  });
});

describe('a result that is stored', () => {
  it('is found by a redelivery, and not made again', async () => {
    const { state, start, created } = await setUp();
    state.fail((operation, count) => (operation === 'finish' && count < 3 ? 'INTERNAL' : undefined));
    const { run } = await start();
    await created('a');
    await expect
      .poll(() => state.runs('a'))
      .toEqual(['PROCESSING 1', 'PROCESSING 2', 'PROCESSING 3', 'COMPLETED 3']);
    expect(run).toHaveBeenCalledTimes(1);
    expect(state.registered).toHaveLength(1);
  });

  it('stays the first one, whoever stored it meanwhile', async () => {
    const { state, records, start, created } = await setUp();
    await start({
      run: async (request, opened) => {
        // Not due: the sweep would be the one to tell the index of it.
        const later = new Date(Date.now() + 60_000);
        const described = () => ({ title: 'a', preview: 'THE FIRST' });
        await records.insert(record('a', { registerAt: later, describe: described }));
        return upperCase(request, opened);
      },
    });
    await created('a');
    await expect.poll(() => state.registered.map(({ preview }) => preview)).toEqual(['THE FIRST']);
  });

  it('is told to the index later when the processes of its run died or gave up', async () => {
    const { state, start, created, deadLetters } = await setUp();
    let away = true;
    state.fail((operation) => (operation === 'finish' && away ? 'SERVICE_UNAVAILABLE' : undefined));
    const settings = { maxDeliver: 2, patienceMs: 0, sweepEveryMs: 5, sweepGraceMs: 0 };
    const { run } = await start({ settings });
    await created('a');
    await expect.poll(deadLetters).toHaveLength(1);
    away = false;
    await expect.poll(() => state.runs('a').at(-1)).toBe('COMPLETED 1');
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('is set aside when the index refuses it for good', async () => {
    const { state, records, start, created, deadLetters } = await setUp();
    state.fail((operation) => (operation === 'finish' ? 'DERIVED_CONFLICT' : undefined));
    await start();
    await created('a');
    await expect.poll(deadLetters).toEqual(['a: DERIVED_CONFLICT: Told DERIVED_CONFLICT. (1)']);
    expect(await records.find(idOf('a'), 'all')).toMatchObject({ registration: 'refused' });
    expect(state.runs('a')).toEqual(['PROCESSING 1', 'FAILED 1 DERIVED_CONFLICT']);
  });

  it('waits for the registry to know the processor', async () => {
    const { state, records, start, created } = await setUp();
    state.fail((operation, count) =>
      operation === 'finish' && count === 1 ? 'PROCESSOR_UNKNOWN' : undefined,
    );
    await start();
    await created('a');
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1', 'PROCESSING 2', 'COMPLETED 2']);
    expect(await records.find(idOf('a'), 'all')).not.toMatchObject({ registration: 'refused' });
  });
});

describe('the time limit', () => {
  const stuck: Run<object> = () => new Promise(() => {});

  it('ends a run, also one that does not heed it', async () => {
    const { state, start, created, deadLetters } = await setUp();
    const { run } = await start({ run: stuck, definition: { limits: { concurrency: 4, seconds: 0.05 } } });
    await created('a');
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1', 'FAILED 1 PROCESSING_TIMEOUT']);
    await expect
      .poll(deadLetters)
      .toEqual(['a: PROCESSING_TIMEOUT: The run took longer than the 0.05 s that its processor allows. (1)']);
    expect(run.mock.calls[0]?.[0].signal.aborted).toBe(true);
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
    const { run } = await start({
      eventLog,
      settings: { ackWaitMs: 400, workingEveryMs: 20 },
      run: async (request) => {
        // Longer than the log waits for a sign.
        await expect.poll(() => signs, { timeout: 20_000 }).toBeGreaterThan(40);
        return upperCase(request, {});
      },
    });
    await created('a');
    await expect.poll(() => state.runs('a'), { timeout: 20_000 }).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    expect(run).toHaveBeenCalledTimes(1);
  });
});

it('works on as many events at once as the registration says', async () => {
  const { state, start, created } = await setUp();
  const blobs = ['a', 'b', 'c', 'd', 'e'];
  let atOnce = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  await start({
    definition: { limits: { concurrency: 2, seconds: 30 } },
    run: async (request) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise<void>((resolve) => waiting.push(resolve));
      atOnce -= 1;
      return upperCase(request, {});
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
    definition: { limits: { concurrency: 3, seconds: 0.05 } },
    async run(request) {
      atOnce += 1;
      most = Math.max(most, atOnce);
      const { signal, source } = request;
      if (source.id.startsWith('hangs'))
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      atOnce -= 1;
      return upperCase(request, {});
    },
  });
  await created(...blobs);
  const ends = () => blobs.map((id) => state.runs(id).at(-1));
  await expect
    .poll(ends, { timeout: 20_000 })
    .toEqual(blobs.map((id) => (id.startsWith('hangs') ? 'FAILED 1 PROCESSING_TIMEOUT' : 'COMPLETED 1')));
  expect(most).toBeLessThanOrEqual(3);
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
    const first = await start({ settings: { maxDeliver: 1 }, run: ({ signal }) => work(signal) });
    await created('a');
    await expect.poll(() => first.run.mock.calls).toHaveLength(1);
    await first.stop();
    expect(first.run.mock.calls[0]?.[0].signal.aborted).toBe(true);
    expect(state.runs('a')).toEqual(['PROCESSING 1']);
    await created('b');
    const second = await start();
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1', 'PROCESSING 2', 'COMPLETED 2']);
    await expect.poll(() => state.runs('b')).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    expect(first.run).toHaveBeenCalledTimes(1);
    expect(second.run).toHaveBeenCalledTimes(2);
    expect(await deadLetters()).toEqual([]);
  });

  it('can be done before starting', async () => {
    const { log, state, records } = await setUp();
    const { kit } = await openKit({ state: state.client, records });
    await expect(createWorker({ kit, eventLog: log }).stop()).resolves.toBeUndefined();
  });
});

describe('two versions beside each other', () => {
  const takesNotes = { takes: { 'blob.created': ['text-input-v1', 'note-v1'] }, version: '2' };
  const note = (id: string, planned = ['upper-case']) =>
    blobMessage(id, 1, { body: { schema_id: 'note-v1', planned } });

  it('leave to each other what only one of them takes', async () => {
    const { log, state, start, deadLetters } = await setUp();
    const settings = { passMs: 1, maxDeliver: 2 };
    const older = await start({ settings, ...ONE_AT_A_TIME });
    for (const id of ['a', 'b', 'c']) await log.publish(note(id));
    const newer = await start({ settings, definition: takesNotes });
    for (const id of ['a', 'b', 'c'])
      await expect.poll(() => state.runs(id)).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    expect(older.run).not.toHaveBeenCalled();
    expect(newer.run).toHaveBeenCalledTimes(3);
    expect(await deadLetters()).toEqual([]);
  });

  it('say so when none of them is there to take it', async () => {
    const { log, state, start, deadLetters } = await setUp();
    await start({ settings: { passMs: 1, maxPasses: 3, maxDeliver: 1 } });
    await log.publish(note('a'));
    await expect.poll(() => state.runs('a')).toEqual(['FAILED 1 PROCESSING_FAILED']);
    await expect.poll(deadLetters).toEqual(['a: No process takes it: it was passed on 3 times (1)']);
  });

  it('let pass what nobody planned', async () => {
    const { log, state, start, settled, deadLetters } = await setUp();
    await start(ONE_AT_A_TIME);
    await log.publish(note('a', ['another']));
    await settled();
    expect(state.runs('a')).toEqual([]);
    expect(await deadLetters()).toEqual([]);
  });
});

describe('a pending blob', () => {
  const make: Run<object> = async ({ plan, source }) => {
    const text = `${plan} ${source.data}`;
    return { preview: text, data: { text } };
  };
  const command = { payload: 'blob', pending: true, parse: () => ({ input: {}, idempotencyKey: null }) };
  const commands = {
    shout: { ...command, plan: async () => ({ sourceIds: ['x'], plan: 'HEY' }), run: make },
  };
  const id = '01890a5d-ac96-774b-bcce-b302099a8057';
  const asked = () => {
    const run = { processor_id: 'upper-case', state: 'PENDING', attempt: 1, generation: 0 } as const;
    return blobMessage(id, 2, {
      kind: 'retried',
      body: { owner: 'upper-case', schema_id: 'upper-case-v1', run },
    });
  };
  const pending = record('x', {
    id,
    contentHash: null,
    onDemand: true,
    data: {},
    command: { name: 'shout', plan: 'HEY' },
    describe: () => ({ title: 'To come', preview: '' }),
  });

  it('gets its content from a run of its own', async () => {
    const { log, state, records, start } = await setUp();
    await start({ definition: { commands } });
    await records.insert(pending);
    await log.publish(asked());
    await expect.poll(() => state.runs(id)).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    expect(await records.find(id, 'all')).toMatchObject({
      title: 'To come',
      data: { text: `HEY text of ${id}` },
      sourceIds: ['x'],
      onDemand: true,
    });
    expect(state.registered.at(-1)).toMatchObject({ remote_blob_id: id, on_demand: true, parent_id: 'x' });
  });

  it('that was erased meanwhile is not made', async () => {
    const { log, state, start, settled, deadLetters } = await setUp();
    const { run } = await start({ definition: { commands, limits: { concurrency: 1, seconds: 30 } } });
    await log.publish(asked());
    await settled();
    expect(run).toHaveBeenCalledTimes(1);
    expect(state.registered.map(({ remote_blob_id }) => remote_blob_id)).toEqual([idOf('last')]);
    expect(await deadLetters()).toEqual([]);
  });
});
