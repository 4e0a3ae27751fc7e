import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { derivedBlobId } from '../../platform/ids.ts';
import { createLogger } from '../../platform/logger.ts';
import { createHttpServer } from '../../platform/serving/http.ts';
import { viewer } from '../../platform/testing/service.ts';
import {
  type Caller,
  create,
  createDraft,
  draft,
  HASH,
  newCaller,
  processors,
  register,
  registration,
  report,
  runState,
  state,
} from './subgraph.fixture.ts';

runState();

/** What the processors that keep the blobs were told, and whether they are there. */
interface Told {
  readonly path: string;
  readonly ids: readonly string[];
}
const told: Told[] = [];
let away = false;
let owners: FastifyInstance;

beforeAll(async () => {
  owners = createHttpServer({ logger: createLogger('silent') });
  for (const path of ['/blobs/delete', '/blobs/stale']) {
    owners.post<{ Body: { ids: string[] } }>(path, async ({ body }, reply) => {
      if (away) return reply.status(503).send({});
      told.push({ path, ids: body.ids });
      return {};
    });
  }
  owners.delete<{ Params: { user_id: string } }>('/users/:user_id/blobs', async ({ params }) => {
    told.push({ path: '/users', ids: [params.user_id] });
    return { deleted: 0, more: false };
  });
  const base_url = await owners.listen({ host: '127.0.0.1', port: 0 });
  for (const [id, over] of [
    ['text-expansion', { output_schema_id: 'expanded-text-v1', event_subscriptions: ['blob.created'] }],
    ['book-compiler', { output_schema_id: 'compiled-book-v1', graphql_type: 'CompiledBook' }],
  ] as const) {
    const body = {
      id,
      name: id,
      storage_type: 'postgresql',
      connection_string: 'embedded',
      database_name: 'd',
      input_schema_ids: ['text-input-v1'],
      graphql_type: 'ExpandedText',
      base_url,
      ...over,
    };
    const caller = { service: id, viewer: null };
    expect((await processors.rest('POST', '/api/v1/processors', { body, caller })).status).toBe(200);
  }
});
afterAll(() => owners?.close());

const DELETE = `mutation ($id: ID!, $cascade: Boolean) {
  deleteBlob(id: $id, cascade: $cascade) { deletedIds staleIds userErrors { field code } }
}`;
interface Deleted {
  deleteBlob: { deletedIds: string[]; staleIds: string[]; userErrors: { field: string; code: string }[] };
}
async function remove(caller: Caller, id: string, cascade = false) {
  const { data, errors } = await state.graphql<Deleted>(DELETE, { id, cascade }, caller);
  expect(errors).toBeUndefined();
  return data?.deleteBlob;
}

async function expansion(caller: Caller, parentId: string): Promise<string> {
  const body = registration(caller, parentId);
  expect((await register(caller, body)).status).toBeLessThan(300);
  return body.remote_blob_id;
}

let serial = 0;
const bookOf = (caller: Caller, sources: readonly string[], over: object = {}) => ({
  user_id: caller.viewer.userId,
  processor_id: 'book-compiler',
  storage_location: 'book-compiler-db',
  remote_blob_id: `book-${++serial}`,
  parent_id: sources[0] ?? '',
  source_ids: sources,
  schema_id: 'compiled-book-v1',
  preview: 'A book.',
  content_hash: HASH,
  ...over,
});
const asCompiler = (caller: Caller) => ({ service: 'book-compiler', ...caller });
async function compiled(caller: Caller, ...sources: string[]): Promise<string> {
  const body = bookOf(caller, sources);
  expect((await register(caller, body, asCompiler(caller))).status).toBe(201);
  return body.remote_blob_id;
}

/** Two drafts, their expansions, and a book of both. */
async function novel() {
  const caller = newCaller();
  const drafts = [await createDraft(caller, 'One.'), await createDraft(caller, 'Two.', { chapter_num: 2 })];
  const [first = '', second = ''] = drafts;
  const [one, two] = [await expansion(caller, first), await expansion(caller, second)];
  return { caller, first, second, one, two, book: await compiled(caller, one, two) };
}

const left = async (caller: Caller): Promise<string[]> => {
  const { data } = await state.graphql<{ blobs: { totalCount: number; nodes: { id: string }[] } }>(
    '{ blobs(first: 100) { totalCount nodes { id } } }',
    {},
    caller,
  );
  const found = data?.blobs.nodes.map(({ id }) => id) ?? [];
  expect(data?.blobs.totalCount).toBe(found.length);
  return found;
};
const toldOf = (path: string) => told.filter((each) => each.path === path).flatMap(({ ids }) => ids);

