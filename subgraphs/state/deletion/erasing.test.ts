import { describe, expect, it } from 'vitest';
import { viewer } from '../../../platform/testing/service.ts';
import { draft, newCaller, registration, runState } from '../testing/subgraph.fixture.ts';
import { novelsOn, runOwners } from './deletion.fixture.ts';

const running = runState();
const { create, createDraft, register, state } = running;
const { calledWith } = runOwners(running);
const { novel } = novelsOn(running);

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
    expect(calledWith('/users').filter((id) => id === userId).length).toBeGreaterThanOrEqual(2);
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
