import { describe, expect, it } from 'vitest';
import { viewer } from '../../../platform/testing/service.ts';
import { newCaller, runState } from '../testing/subgraph.fixture.ts';

const { createDraft, state } = runState();

describe('who sees what', () => {
  it('shows another user nothing, in every way to ask', async () => {
    const [owner, other] = [newCaller(), newCaller()];
    const id = await createDraft(owner);
    const query = /* GraphQL */ `
      query ($id: ID!, $ids: [_Any!]!) {
        blob(id: $id) { id }
        blobs { totalCount nodes { id } }
        book(id: "my-novel") { id }
        _entities(representations: $ids) { __typename }
      }
    `;
    const ids = ['BlobIndex', 'UserBlob'].map((__typename) => ({ __typename, id }));
    const { data } = await state.graphql(
      query,
      { id, ids: [...ids, { __typename: 'User', id: owner.viewer.userId }] },
      other,
    );
    expect(data).toEqual({
      blob: null,
      blobs: { totalCount: 0, nodes: [] },
      book: null,
      _entities: [null, null, null],
    });
    expect((await state.rest('GET', `/api/v1/blobs/${id}`, { caller: other })).status).toBe(404);
    expect(
      (
        await state.rest('GET', `/api/v1/users/${encodeURIComponent(owner.viewer.userId)}/index`, {
          caller: other,
        })
      ).status,
    ).toBe(404);
    const batch = await state.rest('POST', '/api/v1/blobs/batch', { body: { ids: [id] }, caller: other });
    expect(batch.body).toEqual({ blobs: [] });
  });

  it('answers 401 to whoever is not known, `_service` included', async () => {
    const ask = (headers: Record<string, string>) =>
      fetch(`${state.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: '{ _service { sdl } }' }),
      });
    const answers = await Promise.all([
      ask({}),
      ask({ authorization: 'Bearer x.y.z' }),
      ask({ 'x-service-secret': 'wrong' }),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401]);
  });

  it('reconciles for operators, and tells them line by line', async () => {
    const call = { method: 'POST', path: '/api/v1/reconciliations' };
    const ask = async (caller: object, body: object = {}) =>
      fetch(`${state.url}${call.path}`, {
        method: call.method,
        headers: { 'content-type': 'application/json', ...(await state.headers(caller, call)) },
        body: JSON.stringify(body),
      });
    expect((await ask(newCaller())).status).toBe(403);
    expect((await ask({ viewer: null })).status).toBe(401);
    const operator = { viewer: viewer('operator', 'operator') };
    // Roles are the front door's to tell of.
    expect((await ask({ service: 'text-expansion', ...operator })).status).toBe(403);
    expect((await ask(operator, { grace_seconds: -1 })).status).toBe(400);
    const last = async (answer: Response) =>
      JSON.parse((await answer.text()).trim().split('\n').at(-1) ?? '');
    // Nothing answers at the address of the one processor that there is.
    expect(await last(await ask(operator))).toMatchObject({
      report: { repair: false, unreachable: [{ processor_id: 'text-expansion' }] },
    });
    expect(await last(await ask(operator, { repair: true, grace_seconds: 0 }))).toMatchObject({
      error: { code: 'VALIDATION_FAILED', field: 'grace_seconds' },
    });
    const metrics = await (await fetch(`${state.url}/metrics`)).text();
    expect(metrics).toContain('blobgraph_reconciler_left_out{service="state"} 1');
  });

  it('keeps strange user ids apart', async () => {
    const ids = ['*', 'a.b', '>', 'a b', 'ü', "x'; DROP TABLE books; --"];
    for (const id of ids) await createDraft({ viewer: viewer(id) });
    for (const id of ids) {
      const { data } = await state.graphql('{ me { id } blobs { totalCount } }', {}, { viewer: viewer(id) });
      expect(data).toEqual({ me: { id }, blobs: { totalCount: 1 } });
    }
  });
});
