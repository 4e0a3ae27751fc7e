import { expect, onTestFinished, test } from 'vitest';
import { BlobgraphError } from '../../errors/errors.ts';
import type { Run, RunResult } from '../kit/run.ts';
import { storedAs } from '../records/record.ts';
import { MAX_SOURCE_BYTES } from '../runs/sources.ts';
import { openKit, startState } from '../testing/processor.fixture.ts';
import { makeRecord } from './make.ts';

async function setUp() {
  const state = await startState();
  const { kit, close } = await openKit({ state: state.client });
  onTestFinished(async () => {
    await close();
    await state.stop();
  });
  const source = { id: 'a', title: 'A' } as Parameters<Run<object>>[0]['source'];
  const { signal } = new AbortController();
  const request = { id: 'x', userId: 'alice', source, sources: [source], plan: undefined, signal };
  return (run: Run<object>) =>
    makeRecord(kit, {
      request: { ...request, onProgress: () => undefined },
      run,
      sourceIds: ['a'],
      generation: 0,
      onDemand: false,
      inputHash: null,
      command: null,
    });
}

test.each([
  ['nothing', undefined],
  ['no data', { preview: '' }],
  ['no preview', { data: {} }],
  ['a date', { preview: '', data: { at: new Date(0) } }],
  ['NaN', { preview: '', data: { share: Number.NaN } }],
  ['a bigint', { preview: '', data: { big: 1n } }],
  ['a function', { preview: '', data: { run: () => 1 } }],
  ['NUL', { preview: '', data: { text: 'a\0b' } }],
  ['half of a surrogate pair', { preview: '', data: { text: '\ud83e' } }],
  ['a member beside `data` that is not declared', { preview: '', data: {}, beside: { refusal: 'x' } }],
])('a run that makes %s fails for good, and says of what', async (_, result) => {
  const make = await setUp();
  const made = make(async () => result as unknown as RunResult);
  await expect(made).rejects.toMatchObject({ code: 'PROCESSING_FAILED' });
});

test.each([
  ['data', { preview: '', data: null }],
  ['data', { preview: '', data: [] }],
  ['data', { preview: '', data: 'text' }],
  ['preview', { preview: 42, data: {} }],
  ['title', { preview: '', data: {}, title: 42 }],
  ['contentHash', { preview: '', data: {}, contentHash: 'nope' }],
  ['contentHash', { preview: '', data: {}, contentHash: 'A'.repeat(64) }],
  ['sizeBytes', { preview: '', data: {}, sizeBytes: -1 }],
  ['sizeBytes', { preview: '', data: {}, sizeBytes: 1.5 }],
  ['sizeBytes', { preview: '', data: {}, sizeBytes: Number.NaN }],
])('a result whose `%s` no store takes fails by that name: %j', async (member, result) => {
  const make = await setUp();
  const made = make(async () => result as unknown as RunResult);
  await expect(made).rejects.toMatchObject({
    code: 'PROCESSING_FAILED',
    message: `\`upper-case\` made a result whose \`${member}\` cannot be stored.`,
  });
});

test.each([null, '', ' \n'])('a result with the title %j has that of its source', async (title) => {
  const make = await setUp();
  const record = await make(async () => ({ preview: '', data: {}, title }) as RunResult);
  expect(storedAs(record, record.describe({})).title).toBe('A');
});

test('a result that nobody could read again is too large', async () => {
  const make = await setUp();
  const sizeBytes = MAX_SOURCE_BYTES + 1;
  const made = make(async () => ({ preview: '', data: {}, sizeBytes }));
  await expect(made).rejects.toMatchObject({ code: 'BLOB_TOO_LARGE' });
});

test('a preview is cut to what is shown, and no pair of surrogates with it', async () => {
  const make = await setUp();
  const record = await make(async () => ({ preview: `${'x'.repeat(399)}🦉${'y'.repeat(9_999)}`, data: {} }));
  const { preview } = storedAs(record, record.describe({}));
  expect([preview.length, preview.isWellFormed()]).toEqual([399, true]);
});

test.each(['BLOB_NOT_FOUND', 'BLOB_DELETED', 'USER_ERASING'] as const)(
  'a run that gives %s for its reason is no blob that is gone: its user hears of it',
  async (code) => {
    const make = await setUp();
    const made = make(async () => {
      throw new BlobgraphError(code, 'There is no such page.');
    });
    await expect(made).rejects.toMatchObject({
      code: 'PROCESSING_FAILED',
      message: 'There is no such page.',
    });
  },
);
