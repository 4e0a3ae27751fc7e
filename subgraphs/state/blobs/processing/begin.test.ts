import { describe, expect, it } from 'vitest';
import { entry } from '../../testing/records.fixture.ts';
import { compilerDocument } from '../../testing/registry.fixture.ts';
import { runCallsOn, runReadsOn } from '../../testing/runs.fixture.ts';
import { newCaller, runState } from '../../testing/subgraph.fixture.ts';
import { sourcesOf } from './sources.ts';

const { createDraft, deleteBlob, registry, state } = runState();
const { begin, make, post, reprocess } = runCallsOn(state);
const { eventsOf, runsOf, shown } = runReadsOn(state);

describe('beginning a run', () => {
  it('tells that a user’s blob is worked on, once, and hands out its document', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller, 'It rained.');
    const source = {
      id: blob_id,
      owner: 'state',
      base_url: null,
      schema_id: 'text-input-v1',
      schema_version: '1.0.0',
      type: 'chapter_draft',
      book_id: 'my-novel',
      chapter_num: 1,
      data: { content: 'It rained.' },
    };
    const { status, body } = await begin(caller, { blob_id });
    expect(status).toBe(200);
    expect(body).toMatchObject({ generation: 0, done: false, sources: [source] });
    expect(await runsOf(caller, blob_id)).toEqual(['text-expansion PROCESSING 1/0']);
    expect((await begin(caller, { blob_id })).body.sources).toHaveLength(1);
    expect(await shown(caller, blob_id)).toMatchObject({ version: 2, processing: { state: 'PROCESSING' } });
    await begin(caller, { blob_id, attempt: 2 });
    expect(await runsOf(caller, blob_id)).toEqual(['text-expansion PROCESSING 2/0']);
    await expect
      .poll(async () => (await eventsOf(blob_id)).map(({ kind, body: { run } }) => [kind, run?.generation]))
      .toEqual([
        ['created', undefined],
        ['processing', 0],
        ['processing', 0],
      ]);
  });

  it('names a derived blob and where its owner answers', async () => {
    const caller = newCaller();
    registry.put(compilerDocument());
    const id = await make(caller, await createDraft(caller));
    const { body } = await begin(caller, { blob_id: id, processor_id: 'book-compiler' });
    const base_url = 'http://127.0.0.1:9';
    expect(body).toMatchObject({ done: false, sources: [{ id, owner: 'text-expansion', base_url }] });
    expect(body.sources[0]).not.toHaveProperty('data');
    expect(await runsOf(caller, id)).toEqual(['book-compiler PROCESSING 1/0']);
  });

  it('has nothing to do where the run is completed, and tells nothing', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    await make(caller, blob_id);
    const before = await shown(caller, blob_id);
    const { body } = await begin(caller, { blob_id, attempt: 7 });
    expect(body).toEqual({ generation: 0, done: true, sources: [] });
    expect(await shown(caller, blob_id)).toEqual(before);
  });

  it('is of the newest generation or, untold, of an older one', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    await make(caller, blob_id);
    expect(await reprocess(caller, blob_id)).toEqual([]);
    const older = await begin(caller, { blob_id, generation: 0, attempt: 9 });
    expect(older.body).toMatchObject({ generation: 0, done: false, sources: [{ id: blob_id }] });
    expect(await runsOf(caller, blob_id)).toEqual(['text-expansion PENDING 2/1']);
    expect((await begin(caller, { blob_id, attempt: 2 })).body).toMatchObject({ generation: 1, done: false });
    expect(await runsOf(caller, blob_id)).toEqual(['text-expansion PROCESSING 2/1']);
  });

  it('is of the generation that it was asked for, also where the index comes from an older copy', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    const { body } = await begin(caller, { blob_id, generation: 2, attempt: 4 });
    expect(body).toMatchObject({ generation: 2, done: false, sources: [{ id: blob_id }] });
    expect(await runsOf(caller, blob_id)).toEqual(['text-expansion PROCESSING 4/2']);
    expect((await begin(caller, { blob_id, generation: 2 ** 31 - 1 })).status).toBe(400);
  });

  it('finds no blob that was deleted or is another’s, and hears processors for themselves alone', async () => {
    const [caller, other] = [newCaller(), newCaller()];
    const blob_id = await createDraft(caller);
    expect((await begin(other, { blob_id })).body.error?.code).toBe('BLOB_NOT_FOUND');
    const foreign = { blob_id, processor_id: 'text-expansion', attempt: 1 };
    const answer = await post('book-compiler', caller, '/api/v1/runs/begin', foreign);
    expect(answer.body.error?.code).toBe('FORBIDDEN');
    await deleteBlob(caller, blob_id);
    expect((await begin(caller, { blob_id })).body.error?.code).toBe('BLOB_NOT_FOUND');
    expect((await begin(caller, { blob_id, attempt: 0 })).status).toBe(400);
  });
});

describe('sources', () => {
  it('are named in order, without those that are missing or another’s', async () => {
    const [caller, other] = [newCaller(), newCaller()];
    const [one, two, foreign] = [
      await createDraft(caller),
      await createDraft(caller, 'Two.', { chapter_num: 2 }),
      await createDraft(other),
    ];
    const ids = [two, 'nothing', foreign, one];
    const { body } = await post<{ sources: { id: string }[] }>('book-compiler', caller, '/api/v1/sources', {
      ids,
    });
    expect(body.sources.map(({ id }) => id)).toEqual([two, one]);
    const many = Array.from({ length: 1_001 }, (_, index) => `${index}`);
    expect((await post('book-compiler', caller, '/api/v1/sources', { ids: many })).status).toBe(400);
  });

  it('of an owner that is not registered have no address', async () => {
    const named = await sourcesOf({ get: async () => undefined }, [
      entry('alice', 1, { processorId: 'gone' }),
      entry('alice', 2),
    ]);
    expect(named.map(({ owner, base_url }) => [owner, base_url])).toEqual([
      ['gone', null],
      ['state', null],
    ]);
  });
});