describe('deleteBlob', () => {
  it('takes what was made of the blob alone, and marks what has other sources as stale', async () => {
    const { caller, first, second, one, two, book } = await novel();
    expect(await remove(caller, first)).toEqual({
      deletedIds: [first, one],
      staleIds: [book],
      userErrors: [],
    });
    expect((await left(caller)).toSorted()).toEqual([second, two, book].toSorted());
    await expect.poll(() => toldOf('/blobs/delete')).toContain(one);
    await expect.poll(() => toldOf('/blobs/stale')).toContain(book);
    // The last source that is left takes it along.
    const { deletedIds = [], staleIds } = (await remove(caller, second)) ?? {};
    expect(deletedIds.toSorted()).toEqual([second, two, book].toSorted());
    expect(staleIds).toEqual([]);
    expect(await left(caller)).toEqual([]);
    await expect.poll(() => toldOf('/blobs/delete')).toContain(book);
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
    await expect.poll(() => toldOf('/blobs/delete')).toEqual(expect.arrayContaining([one, book]));
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

  it('is there over REST', async () => {
    const { caller, first, one, book } = await novel();
    const path = `/api/v1/blobs/${first}`;
    expect((await state.rest('DELETE', `${path}?cascade=maybe`, { caller })).status).toBe(400);
    const { status, body } = await state.rest('DELETE', `${path}?cascade=true`, { caller });
    expect([status, body]).toEqual([200, { deleted_ids: [first, one, book], stale_ids: [] }]);
    expect((await state.rest('DELETE', path, { caller })).body).toMatchObject({ deleted_ids: [first] });
    expect((await state.rest('DELETE', '/api/v1/blobs/none', { caller })).status).toBe(404);
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
    away = true;
    expect(await remove(caller, first, true)).toMatchObject({ deletedIds: [first, one, book] });
    expect(await left(caller)).toHaveLength(2);
    const other = newCaller();
    const own = await createDraft(other);
    expect(await remove(other, own)).toMatchObject({ deletedIds: [own] });
    away = false;
    await expect
      .poll(() => toldOf('/blobs/delete'), { timeout: 20_000 })
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

describe('deleteUser', () => {
  const operator = { viewer: viewer('olga', 'operator') };
  const REPORT = 'userId state requestedBy finishedAt obstacle stores { processorId deleted left erasedAt }';
  interface Report {
    state: string;
    stores: { processorId: string; deleted: number; left: number; erasedAt: string | null }[];
  }
  const erase = (id: string, caller: object = operator) =>
    state.graphql<{ deleteUser: { erasure: Report | null; userErrors: object[] } }>(
      `mutation ($id: ID!) { deleteUser(id: $id) { erasure { ${REPORT} } userErrors { field code } } }`,
      { id },
      caller,
    );
  const readReport = async (id: string, caller: object = operator) =>
    state.graphql<{ userErasure: Report | null }>(
      `query ($id: ID!) { userErasure(id: $id) { ${REPORT} } }`,
      { id },
      caller,
    );

  it('erases all that is a user’s, reports it, and takes nothing new meanwhile', async () => {
    const { caller, first, second } = await novel();
    const { userId } = caller.viewer;
    const running = await createDraft(caller, 'Three.', { chapter_num: 3 });
    expect((await readReport(userId)).data).toEqual({ userErasure: null });
    const { data } = await erase(userId);
    expect(data?.deleteUser).toMatchObject({
      erasure: { userId, state: 'RUNNING', requestedBy: 'olga', finishedAt: null },
      userErrors: [],
    });
    const refused = [{ code: 'USER_ERASING' }];
    expect((await create(caller, draft('More.'))).userErrors).toMatchObject(refused);
    const book = 'mutation { createBook(input: { id: "b", title: "B" }) { userErrors { code } } }';
    expect((await state.graphql(book, {}, caller)).data).toEqual({ createBook: { userErrors: refused } });
    const late = await register(caller, registration(caller, running));
    expect(['USER_ERASING', 'BLOB_DELETED']).toContain(late.body.error?.code);

    const read = async () => (await readReport(userId)).data?.userErasure?.stores;
    await expect.poll(read).toEqual([
      { processorId: 'book-compiler', deleted: 1, left: 0, erasedAt: expect.any(String) },
      { processorId: 'state', deleted: 3, left: 0, erasedAt: expect.any(String) },
      { processorId: 'text-expansion', deleted: 2, left: 0, erasedAt: expect.any(String) },
    ]);
    expect(toldOf('/users').filter((id) => id === userId).length).toBeGreaterThanOrEqual(2);
    const { data: nothing } = await state.graphql(
      '{ me { state { totalBlobs books { id } conversations { id } } } }',
      {},
      caller,
    );
    expect(nothing).toEqual({ me: { state: { totalBlobs: 0, books: [], conversations: [] } } });
    const batch = { body: { ids: [first, second, running] }, caller };
    expect((await state.rest('POST', '/api/v1/blobs/batch', batch)).body).toEqual({ blobs: [] });
    expect((await erase(userId)).data?.deleteUser.erasure).toMatchObject({ state: 'RUNNING' });
  });

  it('is an operator’s, and needs a user', async () => {
    const caller = newCaller();
    for (const { errors } of [await erase('x', caller), await readReport('x', caller)]) {
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    expect((await erase('')).data?.deleteUser).toEqual({
      erasure: null,
      userErrors: [{ field: 'id', code: 'VALIDATION_FAILED' }],
    });
  });
});
