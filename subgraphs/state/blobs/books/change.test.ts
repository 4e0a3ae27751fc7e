import { beforeAll, describe, expect, it } from 'vitest';
import { processorDocument } from '../../testing/registry.fixture.ts';
import { runCallsOn } from '../../testing/runs.fixture.ts';
import { newCaller, runState } from '../../testing/subgraph.fixture.ts';

const { createDraft, registry, state } = runState();
const { make, reprocess } = runCallsOn(state);

beforeAll(() => {
  registry.put(
    processorDocument('text-expansion', {
      shown_as: 'chapter.expanded',
      takes: { 'blob.created': ['text-input-v1'] },
    }),
  );
});

type Caller = ReturnType<typeof newCaller>;

const SHOWN = 'id title language chapters { chapterNum position numbered title draft { id } }';
interface Shown {
  readonly title: string;
  readonly language: string | null;
  readonly chapters: readonly {
    readonly chapterNum: number;
    readonly position: number;
    readonly numbered: boolean;
    readonly title: string;
    readonly draft: { readonly id: string } | null;
  }[];
}
interface Payload {
  readonly book?: Shown | null;
  readonly bookId?: string | null;
  readonly deletedIds?: readonly string[];
  readonly userErrors: readonly { readonly field: string; readonly code: string }[];
}

const change = async (caller: Caller, mutation: 'createBook' | 'updateBook', input: object) => {
  const type = mutation === 'createBook' ? 'CreateBookInput' : 'UpdateBookInput';
  const text = `mutation ($input: ${type}!) { ${mutation}(input: $input) { book { ${SHOWN} } userErrors { field code } } }`;
  const { data, errors } = await state.graphql<Record<string, Payload>>(
    text,
    { input: { id: 'my-novel', ...input } },
    caller,
  );
  expect(errors).toBeUndefined();
  return data?.[mutation] as Payload;
};
const remove = async (caller: Caller, id = 'my-novel', deleteDrafts = false) => {
  const text = `mutation ($id: ID!, $deleteDrafts: Boolean) {
    deleteBook(id: $id, deleteDrafts: $deleteDrafts) { bookId deletedIds userErrors { field code } }
  }`;
  const { data } = await state.graphql<{ deleteBook: Payload }>(text, { id, deleteDrafts }, caller);
  return data?.deleteBook;
};
const read = async (caller: Caller): Promise<Shown | null> => {
  const { data } = await state.graphql<{ book: Shown | null }>(
    `{ book(id: "my-novel") { ${SHOWN} } }`,
    {},
    caller,
  );
  return data?.book ?? null;
};
const draft = (caller: Caller, chapter_num: number, content = `Chapter ${chapter_num}`) =>
  createDraft(caller, content, { chapter_num });
const count = async (caller: Caller) => {
  const { data } = await state.graphql<{ blobs: { totalCount: number } }>(
    '{ blobs { totalCount } }',
    {},
    caller,
  );
  return data?.blobs.totalCount;
};
const order = (book: Shown | null | undefined) => book?.chapters.map(({ chapterNum }) => chapterNum);

describe('what a book says before its text', () => {
  const FRONT = 'subtitle author rights cover { id } ';
  const say = async (caller: Caller, mutation: 'createBook' | 'updateBook', input: object) => {
    const type = mutation === 'createBook' ? 'CreateBookInput' : 'UpdateBookInput';
    const text = `mutation ($input: ${type}!) { ${mutation}(input: $input) { book { ${FRONT} } userErrors { field code } } }`;
    const { data } = await state.graphql<Record<string, Payload>>(
      text,
      { input: { id: 'told', ...input } },
      caller,
    );
    return data?.[mutation];
  };
  const image = async (caller: Caller) => {
    const about = { file_name: 'a.png', content_type: 'image/png', size_bytes: 1, sha256: 'a'.repeat(64) };
    const { body } = await state.rest<{ blob: { id: string } }>('POST', '/api/v1/blobs', {
      caller: { ...caller, service: 'image-processor' },
      body: { type: 'image', schema_id: 'image-input-v1', data: { upload_id: 'u', ...about } },
    });
    return body.blob.id;
  };

  it('is given, changed one by one, and taken away by null', async () => {
    const caller = newCaller();
    const cover = await image(caller);
    const said = { subtitle: 'A Tale', author: 'Jane Doe', rights: '© 2026' };
    const made = await say(caller, 'createBook', { title: 'Told', ...said, coverBlobId: cover });
    expect(made).toEqual({ book: { ...said, cover: { id: cover } }, userErrors: [] });
    const changed = await say(caller, 'updateBook', { author: 'J. Doe', rights: null });
    expect(changed?.book).toEqual({
      subtitle: 'A Tale',
      author: 'J. Doe',
      rights: null,
      cover: { id: cover },
    });
    expect((await say(caller, 'updateBook', { coverBlobId: null }))?.book).toMatchObject({ cover: null });
  });

  it('has no cover that is not there, is another’s, or is no image', async () => {
    const caller = newCaller();
    await say(caller, 'createBook', { title: 'Told' });
    for (const [coverBlobId, code] of [
      ['none', 'BLOB_NOT_FOUND'],
      [await image(newCaller()), 'BLOB_NOT_FOUND'],
      [await draft(caller, 1), 'VALIDATION_FAILED'],
    ])
      expect(await say(caller, 'updateBook', { coverBlobId })).toEqual({
        book: null,
        userErrors: [{ field: 'coverBlobId', code }],
      });
  });
});

