import { beforeEach, describe, expect, it } from 'vitest';
import { compilerDocument, expansionDocument } from '../testing/registry.fixture.ts';
import { finished, runCallsOn, runReadsOn } from '../testing/runs.fixture.ts';
import { type Caller, newCaller, registration, runState } from '../testing/subgraph.fixture.ts';

const { createDraft, register, registry, report, state } = runState();
const { begin, finish, make, reprocess } = runCallsOn(state);
const { runsOf } = runReadsOn(state);

/** The state service has seen the declaration once it refuses, or takes, what it says. */
async function status(over: Parameters<typeof expansionDocument>[0]): Promise<void> {
  registry.put(expansionDocument(over));
  const text = '{ me { id } }';
  await expect
    .poll(
      async () => {
        const caller = newCaller();
        const id = await createDraft(caller);
        await state.graphql(text, {}, caller);
        const { body } = await begin(caller, { blob_id: id });
        return body.error?.code ?? 'active';
      },
      { timeout: 20_000 },
    )
    .toBe(
      { active: 'active', paused: 'PROCESSOR_PAUSED', retired: 'PROCESSOR_RETIRED' }[
        over?.status ?? 'active'
      ],
    );
}
const since = '2026-06-01T00:00:00.000Z';

beforeEach(() => status({ status: 'active' }));

const SHOWN = `query ($id: ID!) {
  blob(id: $id) { contentMissingSince content { id } processing { state runs { state obstacle { code message } } } }
}`;
const show = (caller: Caller, id: string) => state.graphql<{ blob: object }>(SHOWN, { id }, caller);

const retry = async (caller: Caller, blobId: string) => {
  const text = `mutation ($blobId: ID!) {
    retryProcessing(blobId: $blobId, processorId: "text-expansion") { userErrors { code } }
  }`;
  const { data } = await state.graphql<{ retryProcessing: { userErrors: { code: string }[] } }>(
    text,
    { blobId },
    caller,
  );
  return data?.retryProcessing.userErrors.map(({ code }) => code);
};

describe('a paused processor', () => {
  it('has runs that wait, and say why; what was at work is finished', async () => {
    const caller = newCaller();
    const atWork = await createDraft(caller);
    await begin(caller, { blob_id: atWork });
    await status({ status: 'paused', status_since: since, status_reason: 'New disks' });
    const id = await createDraft(caller);
    const obstacle = {
      code: 'PROCESSOR_PAUSED',
      message: '`text-expansion` is paused (New disks): the run waits until it is resumed.',
    };
    expect((await show(caller, id)).data?.blob).toMatchObject({
      processing: { state: 'PENDING', runs: [{ state: 'PENDING', obstacle }] },
    });
    expect((await begin(caller, { blob_id: id })).body.error).toMatchObject({ code: 'PROCESSOR_PAUSED' });
    const failed = { blob_id: id, processor_id: 'text-expansion', state: 'FAILED', attempt: 3 };
    expect(await report(caller, failed)).toMatchObject({ status: 409 });
    expect(await runsOf(caller, id)).toEqual(['text-expansion PENDING 0/0']);
    expect(await retry(caller, id)).toEqual(['PROCESSOR_PAUSED']);

    expect(
      (await report(caller, { ...failed, blob_id: atWork, state: 'PROCESSING', attempt: 1, progress: 0.5 }))
        .status,
    ).toBe(200);
    expect((await finish(caller, finished(caller, atWork))).status).toBe(201);
    expect((await show(caller, atWork)).data?.blob).toMatchObject({
      processing: { state: 'COMPLETED', runs: [{ obstacle: null }] },
    });
    await status({ status: 'active' });
    expect((await begin(caller, { blob_id: id })).status).toBe(200);
  });
});

describe('a retired processor', () => {
  it('has no say, and its content reads as gone, with the index as it was', async () => {
    registry.put(compilerDocument());
    const caller = newCaller();
    const draft = await createDraft(caller);
    const made = await make(caller, draft);
    const open = await createDraft(caller);
    await status({ status: 'retired', active: false, status_since: since });

    const { data, errors } = await show(caller, made);
    expect(data?.blob).toMatchObject({ contentMissingSince: since, content: null });
    expect(errors).toMatchObject([{ extensions: { code: 'PROCESSOR_RETIRED' }, path: ['blob', 'content'] }]);
    for (const answer of [
      await begin(caller, { blob_id: open }),
      await finish(caller, finished(caller, open)),
      await register(caller, registration(caller, open)),
      await report(caller, {
        blob_id: open,
        processor_id: 'text-expansion',
        state: 'PROCESSING',
        attempt: 1,
      }),
    ])
      expect(answer).toMatchObject({ status: 410, body: { error: { code: 'PROCESSOR_RETIRED' } } });

    expect(await runsOf(caller, await createDraft(caller))).toEqual([]);
    await expect.poll(() => runsOf(caller, open), { timeout: 20_000 }).toEqual(['text-expansion FAILED 0/0']);
    expect(await retry(caller, open)).toEqual(['PROCESSOR_RETIRED']);
    expect(await reprocess(caller, draft)).toEqual(['PROCESSOR_RETIRED']);
    const { body } = await state.rest('POST', '/api/v1/sources', {
      ...{ body: { ids: [draft, made] }, caller: { service: 'book-compiler', ...caller } },
    });
    expect(body).toMatchObject({ sources: [{ id: draft }] });
  });

  it('is as it was once another version of it was registered anew, but for the version that went', async () => {
    const caller = newCaller();
    const draft = await createDraft(caller);
    await status({ version: '2', versions: ['2'], retired_versions: ['1'] });
    await begin(caller, { blob_id: draft });
    const late = async () => {
      const another = await createDraft(caller);
      return (await finish(caller, finished(caller, another))).body.error?.code;
    };
    await expect.poll(late, { timeout: 20_000 }).toBe('PROCESSOR_RETIRED');
    expect((await finish(caller, finished(caller, draft, { processor_version: '2' }))).status).toBe(201);
  });
});

it('is followed by state, and backfills of a retired one are refused', async () => {
  await status({ status: 'retired', active: false, status_since: since });
  const text = 'mutation { backfill(processorId: "text-expansion") { userErrors { code field } } }';
  const operator = { viewer: { userId: 'olga', roles: ['operator'] } };
  expect((await state.graphql(text, {}, operator)).data).toEqual({
    backfill: { userErrors: [{ code: 'PROCESSOR_RETIRED', field: 'processorId' }] },
  });
});
