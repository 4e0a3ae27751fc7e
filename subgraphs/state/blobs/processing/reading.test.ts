import { beforeAll, expect, it } from 'vitest';
import { compilerDocument, processorDocument } from '../../testing/registry.fixture.ts';
import { announced, finished, runCallsOn, runReadsOn } from '../../testing/runs.fixture.ts';
import { newCaller, runState } from '../../testing/subgraph.fixture.ts';

const { createDraft, registry, state } = runState();
const { begin, finish, make, post } = runCallsOn(state);
const { runsOf } = runReadsOn(state);

const STRANGER = 'stranger';

beforeAll(() => {
  registry.put(compilerDocument());
  registry.put(processorDocument(STRANGER, { takes: { 'blob.created': ['message-v1'] } }));
});

const run = (blob_id: string) => ({ blob_id, processor_id: STRANGER, attempt: 1 });

it('a processor reads nothing that it neither takes nor reads, and has no run on it', async () => {
  const caller = newCaller();
  const draft = await createDraft(caller);
  const text = await make(caller, draft);
  const code = async (path: string, body: object) =>
    (await post(STRANGER, caller, path, body)).body.error?.code;
  for (const id of [draft, text]) {
    expect(await code('/api/v1/runs/begin', run(id))).toBe('FORBIDDEN');
    expect(await code('/api/v1/sources', { ids: [id] })).toBe('FORBIDDEN');
    expect(await code('/api/v1/processing', { ...run(id), state: 'PROCESSING' })).toBe('FORBIDDEN');
    expect(await code('/api/v1/runs/finish', finished(caller, id, { processor_id: STRANGER }))).toBe(
      'FORBIDDEN',
    );
    const pending = announced(caller, [id], { processor_id: STRANGER });
    expect(await code('/api/v1/blob-index', pending)).toBe('FORBIDDEN');
  }
  expect(await code('/api/v1/blobs/batch', { ids: [draft] })).toBe('FORBIDDEN');
  const as = { caller: { service: STRANGER, ...caller } };
  expect((await state.rest('GET', `/api/v1/blobs/${draft}`, as)).status).toBe(403);
  // A book names its chapters and their drafts.
  const books = `/api/v1/users/${encodeURIComponent(caller.viewer.userId)}/books`;
  expect((await state.rest('GET', `${books}/my-novel`, as)).status).toBe(403);
  expect(await code(`${books}/batch`, { ids: ['my-novel'] })).toBe('FORBIDDEN');
  expect((await post('book-compiler', caller, `${books}/batch`, { ids: ['my-novel'] })).status).toBe(200);
  expect(await code('/api/v1/runs/begin', { ...run(draft), processor_id: 'text-expansion' })).toBe(
    'FORBIDDEN',
  );
  expect(await runsOf(caller, draft)).toEqual(['text-expansion COMPLETED 1/0']);
});

it('it reads what its commands read, and what is its own', async () => {
  const caller = newCaller();
  const draft = await createDraft(caller);
  const text = await make(caller, draft);
  const named = (service: string, id: string) => post(service, caller, '/api/v1/sources', { ids: [id] });
  expect((await named('book-compiler', draft)).status).toBe(200);
  expect((await named('book-compiler', text)).status).toBe(200);
  expect((await named('text-expansion', text)).status).toBe(200);
  expect((await post('book-compiler', caller, '/api/v1/blobs/batch', { ids: [draft] })).status).toBe(200);
});

it.each([
  ['what another version of it takes', { readable_schema_ids: ['message-v1', 'text-input-v1'] }, []],
  ['a blob that a run of it was planned on', { takes: { 'blob.created': ['text-input-v1'] } }, ['PENDING']],
])('it reads %s, also when its newest declaration does not', async (_, before, planned) => {
  const id = `late-${planned.length}`;
  registry.put(processorDocument(id, before));
  const caller = newCaller();
  // The index asks the registry anew for whom it does not know.
  const renew = async () => begin(caller, { blob_id: await createDraft(caller), processor_id: 'unknown' });
  await renew();
  const blob_id = await createDraft(caller);
  if (planned.length > 0) {
    registry.put(processorDocument(id, { version: '2', takes: { 'blob.created': ['message-v1'] } }));
    await renew();
  }
  expect((await begin(caller, { blob_id, processor_id: id })).body).toMatchObject({
    sources: [{ id: blob_id }],
  });
  expect((await finish(caller, finished(caller, blob_id, { processor_id: id }))).status).toBe(201);
});

it('one that registers a moment later is heard then', async () => {
  const caller = newCaller();
  const blob_id = await createDraft(caller);
  expect((await begin(caller, { blob_id, processor_id: 'coming' })).body.error?.code).toBe('FORBIDDEN');
  registry.put(processorDocument('coming', { takes: { 'blob.created': ['text-input-v1'] } }));
  expect((await begin(caller, { blob_id, processor_id: 'coming' })).status).toBe(200);
});

it('what users do for themselves is not done by a processor on their behalf', async () => {
  const caller = newCaller();
  await createDraft(caller);
  const as = { caller: { service: 'text-expansion', ...caller } };
  const { userId } = caller.viewer;
  const input = { type: 'chapter_draft', schema_id: 'text-input-v1', data: { content: 'Mine.' } };
  const answers = await Promise.all([
    state.rest('POST', '/api/v1/blobs', { ...as, body: input }),
    state.rest('GET', `/api/v1/users/${encodeURIComponent(userId)}/index`, as),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([403, 403]);
  const body = { query: '{ blobs { nodes { preview } } }' };
  const { status } = await state.rest('POST', '/graphql', { ...as, body });
  expect(status).toBe(403);
});
