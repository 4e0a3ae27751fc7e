import { beforeAll, describe, expect, it } from 'vitest';
import { processorDocument, putTakers } from '../../testing/registry.fixture.ts';
import { announced, finished, runCallsOn, runReadsOn } from '../../testing/runs.fixture.ts';
import { type Caller, HASH, newCaller, runState } from '../../testing/subgraph.fixture.ts';

const { createDraft, deleteBlob, registry, state } = runState();
const { announce, begin, finish, post } = runCallsOn(state);
const { eventsOf, runsOf, shown, toldOf } = runReadsOn(state);

const COMPILER = 'book-compiler';
beforeAll(() => putTakers(registry, { blurb: 'compiled-book-v1', pitch: 'compiled-book-v1' }));

async function setUp() {
  const caller = newCaller();
  const sources = [await createDraft(caller), await createDraft(caller, 'Two.', { chapter_num: 2 })];
  const body = announced(caller, sources);
  return { caller, sources, body, id: body.remote_blob_id };
}

/** Finishes a pending blob. */
const contentOf = (caller: Caller, body: ReturnType<typeof announced>, over: object = {}) =>
  post<{ entry: { version: number } }>(COMPILER, caller, '/api/v1/runs/finish', {
    ...body,
    preview: 'It rained.',
    size_bytes: 1_000,
    content_hash: HASH,
    title: 'My novel, compiled',
    run: { blob_id: body.remote_blob_id, attempt: 1 },
    ...over,
  });

const tell = (caller: Caller, blob_id: string, stateName: string) =>
  post(COMPILER, caller, '/api/v1/processing', {
    blob_id,
    processor_id: COMPILER,
    state: stateName,
    attempt: 1,
  });

