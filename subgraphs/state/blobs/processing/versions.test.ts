import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CanaryDocument } from '../../../../platform/clients/canary.ts';
import type { ProcessorDocument } from '../../../../platform/clients/registry.ts';
import { expansionDocument } from '../../testing/registry.fixture.ts';
import { finished, runCallsOn, runReadsOn } from '../../testing/runs.fixture.ts';
import { asProcessor, type Caller, draft, newCaller, runState } from '../../testing/subgraph.fixture.ts';

const { create, registry, state } = runState();
const { begin, finish, make, reprocess } = runCallsOn(state);
const { eventsOf, runsOf } = runReadsOn(state);

/** Whose blobs the candidate takes; everybody else's are the present version's. */
let named: Caller;
beforeAll(() => {
  named = newCaller();
});

const candidate = (): CanaryDocument => ({
  version: '2',
  base_url: 'http://127.0.0.1:9',
  share: 0,
  user_ids: [named.viewer.userId],
  since: '2026-01-01T00:00:00.000Z',
  takes: { 'blob.created': ['text-input-v1'] },
  takes_versions: {},
  max_concurrency: 1,
  timeout_seconds: 60,
});
const versions = ['1', '2'];

const runOf = async (caller: Caller, id: string) => {
  const query = 'query ($id: ID!) { blob(id: $id) { processing { runs { state version } } } }';
  interface Shown {
    blob: { processing: { runs: { state: string; version: string | null }[] } };
  }
  const { data } = await state.graphql<Shown>(query, { id }, caller);
  return data?.blob.processing.runs[0];
};
const createDraft = async (caller: Caller) => (await create(caller, draft('It rained.'))).blob?.id ?? '';

/** Resolves once state knows what the registry says: without a candidate new blobs of the named are the present version's. */
async function says(over: Partial<ProcessorDocument>): Promise<void> {
  registry.put(expansionDocument({ versions, ...over }));
  const expected = over.canary?.version ?? null;
  await expect
    .poll(async () => (await runOf(named, await createDraft(named)))?.version, { timeout: 10_000 })
    .toBe(expected);
}
const withdrawn = { version: '2', base_url: 'http://127.0.0.1:9', since: '2026-01-01T00:00:00Z' };

const begins = async (caller: Caller, blob_id: string, processor_version?: string) => {
  const { body } = await begin(caller, { blob_id, ...(processor_version ? { processor_version } : {}) });
  return body.error?.code ?? body.done;
};

describe('beside a candidate', () => {
  beforeEach(() => says({ canary: candidate() }));

  it('a blob’s run is PENDING, and given to its version, in the very answer that it was created', async () => {
    const { blob } = await create(named, draft('It rained.'));
    expect(blob?.processing).toMatchObject({
      state: 'PENDING',
      runs: [{ processorId: 'text-expansion', state: 'PENDING' }],
    });
    expect(await runOf(named, blob?.id ?? '')).toEqual({ state: 'PENDING', version: '2' });
    const other = newCaller();
    expect(await runOf(other, await createDraft(other))).toEqual({ state: 'PENDING', version: null });
    await expect
      .poll(async () => (await eventsOf(blob?.id ?? '')).map(({ body }) => [body.planned, body.canary]))
      .toEqual([[['text-expansion'], { 'text-expansion': '2' }]]);
  });

  it('a run is begun by its version alone; there is nothing to do for the other', async () => {
    const id = await createDraft(named);
    expect(await begins(named, id, '1')).toBe(true);
    expect(await begins(named, id)).toBe(true);
    expect(await runsOf(named, id)).toEqual(['text-expansion PENDING 0/0']);
    expect(await begins(named, id, '2')).toBe(false);
    expect(await runOf(named, id)).toEqual({ state: 'PROCESSING', version: '2' });
    const other = newCaller();
    const theirs = await createDraft(other);
    expect(await begins(other, theirs, '2')).toBe(true);
    expect(await begins(other, theirs)).toBe(false);
  });

  it('a result is taken of the run’s version alone', async () => {
    const id = await createDraft(named);
    await begins(named, id, '2');
    const { body } = await finish(named, finished(named, id, { processor_version: '3' }));
    expect(body.error?.code).toBe('CANCELLED');
    await make(named, id, { processor_version: '2' });
    expect(await runOf(named, id)).toEqual({ state: 'COMPLETED', version: '2' });
    const other = newCaller();
    const theirs = await createDraft(other);
    const refused = await finish(other, finished(other, theirs, { processor_version: '2' }));
    expect([refused.status, refused.body.error?.code]).toEqual([409, 'CANCELLED']);
    await make(other, theirs);
  });

  it('what is made anew is given anew; what is changed later touches no run', async () => {
    const id = await createDraft(named);
    await make(named, id, { processor_version: '2' });
    await says({ canary: { ...candidate(), version: '2.1' }, versions: ['1', '2', '2.1'] });
    expect(await runOf(named, id)).toMatchObject({ version: '2' });
    expect(await reprocess(named, id)).toEqual([]);
    expect(await runOf(named, id)).toEqual({ state: 'PENDING', version: '2.1' });
  });
});

