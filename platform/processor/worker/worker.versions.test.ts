import { describe, expect, it } from 'vitest';
import { derivedBlobId } from '../../ids/ids.ts';
import { blobMessage } from '../../testing/events.ts';
import type { Run } from '../kit/run.ts';
import { idOf, record } from '../testing/processor.fixture.ts';
import { ONE_AT_A_TIME, type Started, workersOfEachTest } from './worker.fixture.ts';

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

describe('a candidate beside the present version', () => {
  const second = { version: '2' };
  /** Alternately of the present version and of the candidate. */
  const drafts = ['a', 'b', 'c', 'd', 'e', 'f'];
  const isGiven = (id: string) => drafts.indexOf(id) % 2 === 1;
  const of = (ids: readonly string[], given: boolean) => ids.filter((id) => isGiven(id) === given);
  const created = (id: string) =>
    blobMessage(id, 1, {
      body: { planned: ['upper-case'], ...(isGiven(id) ? { canary: { 'upper-case': '2' } } : {}) },
    });
  const sources = (run: Started['run']) => run.mock.calls.map(([{ source }]) => source.id).sort();

  it('has a queue of its own: neither takes, waits for or hands on what is the other’s', async () => {
    const { log, state, start, deadLetters } = await setUp();
    const present = await start({ candidate: '2' });
    const candidate = await start({ definition: second, candidate: '2', asCandidate: true });
    for (const id of drafts) await log.publish(created(id));
    for (const id of drafts) await expect.poll(() => state.runs(id)).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    expect(sources(present.run)).toEqual(of(drafts, false));
    expect(sources(candidate.run)).toEqual(of(drafts, true));
    for (const { remote_blob_id, parent_id, processor_version } of state.registered) {
      expect(processor_version).toBe(isGiven(parent_id) ? '2' : '1');
      expect(remote_blob_id).toBe(derivedBlobId(parent_id, 'upper-case', processor_version ?? ''));
    }
    await expect
      .poll(() => Promise.all(['upper-case', 'upper-case_canary'].map((d) => log.waiting(d))))
      .toEqual([0, 0]);
    expect(await deadLetters()).toEqual([]);
  });

  it('is asked for what failed before by `retried` events of its version', async () => {
    const { log, state, start, settled } = await setUp();
    const present = await start({ candidate: '2', ...ONE_AT_A_TIME });
    const run = {
      processor_id: 'upper-case',
      state: 'PENDING',
      attempt: 2,
      generation: 0,
      version: '2',
    } as const;
    await log.publish(blobMessage('b', 2, { kind: 'retried', body: { run } }));
    await settled();
    expect(sources(present.run)).toEqual(['last']);
    await start({ definition: second, candidate: '2', asCandidate: true });
    await expect.poll(() => state.runs('b')).toEqual(['PROCESSING 2', 'COMPLETED 2']);
  });

  it('that is none any more leaves its runs to whoever is asked', async () => {
    const { log, state, start } = await setUp();
    await start();
    const run = {
      processor_id: 'upper-case',
      state: 'PENDING',
      attempt: 2,
      generation: 0,
      version: '2',
    } as const;
    await log.publish(blobMessage('b', 2, { kind: 'retried', body: { run } }));
    await expect.poll(() => state.runs('b')).toEqual(['PROCESSING 2', 'COMPLETED 2']);
  });

  it('that is promoted goes on with the present version’s runs', async () => {
    const { log, state, start } = await setUp();
    const { worker } = await start({ definition: second, asCandidate: true });
    await log.publish(created('b'));
    await expect.poll(() => state.runs('b')).toEqual(['PROCESSING 1', 'COMPLETED 1']);
    await worker.pause();
    await worker.start();
    await log.publish(created('a'));
    await log.publish(created('d'));
    for (const id of ['a', 'd'])
      await expect.poll(() => state.runs(id)).toEqual(['PROCESSING 1', 'COMPLETED 1']);
  });

  it('that was killed is asked again: nothing of it is lost, and the present version makes none of it', async () => {
    const { log, state, start } = await setUp();
    const present = await start({ candidate: '2' });
    const killed = await start({
      ...{ definition: second, candidate: '2', asCandidate: true },
      run: () => new Promise(() => undefined),
      settings: { stopWithinMs: 0 },
    });
    for (const id of drafts) await log.publish(created(id));
    await expect.poll(() => killed.run.mock.calls.length).toBe(3);
    await killed.stop();
    const next = await start({ definition: second, candidate: '2', asCandidate: true });
    for (const id of drafts) await expect.poll(() => state.runs(id).at(-1)).toMatch(/^COMPLETED/);
    expect(sources(next.run)).toEqual(of(drafts, true));
    expect(sources(present.run)).toEqual(of(drafts, false));
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