describe('a pending blob', () => {
  it('is in the index without content, and its own processor is asked for it', async () => {
    const { caller, body, id } = await setUp();
    expect((await announce(caller, body)).status).toBe(201);
    const entry = await shown(caller, id);
    expect(entry).toMatchObject({ version: 2, title: 'My novel', preview: '', sizeBytes: 0, content: null });
    expect(entry?.processing.state).toBe('PENDING');
    expect(await runsOf(caller, id)).toEqual(['book-compiler PENDING 0/0']);
    await expect.poll(() => toldOf(id)).toEqual(['1 indexed', '2 retried book-compiler 1/0']);
    expect((await eventsOf(id))[0]?.body).toMatchObject({ pending: true, planned: [] });
    expect((await announce(caller, body)).status).toBe(200);
    expect(await shown(caller, id)).toEqual(entry);
  });

  it('hands out its sources in order, without those that were deleted', async () => {
    const { caller, sources, body, id } = await setUp();
    await announce(caller, body);
    const run = { blob_id: id, processor_id: COMPILER };
    const { body: begun } = await begin(caller, run);
    expect(begun).toMatchObject({
      generation: 0,
      done: false,
      sources: sources.map((source) => ({ id: source })),
    });
    expect(begun.sources[0]).not.toHaveProperty('data');
    expect(await runsOf(caller, id)).toEqual(['book-compiler PROCESSING 1/0']);
    await deleteBlob(caller, sources[0]);
    expect((await begin(caller, run)).body.sources).toMatchObject([{ id: sources[1] }]);
    await contentOf(caller, body);
    expect((await begin(caller, run)).body).toMatchObject({ done: true });
  });

  it('has its content by COMPLETED, after which come those who take it', async () => {
    const { caller, body, id } = await setUp();
    await announce(caller, body);
    expect((await contentOf(caller, body)).status).toBe(200);
    const entry = await shown(caller, id);
    expect(entry).toMatchObject({
      version: 5,
      title: 'My novel, compiled',
      preview: 'It rained.',
      sizeBytes: 1_000,
      content: { id },
      processing: { state: 'PROCESSING' },
    });
    const runs = await runsOf(caller, id);
    expect(runs.toSorted()).toEqual([
      'blurb PENDING 0/0',
      'book-compiler COMPLETED 1/0',
      'pitch PENDING 0/0',
    ]);
    const told = async () => (await toldOf(id)).slice(2);
    await expect.poll(told).toHaveLength(3);
    expect(
      (await told())
        .slice(0, 2)
        .map((one) => one.slice(2))
        .toSorted(),
    ).toEqual(['retried blurb 1/0', 'retried pitch 1/0']);
    expect((await told())[2]).toBe('5 completed book-compiler 1/0');
    for (const again of [contentOf(caller, body), announce(caller, body)])
      expect((await again).status).toBe(200);
    expect(await shown(caller, id)).toEqual(entry);
    const other = await contentOf(caller, body, { content_hash: 'b'.repeat(64) });
    expect(other.body.error?.code).toBe('DERIVED_CONFLICT');
  });

  it('is not worked on before its content is there, and then by who tried too early as well', async () => {
    const { caller, body, id } = await setUp();
    await announce(caller, body);
    const early = await begin(caller, { blob_id: id, processor_id: 'pitch' });
    expect(early.body.error).toMatchObject({ code: 'VALIDATION_FAILED', field: 'blob_id' });
    const failed = { blob_id: id, processor_id: 'pitch', state: 'FAILED', attempt: 1 };
    await post('pitch', caller, '/api/v1/processing', failed);
    await contentOf(caller, body);
    expect(await runsOf(caller, id)).toEqual([
      'book-compiler COMPLETED 1/0',
      'pitch PENDING 2/0',
      'blurb PENDING 0/0',
    ]);
    await expect.poll(() => toldOf(id)).toContain('4 retried pitch 2/0');
  });

  it('keeps the title that it was announced with', async () => {
    const { caller, body, id } = await setUp();
    await announce(caller, body);
    const { title: _title, ...untitled } = body;
    const content = { content_hash: HASH, run: { blob_id: id, attempt: 1 } };
    await post(COMPILER, caller, '/api/v1/runs/finish', { ...untitled, ...content });
    expect(await shown(caller, id)).toMatchObject({ title: 'My novel', content: { id } });
  });

  it('fails, is asked for again, and is completed by its content alone', async () => {
    const { caller, body, id } = await setUp();
    await announce(caller, body);
    await tell(caller, id, 'COMPLETED');
    expect(await runsOf(caller, id)).toEqual(['book-compiler PENDING 0/0']);
    await tell(caller, id, 'FAILED');
    expect((await shown(caller, id))?.processing.state).toBe('FAILED');
    const retry = `mutation ($id: ID!) { retryProcessing(blobId: $id, processorId: "book-compiler") { userErrors { code } } }`;
    expect((await state.graphql(retry, { id }, caller)).data).toEqual({
      retryProcessing: { userErrors: [] },
    });
    expect(await runsOf(caller, id)).toEqual(['book-compiler PENDING 2/0']);
    await contentOf(caller, body, { run: { blob_id: id, attempt: 2 } });
    expect(await runsOf(caller, id)).toContain('book-compiler COMPLETED 2/0');
  });

  it('that was deleted stays so', async () => {
    const { caller, body, id } = await setUp();
    await announce(caller, body);
    await deleteBlob(caller, id);
    expect((await contentOf(caller, body)).body.error?.code).toBe('BLOB_DELETED');
    expect((await announce(caller, body)).body.error?.code).toBe('BLOB_DELETED');
  });

  it('is made on demand, under a UUID', async () => {
    const { caller, body, sources } = await setUp();
    const code = async (over: object) => {
      const { error } = (await announce(caller, { ...body, ...over })).body;
      return [error?.code, error?.field];
    };
    expect(await code({ on_demand: false })).toEqual(['VALIDATION_FAILED', 'content_hash']);
    expect(await code({ remote_blob_id: 'book-1' })).toEqual(['VALIDATION_FAILED', 'remote_blob_id']);
    expect(await code({ generation: 1 })).toEqual(['VALIDATION_FAILED', 'generation']);
    // A finished one needs no announcement.
    const whole = { ...finished(caller, sources[0] ?? ''), ...body, content_hash: HASH };
    const { run: _run, ...unannounced } = whole;
    expect((await finish(caller, unannounced as typeof whole)).status).toBe(201);
  });

  it('is a stranger’s to nobody else’s processor', async () => {
    const { caller, body } = await setUp();
    await announce(caller, body);
    registry.put(processorDocument('other'));
    const stolen = { ...body, processor_id: 'other' };
    expect((await announce(caller, stolen)).body.error?.code).toBe('DERIVED_CONFLICT');
  });
});
