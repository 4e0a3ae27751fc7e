import { describe, expect, it } from 'vitest';
import { create, createDraft, newCaller, runState, state } from './subgraph.fixture.ts';

runState();

describe('lists', () => {
  it('pages by cursor, and names a cursor that is none', async () => {
    const caller = newCaller();
    const ids: string[] = [];
    for (let n = 1; n <= 5; n += 1)
      ids.unshift(await createDraft(caller, `Chapter ${n}`, { chapter_num: n }));
    const query =
      'query ($first: Int, $after: String) { blobs(first: $first, after: $after) { totalCount nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage endCursor } } }';
    interface Page {
      blobs: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
    }
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const answer: { data?: Page | null } = await state.graphql<Page>(query, { first: 2, after }, caller);
      const { data } = answer;
      seen.push(...(data?.blobs.nodes.map(({ id }) => id) ?? []));
      after = data?.blobs.pageInfo.hasNextPage ? data.blobs.pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(ids);
    const codes = async (variables: object) =>
      (await state.graphql(query, { ...variables }, caller)).errors?.map(({ extensions }) => [
        extensions['code'],
        extensions['field'],
      ]);
    expect(await codes({ after: 'nonsense' })).toEqual([['CURSOR_INVALID', 'after']]);
    for (const time of [
      '+275760-09-13T00:00:00.000Z',
      '0000-01-01T00:00:00.000Z',
      '2026-02-33T00:00:00.000Z',
    ]) {
      const after = Buffer.from(JSON.stringify([time, 'id'])).toString('base64url');
      expect(await codes({ after })).toEqual([['CURSOR_INVALID', 'after']]);
    }
    expect(await codes({ first: 0 })).toEqual([['VALIDATION_FAILED', 'first']]);
    expect(await codes({ first: 101 })).toEqual([['VALIDATION_FAILED', 'first']]);
  });

  it('says what is wrong with what no store holds', async () => {
    const caller = newCaller();
    const code = async (fields: string) =>
      (await state.graphql(`{ ${fields} }`, {}, caller)).errors?.map(({ extensions }) => extensions['code']);
    expect(await code('blob(id: "\\u0000") { id }')).toBeUndefined();
    expect(await code('book(id: "\\u0000") { id }')).toEqual(['TEXT_MALFORMED']);
    expect(await code('blobs(filter: { bookId: "\\u0000" }) { totalCount }')).toEqual(['TEXT_MALFORMED']);
    expect(await code('blobs(filter: { createdAfter: "0000-01-01T00:00:00Z" }) { totalCount }')).toEqual([
      'VALIDATION_FAILED',
    ]);
    const { status } = await state.rest('GET', '/api/v1/blobs/%00', { caller });
    expect(status).toBe(404);
  });

  it('groups messages into conversations', async () => {
    const caller = newCaller();
    for (const text of ['Hello', 'Again']) {
      await create(caller, {
        type: 'message',
        schemaId: 'message-v1',
        data: { content: text },
        conversationId: 'c',
      });
    }
    const { data } = await state.graphql(
      '{ me { state { conversations { id title messageCount blobs { nodes { preview } } } } } }',
      {},
      caller,
    );
    expect(data).toEqual({
      me: {
        state: {
          conversations: [
            {
              id: 'c',
              title: 'Hello',
              messageCount: 2,
              blobs: { nodes: [{ preview: 'Again' }, { preview: 'Hello' }] },
            },
          ],
        },
      },
    });
  });
});
