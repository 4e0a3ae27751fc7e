import { describe, expect, it } from 'vitest';
import { derivedBlobId } from '../../../platform/ids/ids.ts';
import { draft, newCaller, registration, runState } from '../testing/subgraph.fixture.ts';
import { asCompiler, bookOf, novelsOn, runOwners } from './deletion.fixture.ts';

const running = runState();
const { create, createDraft, register, report, state } = running;
const { calledWith, owner } = runOwners(running);
const { expansion, left, novel, remove } = novelsOn(running);

describe('deleteBlob', () => {
  it('takes what was made of the blob alone, and marks what has other sources as stale', async () => {
    const { caller, first, second, one, two, book } = await novel();
    expect(await remove(caller, first)).toEqual({
      deletedIds: [first, one],
      staleIds: [book],
      userErrors: [],
    });
    expect((await left(caller)).toSorted()).toEqual([second, two, book].toSorted());
    await expect.poll(() => calledWith('/blobs/delete')).toContain(one);
    await expect.poll(() => calledWith('/blobs/stale')).toContain(book);
    // The last source that is left takes it along.
    const { deletedIds = [], staleIds } = (await remove(caller, second)) ?? {};
    expect(deletedIds.toSorted()).toEqual([second, two, book].toSorted());
    expect(staleIds).toEqual([]);
    expect(await left(caller)).toEqual([]);
    await expect.poll(() => calledWith('/blobs/delete')).toContain(book);
  });

  it('takes all that was made of the blob with `cascade`, and answers the same blob again alone', async () => {
    const { caller, first, second, one, two, book } = await novel();
    expect(await remove(caller, first, true)).toEqual({
      deletedIds: [first, one, book],
      staleIds: [],
      userErrors: [],
    });
    expect(await remove(caller, first, true)).toEqual({ deletedIds: [first], staleIds: [], userErrors: [] });
    expect(await left(caller)).toEqual([two, second]);
    await expect.poll(() => calledWith('/blobs/delete')).toEqual(expect.arrayContaining([one, book]));
  });

  it('leaves nothing in lists, lineage, books, conversations, and over REST', async () => {
    const { caller, first, second, two, book } = await novel();
    await remove(caller, first);
    const { data } = await state.graphql(
      `query ($first: ID!, $second: ID!, $book: ID!) {
        gone: blob(id: $first) { id }
        me { state { totalBlobs } }
        book(id: "my-novel") { chapters { chapterNum draft { id } expanded { id } } }
        blob(id: $book) { parent { id } sources { id } lineage { nodes { id } } }
        second: blob(id: $second) { lineage { nodes { id } } }
      }`,
      { first, second, book },
      caller,
    );
    expect(data).toEqual({
      gone: null,
      me: { state: { totalBlobs: 3 } },
      book: { chapters: [{ chapterNum: 2, draft: { id: second }, expanded: { id: two } }] },
      blob: {
        parent: null,
        sources: [{ id: two }],
        lineage: { nodes: [{ id: book }, { id: two }, { id: second }] },
      },
      second: { lineage: { nodes: [{ id: second }, { id: two }, { id: book }] } },
    });
    expect((await state.rest('GET', `/api/v1/blobs/${first}`, { caller })).status).toBe(404);
    const batch = await state.rest('POST', '/api/v1/blobs/batch', { body: { ids: [first] }, caller });
    expect(batch.body).toEqual({ blobs: [] });
  });

  it('knows nothing of what is not there, or another’s', async () => {
    const { first } = await novel();
    for (const id of [first, 'nothing']) {
      expect(await remove(newCaller(), id)).toEqual({
        deletedIds: [],
        staleIds: [],
        userErrors: [{ field: 'id', code: 'BLOB_NOT_FOUND' }],
      });
    }
    expect((await state.graphql('{ __typename }')).errors).toBeUndefined();
  });

  it('waits for the owner that is away, and holds up nothing else meanwhile', async () => {
    const { caller, first, one, book } = await novel();
    owner.away = true;
    expect(await remove(caller, first, true)).toMatchObject({ deletedIds: [first, one, book] });
    expect(await left(caller)).toHaveLength(2);
    const other = newCaller();
    const own = await createDraft(other);
    expect(await remove(other, own)).toMatchObject({ deletedIds: [own] });
    owner.away = false;
    await expect
      .poll(() => calledWith('/blobs/delete'), { timeout: 20_000 })
      .toEqual(expect.arrayContaining([one, book]));
  });
});

describe('what was deleted does not come back', () => {
  it('as a result of a source that is gone', async () => {
    const caller = newCaller();
    const [one, two] = [await createDraft(caller, 'One.'), await createDraft(caller, 'Two.')];
    await remove(caller, one);
    const answer = await register(caller, registration(caller, one));
    expect(answer.body.error).toMatchObject({ code: 'BLOB_DELETED', field: 'parent_id' });
    const book = bookOf(caller, [two, one]);
    const { status, body } = await register(caller, book, asCompiler(caller));
    expect([status, body.error?.code, body.error?.field]).toEqual([410, 'BLOB_DELETED', 'source_ids']);
    const told = await report(caller, {
      blob_id: one,
      processor_id: 'text-expansion',
      state: 'PROCESSING',
      attempt: 1,
    });
    expect(told.status).toBe(404);
    expect(await left(caller)).toEqual([two]);
    // Another user is told nothing of it.
    const stranger = newCaller();
    expect((await register(stranger, registration(stranger, one))).body.error?.code).toBe('SOURCE_UNKNOWN');
  });

  it('as a derived blob that was deleted itself', async () => {
    const caller = newCaller();
    const source = await createDraft(caller);
    const id = await expansion(caller, source);
    expect(await remove(caller, id)).toMatchObject({ deletedIds: [id], staleIds: [] });
    const { status, body } = await register(caller, registration(caller, source));
    expect([status, body.error?.code, body.error?.field]).toEqual([410, 'BLOB_DELETED', 'remote_blob_id']);
    expect(await left(caller)).toEqual([source]);
  });

  it('under its key', async () => {
    const caller = newCaller();
    const input = draft('It rained.', { idempotencyKey: 'k' });
    const { blob } = await create(caller, input);
    await remove(caller, blob?.id ?? '');
    for (const again of [input, draft('Other.', { idempotencyKey: 'k' })]) {
      expect((await create(caller, again)).userErrors).toMatchObject([
        { code: 'BLOB_DELETED', field: 'idempotencyKey' },
      ]);
    }
    expect(await left(caller)).toEqual([]);
    const batch = { body: { ids: [blob?.id] }, caller };
    expect((await state.rest('POST', '/api/v1/blobs/batch', batch)).body).toEqual({ blobs: [] });
    expect((await create(caller, draft('It rained.', { idempotencyKey: 'l' }))).userErrors).toEqual([]);
  });

  it('but what was entered before stays entered, though a source of it is gone', async () => {
    const { caller, first, book, one, two } = await novel();
    const body = bookOf(caller, [one, two], { remote_blob_id: book });
    await remove(caller, first);
    expect((await register(caller, body, asCompiler(caller))).status).toBe(200);
    expect(derivedBlobId(first, 'text-expansion', '1')).toBe(one);
  });
});
