import { describe, expect, it, vi } from 'vitest';
import type { ConsumeOptions } from '../../event-log/consuming.ts';
import type { EventLog } from '../../event-log/log.ts';
import type { Run } from '../kit/run.ts';
import { idOf, upperCase } from '../testing/processor.fixture.ts';
import { ONE_AT_A_TIME, workersOfEachTest } from './worker.fixture.ts';

const setUp = workersOfEachTest();

/** A run that goes on until it is let go, or aborted. */
function held() {
  let letGo = () => {};
  const aborted = vi.fn();
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const run: Run<object> = async (request) => {
    await new Promise<void>((resolve, reject) => {
      void released.then(resolve);
      request.signal.addEventListener('abort', () => {
        aborted();
        reject(request.signal.reason as Error);
      });
    });
    return upperCase(request, {});
  };
  return { run, aborted, letGo: () => letGo() };
}

describe('a pause', () => {
  it('lets what is in work finish, and takes nothing more until the worker starts again', async () => {
    const { state, start, created, deadLetters } = await setUp();
    const { run, letGo, aborted } = held();
    const started = await start({ run, ...ONE_AT_A_TIME });
    await created('a');
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1']);
    await created('b');
    const paused = started.worker.pause();
    letGo();
    await paused;
    expect(aborted).not.toHaveBeenCalled();
    expect(state.runs('a')).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    expect(state.runs('b')).toEqual([]);
    await started.worker.start();
    await expect.poll(() => state.runs('b')).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    expect(await deadLetters()).toEqual([]);
  });

  it('hands back what waits for it in place, before this process has heard of it', async () => {
    const { state, start, created, deadLetters } = await setUp();
    let isPaused = true;
    state.fail((operation) => (isPaused && operation === 'begin' ? 'PROCESSOR_PAUSED' : undefined));
    const started = await start({ ...ONE_AT_A_TIME, settings: { patienceStepMs: 8 } });
    await created('a');
    await expect.poll(() => state.calls.length).toBeGreaterThan(3);
    await started.worker.pause();
    expect(state.runs('a')).toEqual([]);
    isPaused = false;
    await started.worker.start();
    await expect.poll(() => state.runs('a').at(-1)).toMatch(/^COMPLETED/);
    expect(await deadLetters()).toEqual([]);
  });

  it('ends with its process, which hands back what is in work', async () => {
    const { state, start, created } = await setUp();
    const { run, aborted } = held();
    const started = await start({ run, ...ONE_AT_A_TIME, settings: { stopWithinMs: 2_000 } });
    await created('a');
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1']);
    const paused = started.worker.pause();
    await started.stop();
    await paused;
    expect(aborted).toHaveBeenCalled();
    await start();
    await expect.poll(() => state.runs('a').at(-1)).toMatch(/^COMPLETED/);
  });
});

describe.each(['CANCELLED', 'PROCESSOR_RETIRED'] as const)('a run whose result nobody wants (%s)', (code) => {
  it('is given up at its next sign of life, and its event is done', async () => {
    const { state, records, start, created, deadLetters, settled } = await setUp();
    const { run, aborted } = held();
    let isUnwanted = false;
    state.fail((operation) => (isUnwanted && operation === 'report PROCESSING' ? code : undefined));
    await start({
      ...ONE_AT_A_TIME,
      settings: { workingEveryMs: 10 },
      run: (request, opened) =>
        request.source.id === 'a' ? run(request, opened) : upperCase(request, opened),
    });
    await created('a');
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1']);
    isUnwanted = true;
    await expect.poll(() => aborted.mock.calls.length).toBe(1);
    isUnwanted = false;
    await settled();
    expect(state.runs('a')).toEqual(['PROCESSING 1']);
    expect(await records.find(idOf('a'), new Set())).toBeNull();
    expect(await deadLetters()).toEqual([]);
  });

  it('whose result is refused is done too, and the result is not told of again', async () => {
    const { state, records, start, created, deadLetters, settled } = await setUp();
    state.fail((operation, count) => (operation === 'finish' && count === 1 ? code : undefined));
    await start(ONE_AT_A_TIME);
    await created('a');
    await settled();
    expect(await records.find(idOf('a'), 'all')).toMatchObject({ registration: 'refused' });
    expect(state.registered.map(({ remote_blob_id }) => remote_blob_id)).toEqual([idOf('last')]);
    expect(await deadLetters()).toEqual([]);
  });
});

it('events that are lost to the processor are told to the index, which hands out what is owed', async () => {
  const { log, state, start } = await setUp();
  let given: ConsumeOptions | undefined;
  const eventLog: EventLog = {
    ...log,
    consume: (options, handler) => {
      given = options;
      return log.consume(options, handler);
    },
  };
  await start({ eventLog });
  const through = await log.head();
  const cut = { id: 'c', durable: 'upper-case', cause: 'lagged', through, at: new Date() } as const;
  await given?.onCut?.(cut);
  expect(state.handOuts).toContain('upper-case');
});