describe('updateBook', () => {
  it('renames the book and its chapters, also one that only its drafts made', async () => {
    const caller = newCaller();
    const id = await draft(caller, 1);
    const { book } = await change(caller, 'updateBook', {
      title: 'A Novel',
      language: 'EN-gb',
      chapters: [
        { chapterNum: 1, title: 'One' },
        { chapterNum: 2, title: 'Afterword', numbered: false },
      ],
    });
    expect(book).toEqual({
      id: 'my-novel',
      title: 'A Novel',
      language: 'en-GB',
      chapters: [
        { chapterNum: 1, position: 1, numbered: true, title: 'One', draft: { id } },
        { chapterNum: 2, position: 2, numbered: false, title: 'Afterword', draft: null },
      ],
    });
    expect(await read(caller)).toEqual(book);
    expect((await change(caller, 'updateBook', { language: null })).book).toMatchObject({
      title: 'A Novel',
      language: null,
    });
  });

  it('moves chapters; keys stay, and new drafts find their place', async () => {
    const caller = newCaller();
    for (const number of [1, 2, 3]) await draft(caller, number);
    const moves = [{ chapterNum: 3, position: 1 }];
    expect(order((await change(caller, 'updateBook', { chapters: moves })).book)).toEqual([3, 1, 2]);
    await draft(caller, 4);
    await draft(caller, 1, 'A second draft');
    const book = await read(caller);
    expect(order(book)).toEqual([3, 4, 1, 2]);
    expect(book?.chapters.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
  });

  it('takes chapters out, whose drafts stay, until a newer draft or the user brings them back', async () => {
    const caller = newCaller();
    const [one, two] = [await draft(caller, 1), await draft(caller, 2)];
    expect(order((await change(caller, 'updateBook', { removeChapters: [1, 2] })).book)).toEqual([]);
    expect(await count(caller)).toBe(2);
    const newer = await draft(caller, 1, 'Newer');
    expect((await read(caller))?.chapters).toMatchObject([{ chapterNum: 1, draft: { id: newer } }]);
    const { book } = await change(caller, 'updateBook', { chapters: [{ chapterNum: 2 }] });
    expect(book?.chapters).toMatchObject([{ draft: { id: newer } }, { draft: { id: two } }]);
    expect(one).not.toBe(newer);
  });

  it('deletes the drafts of removed chapters when told so, with what was made of them', async () => {
    const caller = newCaller();
    const [first, second, other] = [
      await draft(caller, 1),
      await draft(caller, 1, 'b'),
      await draft(caller, 2),
    ];
    await make(caller, first);
    expect(await count(caller)).toBe(4);
    const { book } = await change(caller, 'updateBook', { removeChapters: [1], deleteDrafts: true });
    expect(book?.chapters).toMatchObject([{ chapterNum: 2, draft: { id: other } }]);
    expect(await count(caller)).toBe(1);
    const again = await change(caller, 'updateBook', { removeChapters: [1], deleteDrafts: true });
    expect(again.userErrors).toEqual([]);
    expect(second).not.toBe(first);
  });

  it.each([
    [{ removeChapters: [9] }, 'removeChapters.0', 'BOOK_INVALID'],
    [{ chapters: [{ chapterNum: 9 }] }, 'chapters.0.title', 'BOOK_INVALID'],
    [{ chapters: [{ chapterNum: 1, title: 'a' }], removeChapters: [1] }, 'removeChapters.0', 'BOOK_INVALID'],
    [{ language: 'no language' }, 'language', 'VALIDATION_FAILED'],
    [{ chapters: [{ chapterNum: 100_001, title: 'a' }] }, 'chapters.0.chapterNum', 'VALIDATION_FAILED'],
    [{ chapters: [{ chapterNum: 1, position: 0 }] }, 'chapters.0.position', 'VALIDATION_FAILED'],
    [{ id: 'another', title: 'x' }, 'id', 'BOOK_NOT_FOUND'],
  ])('refuses %j', async (input, field, code) => {
    const caller = newCaller();
    await draft(caller, 1);
    expect(await change(caller, 'updateBook', input)).toEqual({ book: null, userErrors: [{ field, code }] });
  });
});

describe('deleteBook', () => {
  it('takes the book away; its drafts stay, and a newer one brings it back without them', async () => {
    const caller = newCaller();
    await change(caller, 'createBook', { title: 'A Novel', chapters: [{ chapterNum: 5, title: 'Five' }] });
    for (const number of [1, 2]) await draft(caller, number);
    expect(await remove(caller)).toEqual({ bookId: 'my-novel', deletedIds: [], userErrors: [] });
    expect(await read(caller)).toBeNull();
    expect(await count(caller)).toBe(2);
    expect(await remove(caller)).toMatchObject({ bookId: null, userErrors: [{ code: 'BOOK_NOT_FOUND' }] });
    const id = await draft(caller, 2, 'Anew');
    expect(await read(caller)).toMatchObject({
      title: 'my-novel',
      chapters: [{ chapterNum: 2, draft: { id } }],
    });
    const { book } = await change(caller, 'createBook', { title: 'Again' });
    expect(book).toMatchObject({ title: 'Again', chapters: [{ chapterNum: 2 }] });
  });

  it('takes the drafts along when told so, also those that stayed before', async () => {
    const caller = newCaller();
    const ids = [await draft(caller, 1), await draft(caller, 1, 'b'), await draft(caller, 2)];
    const expansion = await make(caller, ids[0] ?? '');
    await remove(caller);
    const answer = await remove(caller, 'my-novel', true);
    expect(answer?.userErrors).toEqual([]);
    expect(answer?.deletedIds?.toSorted()).toEqual([...ids, expansion].toSorted());
    expect(await count(caller)).toBe(0);
  });

  it('leaves another user’s book of the same id alone', async () => {
    const [caller, other] = [newCaller(), newCaller()];
    await draft(other, 1);
    expect(await remove(caller, 'my-novel', true)).toMatchObject({
      userErrors: [{ code: 'BOOK_NOT_FOUND' }],
    });
    expect(order(await read(other))).toEqual([1]);
  });
});

describe('a book’s language', () => {
  it('is that of its drafts, or what one of them says', async () => {
    const caller = newCaller();
    await draft(
      caller,
      1,
      'Am Abend kam der Brief. Niemand wollte ihn lesen, also legte sie ihn zu den anderen auf den Tisch.',
    );
    expect((await read(caller))?.language).toBe('de');
    await draft(caller, 2, '---\nlang: de-AT\n---\nEin Satz.');
    expect((await read(caller))?.language).toBe('de-AT');
  });
});

describe('what a draft is called', () => {
  it.each([
    ['# Heading', { title: 'Given' }, 'Given'],
    ['---\ntitle: Front\n---\nText', {}, 'Front'],
    ['Underlined\n====\n', {}, 'Underlined'],
  ])('%j with %j is %s', async (content, metadata, title) => {
    const caller = newCaller();
    await createDraft(caller, content, metadata);
    expect((await read(caller))?.chapters[0]?.title).toBe(title);
  });
});

describe('an expansion that was deleted', () => {
  it('is told of by the book, and made again by reprocess', async () => {
    const caller = newCaller();
    const id = await draft(caller, 1);
    const expansion = await make(caller, id);
    await state.graphql(
      'mutation ($id: ID!) { deleteBlob(id: $id) { deletedIds } }',
      { id: expansion },
      caller,
    );
    const path = `/api/v1/users/${encodeURIComponent(caller.viewer.userId)}/books`;
    const chapter = async () =>
      (
        await state.rest<{ books: { chapters: object[] }[] }>('POST', `${path}/batch`, {
          caller,
          body: { ids: ['my-novel', 'none'] },
        })
      ).body.books[0]?.chapters[0];
    expect(await chapter()).toMatchObject({
      expanded_blob_id: null,
      expansion_state: 'COMPLETED',
      position: 1,
    });
    expect(await reprocess(caller, id)).toEqual([]);
    expect(await chapter()).toMatchObject({ expansion_state: 'PENDING' });
    const again = await make(caller, id, { generation: 1 });
    expect(await chapter()).toMatchObject({ expanded_blob_id: again, expansion_state: 'COMPLETED' });
  });
});
