import { expect, onTestFinished, test, vi } from 'vitest';
import { onDemandBlobId } from '../../ids/ids.ts';
import { openEmbeddedRecords } from '../../testing/records.ts';
import type { ProcessorDefinition } from '../kit/kit.ts';
import type { Run } from '../kit/run.ts';
import { ACTIVE } from '../kit/standing.ts';
import { definition, openKit, startState } from '../testing/processor.fixture.ts';
import { createCommands } from './command.ts';

/** A processor that makes a text when asked. */
async function setUp(run: Run<object>, seconds = 30, standing = () => ACTIVE) {
  const state = await startState();
  const { records, close } = await openEmbeddedRecords(definition.records);
  await records.prepare();
  onTestFinished(async () => {
    await close();
    await state.stop();
  });
  const find = vi.spyOn(records, 'find');
  const asked: ProcessorDefinition = {
    ...definition,
    limits: { concurrency: 1, seconds },
    commands: {
      make: {
        payload: 'upperCase',
        parse: (input) => ({ input, idempotencyKey: 'a-key' }),
        plan: async () => ({ sourceIds: [], plan: null }),
        run,
      },
    },
  };
  const { kit } = await openKit({ definition: asked, state: state.client, records, standing });
  const make = createCommands(kit).get('make');
  if (!make) throw new Error('There is one');
  return { make, records, find };
}

test('work that takes too long fails by name, whether it heeds its signal or not, and leaves nothing', async () => {
  const { make, records } = await setUp(() => new Promise(() => {}), 0.05);
  await expect(make('alice', {})).rejects.toMatchObject({ code: 'PROCESSING_TIMEOUT' });
  expect(await records.existing([onDemandBlobId('alice', definition.id, 'a-key')])).toEqual([]);
});

test('what is made at once is refused while its processor is paused; what the key made before is there', async () => {
  let standing = ACTIVE;
  const run = vi.fn<Run<object>>(async () => ({ preview: 'a', data: { text: 'a' } }));
  const { make } = await setUp(run, 30, () => standing);
  standing = { ...ACTIVE, status: 'paused' };
  const message = '`upper-case` is paused. Ask again when it is resumed.';
  await expect(make('alice', {})).rejects.toMatchObject({ code: 'PROCESSOR_PAUSED', message });
  expect(run).not.toHaveBeenCalled();
  standing = ACTIVE;
  const { id } = await make('alice', {});
  standing = { ...ACTIVE, status: 'paused' };
  expect(await make('alice', {})).toMatchObject({ id });
});

test('what a key made before is found, and its texts are not read', async () => {
  const { make, find } = await setUp(async () => ({ preview: 'a', data: { text: 'a' } }));
  const { id } = await make('alice', {});
  expect(await make('alice', {})).toMatchObject({ id, data: {} });
  expect(find.mock.calls.map(([, wanted]) => wanted)).toEqual([new Set(), new Set()]);
});
