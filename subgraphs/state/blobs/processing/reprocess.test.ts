import { describe, expect, it } from 'vitest';
import { compilerDocument, expansionDocument, processorDocument } from '../../testing/registry.fixture.ts';
import { announced, finished, runCallsOn, runReadsOn } from '../../testing/runs.fixture.ts';
import { newCaller, runState } from '../../testing/subgraph.fixture.ts';

const { createDraft, deleteBlob, registry, report, state } = runState();
const { announce, make, post, reprocess } = runCallsOn(state);
const { runsOf, shown, toldOf } = runReadsOn(state);

const tell = async (
  caller: ReturnType<typeof newCaller>,
  blob_id: string,
  stateName: string,
  over: object = {},
) => report(caller, { blob_id, processor_id: 'text-expansion', state: stateName, attempt: 1, ...over });

/** A processor that registers once the blobs that it would have taken are there. */
function lateProcessor(id: string, takes: Record<string, string[]>): void {
  registry.put(processorDocument(id, { takes }));
}

describe('reprocess', () => {
  it('asks for the next generation of what is done, and tells of it', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    await make(caller, blob_id);
    expect(await reprocess(caller, blob_id)).toEqual([]);
    expect(await shown(caller, blob_id)).toMatchObject({ processing: { state: 'PENDING' } });
    expect(await runsOf(caller, blob_id)).toEqual(['text-expansion PENDING 2/1']);
    await expect
      .poll(() => toldOf(blob_id))
      .toEqual(['1 created', '2 completed text-expansion 1/0', '3 retried text-expansion 2/1']);
  });

  it('asks anew for what failed, and for what was deleted', async () => {
    const caller = newCaller();
    const failed = await createDraft(caller);
    await tell(caller, failed, 'FAILED');
    expect(await reprocess(caller, failed)).toEqual([]);
    expect(await runsOf(caller, failed)).toEqual(['text-expansion PENDING 2/1']);

    const draft = await createDraft(caller);
    const made = await make(caller, draft);
    await deleteBlob(caller, made);
    expect(await reprocess(caller, draft)).toEqual([]);
    const next = await make(caller, draft, { generation: 1 });
    expect(await shown(caller, next)).toMatchObject({ generation: 1 });
    expect(await runsOf(caller, draft)).toEqual(['text-expansion COMPLETED 1/1']);
  });

  it('is refused while the run is under way, and for who has none and takes nothing of it', async () => {
    const [caller, other] = [newCaller(), newCaller()];
    const blob_id = await createDraft(caller);
    expect(await reprocess(caller, blob_id)).toEqual(['RUN_UNDER_WAY']);
    await tell(caller, blob_id, 'PROCESSING');
    expect(await reprocess(caller, blob_id)).toEqual(['RUN_UNDER_WAY']);
    for (const none of ['nobody', 'state'])
      expect(await reprocess(caller, blob_id, none)).toEqual(['PROCESSOR_UNKNOWN']);
    lateProcessor('of-derived', { 'blob.indexed': ['text-input-v1'] });
    expect(await reprocess(caller, blob_id, 'of-derived')).toEqual(['PROCESSOR_UNKNOWN']);
    expect(await reprocess(other, blob_id)).toEqual(['BLOB_NOT_FOUND']);
  });

  it('begins where there is no run: at 0, or behind what is or was there', async () => {
    const caller = newCaller();
    const draft = await createDraft(caller);
    const text = await make(caller, draft);
    lateProcessor('late', { 'blob.created': ['text-input-v1'], 'blob.indexed': ['expanded-text-v1'] });
    expect(await reprocess(caller, draft, 'late')).toEqual([]);
    expect(await runsOf(caller, draft)).toContain('late PENDING 1/0');
    // What it made was entered although its run was never told of, as by a process of before.
    const { run: _run, ...made } = finished(caller, text, { processor_id: 'late' });
    expect((await post('late', caller, '/api/v1/runs/finish', made)).status).toBe(201);
    expect(await reprocess(caller, text, 'late')).toEqual([]);
    expect(await runsOf(caller, text)).toEqual(['late PENDING 1/1']);

    const other = await make(caller, await createDraft(caller));
    const { run: _other, ...gone } = finished(caller, other, { processor_id: 'late' });
    await post('late', caller, '/api/v1/runs/finish', gone);
    await deleteBlob(caller, gone.remote_blob_id);
    // Its run was planned when the text was entered: only a text of before has none.
    expect(await runsOf(caller, other)).toEqual(['late PENDING 0/0']);
  });

  it('is refused for what was made on demand, but not for what others made of that', async () => {
    const caller = newCaller();
    registry.put(compilerDocument());
    const body = announced(caller, [await createDraft(caller)]);
    await announce(caller, body);
    const id = body.remote_blob_id;
    lateProcessor('pitch', { 'blob.indexed': ['compiled-book-v1'] });
    expect(await reprocess(caller, id, 'pitch')).toEqual(['VALIDATION_FAILED']);
    expect(await reprocess(caller, id, 'book-compiler')).toEqual(['VALIDATION_FAILED']);
    const content = { content_hash: 'c'.repeat(64), preview: 'A book.', run: { blob_id: id, attempt: 1 } };
    await post('book-compiler', caller, '/api/v1/runs/finish', { ...body, ...content });
    expect(await reprocess(caller, id, 'book-compiler')).toEqual(['VALIDATION_FAILED']);
    expect(await runsOf(caller, id)).toEqual(['book-compiler COMPLETED 1/0', 'pitch PENDING 0/0']);
  });

  it('tells who asks a processor for its own blob to ask for the source', async () => {
    registry.put(expansionDocument());
    const caller = newCaller();
    const text = await make(caller, await createDraft(caller));
    expect(await reprocess(caller, text)).toEqual(['PROCESSOR_UNKNOWN']);
  });
});
