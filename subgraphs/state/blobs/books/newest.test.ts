import { describe, expect, it } from 'vitest';
import { runCallsOn, runReadsOn } from '../../testing/runs.fixture.ts';
import { newCaller, runState } from '../../testing/subgraph.fixture.ts';

const { createDraft, report, state } = runState();
const { make, reprocess } = runCallsOn(state);
const { shown } = runReadsOn(state);

const tell = async (
  caller: ReturnType<typeof newCaller>,
  blob_id: string,
  stateName: string,
  over: object = {},
) => report(caller, { blob_id, processor_id: 'text-expansion', state: stateName, attempt: 1, ...over });

describe('what is newest', () => {
  const chapters = async (caller: ReturnType<typeof newCaller>) => {
    const { data } = await state.graphql<{ book: { chapters: { expanded: { id: string } | null }[] } }>(
      '{ book(id: "my-novel") { chapters { expanded { id } } } }',
      {},
      caller,
    );
    const { userId } = caller.viewer;
    const path = `/api/v1/users/${encodeURIComponent(userId)}/books/my-novel`;
    const { body } = await state.rest<{ book: { chapters: object[] } }>('GET', path, { caller });
    return {
      graph: data?.book.chapters.map(({ expanded }) => expanded?.id ?? null),
      rest: body.book.chapters,
    };
  };

  it('is the highest generation, also when an older one comes in later', async () => {
    const caller = newCaller();
    const draft = await createDraft(caller);
    expect(await chapters(caller)).toMatchObject({
      graph: [null],
      rest: [{ expanded_blob_id: null, expansion_state: 'PENDING', derived: {} }],
    });
    await tell(caller, draft, 'FAILED');
    await reprocess(caller, draft);
    const next = await make(caller, draft, { generation: 1 });
    await make(caller, draft);
    expect(await chapters(caller)).toMatchObject({
      graph: [next],
      rest: [
        {
          expanded_blob_id: next,
          expansion_state: 'COMPLETED',
          derived: { 'text-expansion': next },
          runs: { 'text-expansion': 'COMPLETED' },
        },
      ],
    });
  });
});

describe('artifacts', () => {
  it('are runs of their own, with a stage, that leave the blob’s state alone', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    await make(caller, blob_id);
    const artifact = 'epub';
    await tell(caller, blob_id, 'PROCESSING', { artifact, stage: 'fonts' });
    const epub = { processorId: 'text-expansion', artifact, state: 'PROCESSING', stage: 'fonts' };
    const blob = { processorId: 'text-expansion', artifact: null, state: 'COMPLETED', stage: null };
    expect((await shown(caller, blob_id))?.processing).toMatchObject({
      state: 'COMPLETED',
      runs: [blob, epub],
    });
    await tell(caller, blob_id, 'FAILED', { artifact });
    expect((await shown(caller, blob_id))?.processing.state).toBe('COMPLETED');
    for (const attempt of [2, 3]) await tell(caller, blob_id, 'COMPLETED', { artifact, attempt });
    expect((await shown(caller, blob_id))?.processing.runs[1]).toMatchObject({
      attempt: 3,
      state: 'COMPLETED',
    });
    expect(await reprocess(caller, blob_id)).toEqual([]);
  });
});
