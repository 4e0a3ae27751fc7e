import { describe, expect, it, vi } from 'vitest';
import { fromWritten } from '../../events/written.ts';
import { blobMessage } from '../../testing/events.ts';
import { idOf, openKit, record, upperCase } from '../testing/processor.fixture.ts';
import { ONE_AT_A_TIME, workersOfEachTest } from './worker.fixture.ts';
import { createWorker } from './worker.ts';

const setUp = workersOfEachTest();

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

  it('tells the text that it writes, before its result is there', async () => {
    const { log, state, start, created } = await setUp();
    const heard: unknown[] = [];
    await log.listen(['run.written.*'], (subject, body) => {
      heard.push([subject, fromWritten(body)?.members]);
      expect(state.runs('a')).toEqual(['PROCESSING 1']);
    });
    await start({
      async run(request, opened) {
        request.onText?.({ section: 0, sections: 1, title: null, offset: 0, added: 'TEXT' });
        await vi.waitFor(() => expect(heard).toHaveLength(1));
        return upperCase(request, opened);
      },
    });
    await created('a');
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    const told = { blob_id: 'a', 'run.processor_id': 'upper-case', 'run.attempt': 1, 'text.added': 'TEXT' };
    expect(heard).toEqual([['run.written.alice', expect.objectContaining(told)]]);
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
