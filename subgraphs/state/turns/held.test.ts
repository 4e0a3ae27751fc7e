import { describe, expect, it } from 'vitest';
import { processorDocument } from '../testing/registry.fixture.ts';
import { announced, runCallsOn, runReadsOn } from '../testing/runs.fixture.ts';
import { type Caller, newCaller, runState } from '../testing/subgraph.fixture.ts';

const { createDraft, deleteBlob, registry, report, state } = runState({ userRuns: 2 });
const { announce, begin, make, reprocess } = runCallsOn(state);
const { eventsOf, runsOf, toldOf } = runReadsOn(state);

const HELD = ['text-expansion PENDING 0/0 AWAITING_TURN'];
const ASKED = ['text-expansion PENDING 1/0'];

/** A blob's runs with what they wait for. */
async function waitingOf(caller: Caller, id: string): Promise<string[]> {
  const query = `query ($id: ID!) {
    blob(id: $id) { processing { runs { processorId state attempt generation obstacle { code } } } }
  }`;
  interface Shown {
    processorId: string;
    state: string;
    attempt: number;
    generation: number;
    obstacle: { code: string } | null;
  }
  const { data } = await state.graphql<{ blob: { processing: { runs: Shown[] } } }>(query, { id }, caller);
  return (data?.blob.processing.runs ?? []).map((run) =>
    [run.processorId, run.state, `${run.attempt}/${run.generation}`, run.obstacle?.code ?? []]
      .flat()
      .join(' '),
  );
}

async function createDrafts(caller: Caller, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) ids.push(await createDraft(caller));
  return ids;
}

const ask = async (name: 'cancelProcessing' | 'retryProcessing', caller: Caller, blobId: string) => {
  const text = `mutation ($id: ID!) {
    done: ${name}(blobId: $id, processorId: "text-expansion") { userErrors { code } }
  }`;
  const { data } = await state.graphql<{ done: { userErrors: { code: string }[] } }>(
    text,
    { id: blobId },
    caller,
  );
  return data?.done.userErrors.map(({ code }) => code);
};

