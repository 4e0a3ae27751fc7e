import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Derivation } from '../../../../platform/clients/state.ts';
import { announced, finished, runCallsOn } from '../../testing/runs.fixture.ts';
import { asProcessor, type Caller, newCaller, runState } from '../../testing/subgraph.fixture.ts';

const { createDraft, deleteBlob, state } = runState();
const { make, post } = runCallsOn(state);

/** The sources of these blobs, according to the index. */
const derivations = async (caller: Caller, ids: readonly string[], service = 'text-expansion') =>
  (await post<{ derivations: Derivation[] }>(service, caller, '/api/v1/derivations', { ids })).body
    .derivations;

it('a processor is told of its own blobs what they were made of, in the order that it asks in', async () => {
  const caller = newCaller();
  const drafts = [await createDraft(caller), await createDraft(caller)];
  const [first = '', second = ''] = drafts;
  const made = [await make(caller, first), await make(caller, second, { generation: 1 })];
  const told = await derivations(caller, [...made.toReversed(), randomUUID(), '']);
  expect(told.map(({ id, generation, source }) => [id, generation, source.id, source.owner])).toEqual([
    [made[1], 1, second, 'state'],
    [made[0], 0, first, 'state'],
  ]);
  expect(told[0]).toMatchObject({ title: expect.any(String), created_at: expect.any(String) });
});

it('of nobody else’s, of another processor’s, and of what is pending it is told nothing', async () => {
  const [caller, other] = [newCaller(), newCaller()];
  const draft = await createDraft(caller);
  const id = await make(caller, draft);
  expect(await derivations(other, [id])).toEqual([]);
  expect(await derivations(caller, [id], 'book-compiler')).toEqual([]);
  expect(await derivations(caller, [draft])).toEqual([]);
  const pending = announced(caller, [draft]);
  await post('book-compiler', caller, '/api/v1/blob-index', pending);
  expect(await derivations(caller, [pending.remote_blob_id], 'book-compiler')).toEqual([]);
});

it('of what was deleted, or whose source was, it is told nothing', async () => {
  const caller = newCaller();
  const [draft, other] = [await createDraft(caller), await createDraft(caller)];
  const [itself, ofSource] = [await make(caller, draft), await make(caller, other)];
  for (const id of [itself, other]) expect((await deleteBlob(caller, id)).errors).toBeUndefined();
  expect(await derivations(caller, [itself, ofSource])).toEqual([]);
  const late = await post('text-expansion', caller, '/api/v1/runs/finish', finished(caller, other));
  expect(late.body.error?.code).toBe('BLOB_DELETED');
});

it('refuses what is no list of ids', async () => {
  const body = { ids: 'all' };
  expect(
    (await state.rest('POST', '/api/v1/derivations', { body, caller: asProcessor(newCaller()) })).status,
  ).toBe(400);
});
