import { beforeAll, describe, expect, it } from 'vitest';
import { putTakers } from '../../testing/registry.fixture.ts';
import { announced, runCallsOn, runReadsOn } from '../../testing/runs.fixture.ts';
import { type Caller, HASH, newCaller, runState } from '../../testing/subgraph.fixture.ts';

const { createDraft, deleteBlob, registry, state } = runState();
const { announce, begin, make } = runCallsOn(state);
const { eventsOf, processingOf, runsOf } = runReadsOn(state);

/** Each takes the blobs of the one before. */
const insights = { processor_id: 'insights', schema_id: 'note-v1' };
const digest = { processor_id: 'digest', schema_id: 'message-v1' };

const compiler = { input_schema_ids: ['text-input-v1', 'expanded-text-v1', 'note-v1', 'message-v1'] };
beforeAll(() => putTakers(registry, { insights: 'expanded-text-v1', digest: 'note-v1' }, compiler));

async function chain(caller: Caller) {
  const draft = await createDraft(caller);
  const text = await make(caller, draft);
  const insight = await make(caller, text, insights);
  return { draft, text, insight, last: await make(caller, insight, digest) };
}

const lineageOf = async (caller: Caller, id: string) => {
  const query = 'query ($id: ID!) { blob(id: $id) { lineage { edges { parentId childId } } } }';
  const { data } = await state.graphql<{
    blob: { lineage: { edges: { parentId: string; childId: string }[] } } | null;
  }>(query, { id }, caller);
  return data?.blob?.lineage.edges.map(({ parentId, childId }) => [parentId, childId]).toSorted();
};

describe('a chain of processors', () => {
  it('is planned link by link, each handed what the one before made', async () => {
    const caller = newCaller();
    const draft = await createDraft(caller);
    expect(await runsOf(caller, draft)).toEqual(['text-expansion PENDING 0/0']);
    const text = await make(caller, draft);
    expect(await runsOf(caller, text)).toEqual(['insights PENDING 0/0']);
    const { body } = await begin(caller, { blob_id: text, processor_id: 'insights' });
    expect(body.sources).toMatchObject([
      { id: text, owner: 'text-expansion', schema_id: 'expanded-text-v1' },
    ]);
    const insight = await make(caller, text, insights);
    expect(await runsOf(caller, text)).toEqual(['insights COMPLETED 1/0']);
    expect(await runsOf(caller, insight)).toEqual(['digest PENDING 0/0']);
    const last = await make(caller, insight, digest);
    expect(await runsOf(caller, last)).toEqual([]);
    expect((await processingOf(caller, last))?.state).toBe('STORED');
    for (const [id, planned] of [
      [draft, ['text-expansion']],
      [text, ['insights']],
      [insight, ['digest']],
      [last, []],
    ] as const)
      await expect.poll(async () => (await eventsOf(id))[0]?.body.planned).toEqual(planned);
  });

  it('has one lineage, and goes with its root', async () => {
    const caller = newCaller();
    const { draft, text, insight, last } = await chain(caller);
    const edges = [
      [draft, text],
      [text, insight],
      [insight, last],
    ].toSorted();
    expect(await lineageOf(caller, insight)).toEqual(edges);
    await deleteBlob(caller, draft);
    for (const id of [draft, text, insight, last]) expect(await processingOf(caller, id)).toBeNull();
  });

  it('that meets again below goes with its root too, and stays with half of it', async () => {
    const caller = newCaller();
    const { draft, text, insight, last } = await chain(caller);
    const body = announced(caller, [insight, last, text], { content_hash: HASH });
    expect((await announce(caller, body)).status).toBe(201);
    const id = body.remote_blob_id;
    expect(await lineageOf(caller, draft)).toHaveLength(6);
    await deleteBlob(caller, insight);
    expect(await processingOf(caller, last)).toBeNull();
    expect(await processingOf(caller, id)).not.toBeNull();
    await deleteBlob(caller, draft);
    for (const one of [text, id]) expect(await processingOf(caller, one)).toBeNull();
  });
});