describe('a user’s runs beyond the bound', () => {
  it('wait in the index: their event asks nobody, and they cannot be begun or retried', async () => {
    const caller = newCaller();
    const [first = '', , third = ''] = await createDrafts(caller, 3);
    expect(await waitingOf(caller, first)).toEqual(['text-expansion PENDING 0/0']);
    expect(await waitingOf(caller, third)).toEqual(HELD);
    await expect
      .poll(async () => (await eventsOf(first, third)).map(({ body }) => body.held))
      .toEqual([undefined, ['text-expansion']]);
    expect((await begin(caller, { blob_id: third })).body).toMatchObject({ done: true, sources: [] });
    expect(await ask('retryProcessing', caller, third)).toEqual(['RUN_UNDER_WAY']);
    expect(await waitingOf(caller, third)).toEqual(HELD);
    const other = newCaller();
    const [theirs = ''] = await createDrafts(other, 1);
    expect((await begin(other, { blob_id: theirs })).body).toMatchObject({ done: false });
  });

  it('are asked for when others have ended, the oldest first', async () => {
    const caller = newCaller();
    const [first = '', second = '', third = '', fourth = ''] = await createDrafts(caller, 4);
    await make(caller, first);
    await expect.poll(() => waitingOf(caller, third)).toEqual(ASKED);
    expect(await waitingOf(caller, fourth)).toEqual(HELD);
    await expect.poll(() => toldOf(third)).toEqual(['1 created', '2 retried text-expansion 1/0']);
    expect((await begin(caller, { blob_id: third })).body).toMatchObject({ done: false });
    const failure = { blob_id: second, processor_id: 'text-expansion', state: 'FAILED', attempt: 1 };
    await report(caller, { ...failure, error: { code: 'PROCESSING_FAILED', message: 'No.' } });
    await expect.poll(() => waitingOf(caller, fourth)).toEqual(ASKED);
  });

  it('are asked for when others are deleted or cancelled', async () => {
    const caller = newCaller();
    const [first = '', second = '', third = '', fourth = '', fifth = ''] = await createDrafts(caller, 5);
    await deleteBlob(caller, first);
    await expect.poll(() => waitingOf(caller, third)).toEqual(ASKED);
    expect(await ask('cancelProcessing', caller, fourth)).toEqual([]);
    expect(await ask('cancelProcessing', caller, second)).toEqual([]);
    await expect.poll(() => waitingOf(caller, fifth)).toEqual(ASKED);
    expect(await waitingOf(caller, fourth)).toEqual(['text-expansion FAILED 0/0']);
  });

  it('are held back too where they are asked for again', async () => {
    const caller = newCaller();
    const [first = '', second = '', third = ''] = await createDrafts(caller, 3);
    expect(await ask('cancelProcessing', caller, third)).toEqual([]);
    expect(await ask('retryProcessing', caller, third)).toEqual([]);
    expect(await waitingOf(caller, third)).toEqual(['text-expansion PENDING 1/0 AWAITING_TURN']);
    await make(caller, first);
    await expect.poll(() => waitingOf(caller, third)).toEqual(['text-expansion PENDING 2/0']);
    expect(await reprocess(caller, first)).toEqual([]);
    expect(await waitingOf(caller, first)).toEqual(['text-expansion PENDING 2/1 AWAITING_TURN']);
    await make(caller, second);
    await expect.poll(() => waitingOf(caller, first)).toEqual(['text-expansion PENDING 3/1']);
    await expect
      .poll(() => toldOf(third))
      .toEqual([
        '1 created',
        '2 failed text-expansion 0/0',
        '3 processing text-expansion 1/0',
        '4 retried text-expansion 2/0',
      ]);
  });
});

describe('derived blobs', () => {
  it('are counted alike, each processor for itself', async () => {
    registry.put(
      processorDocument('summary', {
        takes: { 'blob.indexed': ['expanded-text-v1'] },
        output_schema_id: 'note-v1',
      }),
    );
    const caller = newCaller();
    const [first = '', second = '', third = ''] = await createDrafts(caller, 3);
    const made = [await make(caller, first), await make(caller, second)];
    await expect.poll(() => waitingOf(caller, third)).toEqual(ASKED);
    const last = await make(caller, third);
    // What is just being stored may be counted twice, and is held for a moment.
    for (const id of made)
      await expect
        .poll(() => waitingOf(caller, id))
        .toEqual([expect.stringMatching(/^summary PENDING \d\/0$/)]);
    expect(await waitingOf(caller, last)).toEqual(['summary PENDING 0/0 AWAITING_TURN']);
    await deleteBlob(caller, made[0]);
    await expect.poll(() => runsOf(caller, last)).toEqual(['summary PENDING 1/0']);
  });

  it('that are made on demand wait likewise', async () => {
    registry.put(
      processorDocument('book-compiler', {
        output_schema_id: 'compiled-book-v1',
        input_schema_ids: ['text-input-v1'],
        readable_schema_ids: ['text-input-v1'],
      }),
    );
    const caller = newCaller();
    const sources = await createDrafts(caller, 1);
    const asked = [1, 2, 3].map(() => announced(caller, sources));
    for (const one of asked) expect((await announce(caller, one)).status).toBeLessThan(300);
    const [first, , last] = asked.map(({ remote_blob_id }) => remote_blob_id);
    expect(await waitingOf(caller, last ?? '')).toEqual(['book-compiler PENDING 0/0 AWAITING_TURN']);
    await expect.poll(() => toldOf(last ?? '')).toEqual(['1 indexed']);
    await deleteBlob(caller, first);
    await expect.poll(() => runsOf(caller, last ?? '')).toEqual(['book-compiler PENDING 1/0']);
  });
});
