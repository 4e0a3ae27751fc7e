import { expect, it } from 'vitest';
import { compilerDocument } from '../../testing/registry.fixture.ts';
import { announced, finished, runCallsOn, runReadsOn } from '../../testing/runs.fixture.ts';
import { type Caller, HASH, newCaller, runState } from '../../testing/subgraph.fixture.ts';

const { createDraft, registry, report, state } = runState();
const { announce, begin, finish, reprocess } = runCallsOn(state);
const { eventsOf, processingOf, runsOf, shown } = runReadsOn(state);

interface Payload {
  readonly blob: { readonly processing: { readonly state: string } } | null;
  readonly userErrors: readonly { readonly code: string; readonly field: string | null }[];
}

async function ask(
  name: 'cancelProcessing' | 'retryProcessing',
  caller: Caller,
  blobId: string,
  processorId: string,
) {
  const text = `mutation ($blobId: ID!, $processorId: ID!) {
    done: ${name}(blobId: $blobId, processorId: $processorId) { blob { processing { state } } userErrors { code field } }
  }`;
  const { data, errors } = await state.graphql<{ done: Payload }>(text, { blobId, processorId }, caller);
  expect(errors).toBeUndefined();
  return data?.done;
}
const cancel = (caller: Caller, blobId: string, processorId = 'text-expansion') =>
  ask('cancelProcessing', caller, blobId, processorId);
const retry = (caller: Caller, blobId: string, processorId = 'text-expansion') =>
  ask('retryProcessing', caller, blobId, processorId);

const errorOf = async (caller: Caller, id: string) => {
  const text = 'query ($id: ID!) { blob(id: $id) { processing { runs { error { code message } } } } }';
  const { data } = await state.graphql<{ blob: { processing: { runs: { error: object | null }[] } } }>(
    text,
    { id },
    caller,
  );
  return data?.blob.processing.runs[0]?.error;
};

const CANCELLED = { code: 'CANCELLED', message: 'The run was cancelled by the blob’s owner.' };

it.each(['waits', 'is at work'])('a run that %s is cancelled by its owner, once', async (where) => {
  const caller = newCaller();
  const id = await createDraft(caller);
  if (where === 'is at work') await begin(caller, { blob_id: id });
  const attempt = where === 'waits' ? 0 : 1;
  expect(await cancel(caller, id)).toEqual({ blob: { processing: { state: 'FAILED' } }, userErrors: [] });
  expect(await runsOf(caller, id)).toEqual([`text-expansion FAILED ${attempt}/0`]);
  expect(await errorOf(caller, id)).toEqual(CANCELLED);
  const { version } = (await shown(caller, id)) ?? {};
  expect(await cancel(caller, id)).toMatchObject({ userErrors: [] });
  expect((await shown(caller, id))?.version).toBe(version);
  await expect.poll(async () => (await eventsOf(id)).at(-1)).toMatchObject({ kind: 'failed', version });
});

it('what is another’s, has no such run, or is done, is not', async () => {
  const caller = newCaller();
  const id = await createDraft(caller);
  const refused = (code: string, field: string) => ({ blob: null, userErrors: [{ code, field }] });
  expect(await cancel(newCaller(), id)).toEqual(refused('BLOB_NOT_FOUND', 'blobId'));
  expect(await cancel(caller, id, 'nobody')).toEqual(refused('PROCESSOR_UNKNOWN', 'processorId'));
  await finish(caller, finished(caller, id));
  expect(await cancel(caller, id)).toEqual(refused('RUN_NOT_UNDER_WAY', 'processorId'));
  expect(await runsOf(caller, id)).toEqual(['text-expansion COMPLETED 1/0']);
});

it('nothing more is taken of it, however late and at whichever attempt, until it is asked for again', async () => {
  const caller = newCaller();
  const id = await createDraft(caller);
  await begin(caller, { blob_id: id });
  await cancel(caller, id);
  const before = await shown(caller, id);
  for (const attempt of [1, 2, 7]) {
    expect((await begin(caller, { blob_id: id, attempt })).body).toMatchObject({ done: true, sources: [] });
    const told = { blob_id: id, processor_id: 'text-expansion', attempt };
    expect(await report(caller, { ...told, state: 'PROCESSING', progress: 0.9 })).toMatchObject({
      ...{ status: 409, body: { error: { code: 'CANCELLED' } } },
    });
    for (const ended of ['FAILED', 'COMPLETED'])
      expect((await report(caller, { ...told, state: ended })).status).toBe(200);
    const late = await finish(caller, finished(caller, id, { run: { blob_id: id, attempt } }));
    expect(late).toMatchObject({ status: 409, body: { error: { code: 'CANCELLED' } } });
  }
  expect(await shown(caller, id)).toEqual(before);
  expect(await shown(caller, finished(caller, id).remote_blob_id)).toBeNull();

  expect(await retry(caller, id)).toEqual({ blob: { processing: { state: 'PENDING' } }, userErrors: [] });
  expect(await begin(caller, { blob_id: id, attempt: 2 })).toMatchObject({ body: { done: false } });
  expect((await finish(caller, finished(caller, id, { run: { blob_id: id, attempt: 2 } }))).status).toBe(201);
  expect(await runsOf(caller, id)).toEqual(['text-expansion COMPLETED 2/0']);
});

it('a result that is in the index already completes its run all the same', async () => {
  const caller = newCaller();
  const id = await createDraft(caller);
  const { run: _, ...registered } = finished(caller, id);
  await begin(caller, { blob_id: id });
  // Cut short between its two writes, as by a crash.
  expect((await finish(caller, registered as ReturnType<typeof finished>)).status).toBe(201);
  await cancel(caller, id);
  expect((await finish(caller, finished(caller, id))).status).toBe(200);
  expect(await runsOf(caller, id)).toEqual(['text-expansion COMPLETED 1/0']);
});

it('what was asked for anew since is worked on', async () => {
  const caller = newCaller();
  const id = await createDraft(caller);
  await begin(caller, { blob_id: id });
  await cancel(caller, id);
  expect(await reprocess(caller, id)).toEqual([]);
  expect((await begin(caller, { blob_id: id, attempt: 2, generation: 1 })).body).toMatchObject({
    done: false,
  });
  expect(await runsOf(caller, id)).toEqual(['text-expansion PROCESSING 2/1']);
});

it('a blob that was still to be made stays without content, and what would be made of it unplanned', async () => {
  registry.put(compilerDocument());
  const caller = newCaller();
  const draft = await createDraft(caller);
  const asked = announced(caller, [draft]);
  const { remote_blob_id: id } = asked;
  await announce(caller, asked);
  expect(await cancel(caller, id, 'book-compiler')).toMatchObject({ userErrors: [] });
  const made = { ...asked, content_hash: HASH, preview: 'Made.', run: { blob_id: id, attempt: 1 } };
  const late = await finish(caller, made as unknown as ReturnType<typeof finished>);
  expect(late).toMatchObject({ status: 409, body: { error: { code: 'CANCELLED' } } });
  expect(await shown(caller, id)).toMatchObject({ content: null, preview: '' });
  expect(await runsOf(caller, id)).toEqual(['book-compiler FAILED 0/0']);

  await retry(caller, id, 'book-compiler');
  expect((await finish(caller, made as unknown as ReturnType<typeof finished>)).status).toBe(200);
  expect((await processingOf(caller, id))?.runs).toMatchObject([{ state: 'COMPLETED' }]);
  expect(await shown(caller, id)).toMatchObject({ content: { id }, preview: 'Made.' });
});
