import { describe, expect, it } from 'vitest';
import { derivedBlobId } from '../../../../platform/ids/ids.ts';
import { expansionDocument } from '../../testing/registry.fixture.ts';
import { finished, runCallsOn, runReadsOn } from '../../testing/runs.fixture.ts';
import { newCaller, registration, runState } from '../../testing/subgraph.fixture.ts';

const { createDraft, deleteBlob, register, registry, state } = runState();
const { begin, finish, make, post, reprocess } = runCallsOn(state);
const { eventsOf, runsOf, shown, toldOf } = runReadsOn(state);

describe('finishing a run', () => {
  it('enters what was made and completes the run, however often it is told', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    await begin(caller, { blob_id });
    const body = finished(caller, blob_id);
    expect((await finish(caller, body)).status).toBe(201);
    expect(await runsOf(caller, blob_id)).toEqual(['text-expansion COMPLETED 1/0']);
    const before = await shown(caller, blob_id);
    const again = await finish(caller, body);
    expect([again.status, again.body.entry.version]).toEqual([200, 1]);
    expect(await shown(caller, blob_id)).toEqual(before);
    await expect
      .poll(() => toldOf(blob_id))
      .toEqual(['1 created', '2 processing text-expansion 1/0', '3 completed text-expansion 1/0']);
    await expect.poll(() => toldOf(body.remote_blob_id)).toEqual(['1 indexed']);
  });

  it('is told after what was made', async () => {
    const caller = newCaller();
    for (let run = 0; run < 5; run += 1) {
      const blob_id = await createDraft(caller);
      await begin(caller, { blob_id });
      const body = finished(caller, blob_id);
      await finish(caller, body);
      const told = async () => (await eventsOf(blob_id, body.remote_blob_id)).map(({ kind }) => kind);
      await expect.poll(told).toEqual(['created', 'processing', 'indexed', 'completed']);
    }
  });

  it('goes on where it was cut short between its two writes', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    const { run, ...entered } = finished(caller, blob_id);
    await finish(caller, entered as ReturnType<typeof finished>);
    expect(await runsOf(caller, blob_id)).toEqual(['text-expansion PENDING 0/0']);
    expect((await finish(caller, { ...entered, run })).status).toBe(200);
    expect(await runsOf(caller, blob_id)).toEqual(['text-expansion COMPLETED 1/0']);
  });

  it('completes the run of a result that was deleted before that could be told', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    await begin(caller, { blob_id });
    const { run, ...entered } = finished(caller, blob_id);
    await finish(caller, entered as ReturnType<typeof finished>);
    await deleteBlob(caller, entered.remote_blob_id);
    expect((await finish(caller, { ...entered, run })).body.error?.code).toBe('BLOB_DELETED');
    expect(await runsOf(caller, blob_id)).toEqual(['text-expansion COMPLETED 1/0']);
    expect(await shown(caller, entered.remote_blob_id)).toBeNull();
  });

  it('is of the run on the source, or on the blob itself', async () => {
    const caller = newCaller();
    const [blob_id, other] = [await createDraft(caller), await createDraft(caller)];
    const astray = finished(caller, blob_id, { run: { blob_id: other, attempt: 1 } });
    expect((await finish(caller, astray)).body.error).toMatchObject({
      code: 'VALIDATION_FAILED',
      field: 'run.blob_id',
    });
    await make(caller, blob_id);
    const moved = { ...finished(caller, other), remote_blob_id: astray.remote_blob_id, on_demand: true };
    expect((await finish(caller, moved)).body.error?.code).toBe('DERIVED_CONFLICT');
    expect(await runsOf(caller, other)).toEqual(['text-expansion PENDING 0/0']);
  });

  it('is refused for what was deleted, for another result, and for another speaker', async () => {
    const [caller, other] = [newCaller(), newCaller()];
    const blob_id = await createDraft(caller);
    await make(caller, blob_id);
    const code = async (body: object, service = 'text-expansion', as = caller) =>
      (await post(service, as, '/api/v1/runs/finish', body)).body.error?.code;
    const good = finished(caller, blob_id);
    expect(await code({ ...good, content_hash: 'b'.repeat(64) })).toBe('DERIVED_CONFLICT');
    expect(await code(good, 'book-compiler')).toBe('FORBIDDEN');
    expect(await code(good, 'text-expansion', other)).toBe('FORBIDDEN');
    const { content_hash: _hash, ...pending } = good;
    expect(await code(pending)).toBe('VALIDATION_FAILED');
    await deleteBlob(caller, blob_id);
    expect(await code(good)).toBe('BLOB_DELETED');
  });
});

describe('generations', () => {
  it('have ids of their own', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    const next = finished(caller, blob_id, { generation: 1 });
    const first = await make(caller, blob_id);
    expect(await reprocess(caller, blob_id)).toEqual([]);
    expect((await finish(caller, next)).body.entry).toMatchObject({ generation: 1 });
    expect(await runsOf(caller, blob_id)).toEqual(['text-expansion COMPLETED 1/1']);
    expect(await shown(caller, first)).toMatchObject({ generation: 0 });
    const mixed = { ...next, generation: 0 };
    expect((await finish(caller, mixed)).body.error?.code).toBe('DERIVED_ID_MISMATCH');
  });

  it('that an index from an older copy does not know are entered, and count from then on', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    const second = await make(caller, blob_id, { generation: 2 });
    const first = await make(caller, blob_id);
    expect(await runsOf(caller, blob_id)).toEqual(['text-expansion COMPLETED 1/2']);
    expect([await shown(caller, first), await shown(caller, second)]).toMatchObject([
      { generation: 0 },
      { generation: 2 },
    ]);
    expect(await reprocess(caller, blob_id)).toEqual([]);
    expect(await runsOf(caller, blob_id)).toEqual(['text-expansion PENDING 2/3']);
  });

  it('that are older are entered beside the run of the newest', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    await make(caller, blob_id);
    expect(await reprocess(caller, blob_id)).toEqual([]);
    await make(caller, blob_id);
    expect(await runsOf(caller, blob_id)).toEqual(['text-expansion PENDING 2/1']);
  });
});

describe('two versions of a processor beside each other', () => {
  const registered = (version: string, ...versions: string[]) =>
    registry.put(expansionDocument({ version, versions: [version, ...versions] }));

  it.each([
    ['2', '1'],
    ['1', '2'],
  ])('with version %s registered, what version %s made is entered', async (present, own) => {
    registered(present, ...(present === '2' ? ['1'] : []));
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    await begin(caller, { blob_id });
    await make(caller, blob_id, { processor_version: own });
    expect(await runsOf(caller, blob_id)).toEqual(['text-expansion COMPLETED 1/0']);
  });

  it('is entered from processes that do not tell their version, by those that were ever registered', async () => {
    registered('2', '1');
    const caller = newCaller();
    for (const version of ['1', '2']) {
      const parent = await createDraft(caller);
      const remote_blob_id = derivedBlobId(parent, 'text-expansion', version);
      expect((await register(caller, registration(caller, parent, { remote_blob_id }))).status).toBe(201);
    }
    const parent = await createDraft(caller);
    const remote_blob_id = derivedBlobId(parent, 'text-expansion', '3');
    const { body } = await register(caller, registration(caller, parent, { remote_blob_id }));
    expect(body.error?.code).toBe('DERIVED_ID_MISMATCH');
    registered('3', '2', '1');
    expect((await register(caller, registration(caller, parent, { remote_blob_id }))).status).toBe(201);
  });
});
