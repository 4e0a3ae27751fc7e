import { describe, expect, it } from 'vitest';
import { newCaller, runState } from '../testing/subgraph.fixture.ts';

const { create, createDraft, state } = runState();

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

  it('finds blobs by their words, and names what is no search', async () => {
    const caller = newCaller();
    const storm = await createDraft(caller, 'A dark and Stormy night, déjà vu.');
    const rain = await createDraft(caller, 'It rained in the dark.', { chapter_num: 2 });
    const note = await create(caller, {
      type: 'message',
      schemaId: 'message-v1',
      data: { content: 'dark thoughts' },
    });
    const query = `query ($filter: BlobFilter) {
      blobs(filter: $filter) { totalCount totalCountIsExact nodes { id } pageInfo { hasNextPage } }
    }`;
    interface Page {
      blobs: { totalCount: number; totalCountIsExact: boolean; nodes: { id: string }[] };
    }
    const ask = async (filter: object, as = caller) => {
      const { data, errors } = await state.graphql<Page>(query, { filter }, as);
      const error = errors?.[0]?.extensions;
      return error ? [error['code'], error['field']] : data?.blobs.nodes.map(({ id }) => id);
    };
    expect(await ask({ text: 'dark' })).toEqual([note.blob?.id, rain, storm]);
    expect(await ask({ text: 'dark' }, newCaller())).toEqual([]);
    expect(await ask({ text: 'STORMY Deja' })).toEqual([storm]);
    expect(await ask({ text: 'dark', bookId: 'my-novel' })).toEqual([rain, storm]);
    expect(await ask({ text: 'dark', unfiled: true })).toEqual([note.blob?.id]);
    expect(await ask({ unfiled: true, bookId: null })).toEqual([note.blob?.id]);
    expect(await ask({ unfiled: false, text: null })).toHaveLength(3);
    const refused = ['VALIDATION_FAILED', 'filter.text'];
    for (const text of ['', ' …!', 'x'.repeat(201), 'a b c d e f g h i j k l m n o p q', '\0'])
      expect(await ask({ text })).toEqual(refused);
    for (const place of [{ bookId: 'b' }, { conversationId: 'c' }])
      expect(await ask({ unfiled: true, ...place })).toEqual(['VALIDATION_FAILED', 'filter.unfiled']);
    const counted = await state.graphql<Page>(
      query,
      { filter: { text: 'dark', type: 'chapter_draft' } },
      caller,
    );
    expect(counted.data?.blobs).toMatchObject({ totalCount: 2, totalCountIsExact: true });
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