describe('after a withdrawal', () => {
  it('the candidate begins nothing, what it tells changes nothing, and the present version makes the blob', async () => {
    await says({ canary: candidate() });
    const id = await createDraft(named);
    await begins(named, id, '2');
    await says({ resting: [{ ...withdrawn, why: 'withdrawn' }] });
    expect(await begins(named, id, '2')).toBe('PROCESSOR_PAUSED');
    // Whoever is asked begins it.
    expect(await begins(named, id, '1')).toBe(false);
    expect(await runOf(named, id)).toEqual({ state: 'PROCESSING', version: null });
    const report = { blob_id: id, processor_id: 'text-expansion', processor_version: '2', attempt: 5 };
    const tell = (more: object) =>
      state.rest<{ error?: { code: string } }>('POST', '/api/v1/processing', {
        body: { ...report, ...more },
        caller: asProcessor(named),
      });
    expect((await tell({ state: 'PROCESSING', progress: 0.5 })).body.error?.code).toBe('CANCELLED');
    await tell({ state: 'FAILED', error: { code: 'PROCESSING_FAILED', message: 'No.' } });
    const late = await finish(named, finished(named, id, { processor_version: '2' }));
    expect(late.body.error?.code).toBe('CANCELLED');
    await make(named, id);
    expect(await runOf(named, id)).toEqual({ state: 'COMPLETED', version: null });
  });
});

describe('after a promotion', () => {
  it('the version before finishes what it began, and begins nothing more', async () => {
    await says({ canary: candidate() });
    const [begun, waiting] = [await createDraft(named), await createDraft(named)];
    const other = newCaller();
    const theirs = await createDraft(other);
    await begins(other, theirs, '1');
    await begins(named, begun, '2');
    await says({
      version: '2',
      versions: ['2', '1'],
      resting: [{ ...withdrawn, version: '1', why: 'superseded' }],
    });
    await make(other, theirs, { processor_version: '1' });
    await make(named, begun, { processor_version: '2' });
    expect(await begins(named, waiting, '1')).toBe('PROCESSOR_PAUSED');
    expect(await begins(named, waiting, '2')).toBe(false);
    await make(named, waiting, { processor_version: '2' });
  });

  it('a run that one version has completed has no second result of another', async () => {
    await says({ canary: candidate() });
    const other = newCaller();
    const id = await createDraft(other);
    await begins(other, id, '1');
    await says({
      version: '2',
      versions: ['2', '1'],
      resting: [{ ...withdrawn, version: '1', why: 'superseded' }],
    });
    // The process of version 1 died before it told of what it had made; the event came to version 2.
    await begins(other, id, '2');
    await make(other, id, { processor_version: '2' });
    const { body } = await finish(other, finished(other, id, { processor_version: '1' }));
    expect(body.error?.code).toBe('CANCELLED');
  });
});
