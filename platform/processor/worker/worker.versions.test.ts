import { describe, expect, it } from 'vitest';
import { blobMessage } from '../../testing/events.ts';
import type { Run } from '../kit/run.ts';
import { idOf, record } from '../testing/processor.fixture.ts';
import { ONE_AT_A_TIME, workersOfEachTest } from './worker.fixture.ts';

const setUp = workersOfEachTest();

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
