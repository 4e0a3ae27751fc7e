import { describe, expect, it } from 'vitest';
import { BlobgraphError } from '../../errors/errors.ts';
import { blobMessage } from '../../testing/events.ts';
import type { Run } from '../kit/run.ts';
import { definition, idOf, upperCase } from '../testing/processor.fixture.ts';
import { ONE_AT_A_TIME, workersOfEachTest } from './worker.fixture.ts';

const setUp = workersOfEachTest();

const failing =
  (code: 'MODEL_FAILED' | 'MODEL_UNAVAILABLE'): Run<object> =>
  async () => {
    throw new BlobgraphError(code, 'The model is not itself.');
  };

describe('a failure', () => {
  it('that will not pass is told at once, and its event set aside', async () => {
    const { state, start, created, deadLetters } = await setUp();
    const { run } = await start({ run: failing('MODEL_FAILED') });
    await created('a');
    await expect.poll(deadLetters).toEqual(['a: MODEL_FAILED: The model is not itself. (1)']);
    expect(state.runs('a')).toEqual(['PROCESSING 1', 'FAILED 1 MODEL_FAILED']);
    expect(state.reports.find((report) => report.state === 'FAILED')?.error).toEqual({
      code: 'MODEL_FAILED',
      message: 'The model is not itself.',
    });
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('that may pass is told after the last attempt', async () => {
    const { state, start, created, deadLetters } = await setUp();
    await start({ run: failing('MODEL_UNAVAILABLE') });
    await created('a');
    await expect.poll(deadLetters).toEqual(['a: MODEL_UNAVAILABLE: The model is not itself. (3)']);
    expect(state.runs('a')).toEqual([
      'PROCESSING 1',
      'PROCESSING 2',
      'PROCESSING 3',
      'FAILED 3 MODEL_UNAVAILABLE',
    ]);
  });

  it('that passes leaves nothing behind', async () => {
    const { state, start, created, deadLetters } = await setUp();
    const { run } = await start();
    run.mockRejectedValueOnce(new Error('a fault of ours'));
    state.fail((operation, count) => (operation === 'begin' && count === 1 ? 'INTERNAL' : undefined));
    await created('a');
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 2', 'PROCESSING 3', 'COMPLETED 3']);
    expect(await deadLetters()).toEqual([]);
  });

  it('of services that are away is waited out, and uses up no delivery', async () => {
    const { state, records, start, created, deadLetters } = await setUp();
    const away = (count: number) => (count <= 5 ? 'SERVICE_UNAVAILABLE' : undefined);
    state.fail((_operation, count) => away(count));
    const insert = records.insert.bind(records);
    let inserts = 0;
    records.insert = async (made) => {
      inserts += 1;
      if (inserts <= 5) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      return insert(made);
    };
    const { run } = await start({ settings: { patienceStepMs: 8 } });
    await created('a');
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    expect(run).toHaveBeenCalledTimes(1);
    expect(await deadLetters()).toEqual([]);
  });

  it('of a service that is away for too long counts', async () => {
    const { state, start, created, deadLetters } = await setUp();
    state.fail((operation) => (operation === 'begin' ? 'SERVICE_UNAVAILABLE' : undefined));
    await start({ settings: { patienceMs: 30, patienceStepMs: 8 } });
    await created('a');
    await expect.poll(deadLetters).toHaveLength(1);
    expect(state.runs('a').at(-1)).toBe('FAILED 3 SERVICE_UNAVAILABLE');
  });

  it('of ours tells nothing of its inside', async () => {
    const { state, start, created, deadLetters } = await setUp();
    await start({
      run: () => {
        throw new Error('connect ECONNREFUSED sekret');
      },
    });
    await created('a');
    await expect.poll(deadLetters).toEqual(['a: PROCESSING_FAILED: The run failed on our side. (3)']);
    expect(JSON.stringify(state.reports)).not.toContain('sekret');
  });

  it('of a result that cannot be stored is told at once, and leaves nothing that a retry would find', async () => {
    const { log, state, records, start, created } = await setUp();
    const { run } = await start();
    run.mockResolvedValueOnce({ preview: 'x', data: { text: 'X' }, title: 42 as unknown as string });
    await created('a');
    await expect.poll(() => state.runs('a').at(-1)).toBe('FAILED 1 PROCESSING_FAILED');
    expect(await records.existing([idOf('a')])).toEqual([]);
    const retry = { processor_id: definition.id, state: 'PENDING', attempt: 2 } as const;
    await log.publish(blobMessage('a', 2, { kind: 'retried', body: { run: retry } }));
    await expect.poll(() => state.runs('a').at(-1)).toBe('COMPLETED 2');
  });

  it('goes on counting when its run is asked for again', async () => {
    const { log, state, start } = await setUp();
    const started = await start();
    started.run.mockRejectedValueOnce(new Error('once more'));
    const run = { processor_id: definition.id, state: 'PENDING', attempt: 4 } as const;
    await log.publish(blobMessage('a', 2, { kind: 'retried', body: { run } }));
    await expect.poll(() => state.runs('a')).toEqual(['PROCESSING 4', 'PROCESSING 5', 'COMPLETED 5']);
    await log.publish(
      blobMessage('b', 2, { kind: 'retried', body: { run: { ...run, processor_id: 'another' } } }),
    );
    await log.publish(blobMessage('c', 2, { kind: 'retried', body: { run } }));
    await expect.poll(() => state.runs('c')).toEqual(['PROCESSING 4', 'COMPLETED 4']);
    expect(state.runs('b')).toEqual([]);
  });

  it('comes back until the user can hear of it', async () => {
    const { state, start, created, deadLetters } = await setUp();
    state.fail((operation, count) =>
      operation === 'report FAILED' && count <= 5 ? 'SERVICE_UNAVAILABLE' : undefined,
    );
    await start({ run: failing('MODEL_FAILED') });
    await created('a');
    await expect.poll(() => state.runs('a').at(-1)).toBe('FAILED 3 PROCESSING_FAILED');
    await expect.poll(deadLetters).toHaveLength(1);
    expect(state.calls.filter((call) => call === 'report FAILED').length).toBeGreaterThan(5);
  });

  it('of a run that the index does not let it begin is tried again, then set aside untold', async () => {
    const { state, start, created, deadLetters } = await setUp();
    state.fail((operation) => (operation === 'finish' ? undefined : 'FORBIDDEN'));
    const { run } = await start();
    await created('a');
    await expect.poll(deadLetters).toEqual(['a: FORBIDDEN: Told FORBIDDEN. (3)']);
    expect(run).not.toHaveBeenCalled();
    expect(state.runs('a')).toEqual([]);
  });

  it('does not delay its neighbours', async () => {
    const { state, start, created, settled } = await setUp();
    await start({
      ...ONE_AT_A_TIME,
      settings: { backoffMs: [60_000] },
      run: (request) =>
        request.source.id === 'a' ? failing('MODEL_UNAVAILABLE')(request, {}) : upperCase(request, {}),
    });
    await created('a');
    await settled();
    expect(state.runs('a')).toEqual(['PROCESSING 1']);
  });
});

describe('a source that is gone is no failure', () => {
  const reported = (calls: readonly string[]) => calls.filter((call) => call === 'report FAILED');

  it('before its run', async () => {
    const { state, start, created, settled, deadLetters } = await setUp();
    state.delete('a');
    const { run } = await start(ONE_AT_A_TIME);
    await created('a');
    await settled();
    expect(run).toHaveBeenCalledTimes(1);
    expect(reported(state.calls)).toEqual([]);
    expect(await deadLetters()).toEqual([]);
  });

  it('in the midst of it', async () => {
    const { state, records, start, created, settled, deadLetters } = await setUp();
    const { run } = await start({
      ...ONE_AT_A_TIME,
      run: async (request) => {
        if (request.source.id === 'a') state.delete('a');
        return upperCase(request, {});
      },
    });
    await created('a');
    await settled();
    expect(run).toHaveBeenCalledTimes(2);
    expect(await records.existing([idOf('a'), idOf('last')])).toEqual([idOf('last')]);
    expect(await deadLetters()).toEqual([]);
    expect(state.calls.filter((call) => call === 'finish')).toHaveLength(2);
  });

  it('when its run failed for the last time', async () => {
    const { state, start, created, settled, deadLetters } = await setUp();
    const { run } = await start({
      ...ONE_AT_A_TIME,
      run: async (request) => {
        if (request.source.id === 'last') return upperCase(request, {});
        state.delete('a');
        throw new BlobgraphError('MODEL_FAILED', 'The model is not itself.');
      },
    });
    await created('a');
    await settled();
    expect(run).toHaveBeenCalledTimes(2);
    expect(await deadLetters()).toEqual([]);
  });
});
