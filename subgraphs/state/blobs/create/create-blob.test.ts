import { describe, expect, it } from 'vitest';
import { memoryLog } from '../../../../platform/testing/memory-log.ts';
import { startTestService } from '../../../../platform/testing/service.ts';
import { stateService } from '../../main.ts';
import { draft, newCaller, runState } from '../../testing/subgraph.fixture.ts';

const { create, createDraft, state } = runState();

describe('createBlob', () => {
  it('stores a draft, shows what is expected of it, and counts it', async () => {
    const caller = newCaller();
    const { blob } = await create(caller, draft('# The Storm\n\nIt rained.'));
    expect(blob).toMatchObject({
      version: 1,
      title: 'The Storm',
      preview: '# The Storm\n\nIt rained.',
      userId: caller.viewer.userId,
      processorId: 'state',
      schemaVersion: '1.0.0',
      processing: {
        state: 'PENDING',
        runs: [{ processorId: 'text-expansion', state: 'PENDING', attempt: 0, error: null }],
      },
    });
    const { data } = await state.graphql(
      '{ me { id state { totalBlobs blobsByProcessor { processorId count } books { id title chapters { chapterNum title draft { id } expanded { id } } } } } }',
      {},
      caller,
    );
    expect(data).toEqual({
      me: {
        id: caller.viewer.userId,
        state: {
          totalBlobs: 1,
          blobsByProcessor: [{ processorId: 'state', count: 1 }],
          books: [
            {
              id: 'my-novel',
              title: 'my-novel',
              chapters: [{ chapterNum: 1, title: 'The Storm', draft: { id: blob?.id }, expanded: null }],
            },
          ],
        },
      },
    });
  });

  it('keeps a blob that no processor takes as STORED', async () => {
    const { blob } = await create(newCaller(), { type: 'note', schemaId: 'note-v1', data: { text: 'x' } });
    expect(blob?.processing).toEqual({ state: 'STORED', runs: [] });
  });

  it('refuses a chapter whose number no book holds, whatever the schema lets through', async () => {
    const caller = newCaller();
    const note = {
      type: 'note',
      schemaId: 'note-v1',
      data: { metadata: { book_id: 'b', chapter_num: 3e9 } },
    };
    expect((await create(caller, note)).userErrors).toEqual([]);
    const { blob, userErrors } = await create(caller, { ...note, type: 'chapter_draft' });
    expect(blob).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'VALIDATION_FAILED', field: 'data.metadata.chapter_num' }]);
  });

  it('gives the same blob for the same key, and refuses another input under it', async () => {
    const caller = newCaller();
    const input = draft('Once.', { idempotencyKey: 'k' });
    const [first, second] = await Promise.all([create(caller, input), create(caller, input)]);
    expect(second?.blob?.id).toBe(first?.blob?.id);
    const other = await create(caller, draft('Twice.', { idempotencyKey: 'k' }));
    expect(other).toMatchObject({
      blob: null,
      userErrors: [{ field: 'idempotencyKey', code: 'IDEMPOTENCY_CONFLICT' }],
    });
    // The members' order is no part of what was meant.
    const { metadata, content } = input.data;
    expect((await create(caller, { ...input, data: { metadata, content } })).blob?.id).toBe(first?.blob?.id);
    expect((await create(newCaller(), input)).blob?.id).not.toBe(first?.blob?.id);
  });

  it.each([
    ['data that does not fit', draft('', {}), 'SCHEMA_VIOLATION', 'data.content'],
    [
      'a chapter that is none',
      draft('x', {}, { chapter_num: 0 }),
      'SCHEMA_VIOLATION',
      'data.metadata.chapter_num',
    ],
    ['an unknown schema', draft('x', { schemaId: 'none-v1' }), 'SCHEMA_UNKNOWN', 'schemaId'],
    ['NUL', draft('x\0'), 'TEXT_MALFORMED', 'data.content'],
    ['a lone surrogate', draft('x\ud800'), 'TEXT_MALFORMED', 'data.content'],
    ['a type with spaces', draft('x', { type: 'a b' }), 'VALIDATION_FAILED', 'type'],
    ['an empty key', draft('x', { idempotencyKey: '' }), 'VALIDATION_FAILED', 'idempotencyKey'],
    [
      'control characters in a book id',
      draft('x', {}, { book_id: 'a\u0007' }),
      'VALIDATION_FAILED',
      'data.metadata.book_id',
    ],
    ['more than 5 MiB', draft('x'.repeat(5 * 1024 * 1024 + 1)), 'BLOB_TOO_LARGE', 'data'],
  ])('refuses %s and writes nothing', async (_name, input, code, field) => {
    const caller = newCaller();
    const answer = await create(caller, input);
    expect(answer.blob).toBeNull();
    expect(answer.userErrors[0]).toMatchObject({ code, field });
    expect(answer.userErrors[0]?.message.length).toBeLessThan(400);
    const { data } = await state.graphql('{ blobs { totalCount } }', {}, caller);
    expect(data).toEqual({ blobs: { totalCount: 0 } });
  });

  it('takes 5 MiB, emoji and right-to-left text, and gives them back as they were', async () => {
    const caller = newCaller();
    const content = `שלום 🥊 ${'é\n'.repeat((5 * 1024 * 1024) / 3 - 100)}`;
    const id = await createDraft(caller, content);
    const { data } = await state.graphql<{ blob: { content: { body: { content: string } } } }>(
      'query ($id: ID!) { blob(id: $id) { content { ... on UserBlob { body } } } }',
      { id },
      caller,
    );
    expect(data?.blob.content.body.content === content).toBe(true);
  });
});

describe('books', () => {
  it('takes titles before or after the drafts, and refuses what contradicts itself', async () => {
    const caller = newCaller();
    await createDraft(caller, '# A storm\nx', { chapter_num: 2 });
    const mutation =
      'mutation ($input: CreateBookInput!) { createBook(input: $input) { book { id title chapters { chapterNum title draft { title } } } userErrors { field code } } }';
    const createBook = async (input: object) =>
      (await state.graphql<{ createBook: object }>(mutation, { input }, caller)).data?.createBook;
    expect(
      await createBook({
        id: 'my-novel',
        title: 'My Novel',
        chapters: [
          { chapterNum: 1, title: 'One' },
          { chapterNum: 2, title: 'Two' },
        ],
      }),
    ).toEqual({
      book: {
        id: 'my-novel',
        title: 'My Novel',
        chapters: [
          { chapterNum: 1, title: 'One', draft: null },
          { chapterNum: 2, title: 'Two', draft: { title: 'A storm' } },
        ],
      },
      userErrors: [],
    });
    expect(
      await createBook({
        id: 'x',
        title: 'X',
        chapters: [
          { chapterNum: 1, title: 'a' },
          { chapterNum: 1, title: 'b' },
        ],
      }),
    ).toEqual({
      book: null,
      userErrors: [{ field: 'chapters.1.chapterNum', code: 'BOOK_INVALID' }],
    });
    expect(await createBook({ id: 'x', title: '' })).toEqual({
      book: null,
      userErrors: [{ field: 'title', code: 'VALIDATION_FAILED' }],
    });
  });

  it('keeps what each of several descriptions at once says, up to 10,000 chapters', async () => {
    const caller = newCaller();
    const mutation =
      'mutation ($input: CreateBookInput!) { createBook(input: $input) { book { id } userErrors { field code } } }';
    const describeBook = async (chapters: object[]) =>
      (await state.graphql(mutation, { input: { id: 'b', title: 'B', chapters } }, caller)).data;
    const numbers = [1, 2, 3, 4, 5, 6];
    const written = { createBook: { book: { id: 'b' }, userErrors: [] } };
    const answers = numbers.map((chapterNum) =>
      describeBook([{ chapterNum, title: `Chapter ${chapterNum}` }]),
    );
    expect(await Promise.all(answers)).toEqual(numbers.map(() => written));
    const { data } = await state.graphql('{ book(id: "b") { chapters { chapterNum title } } }', {}, caller);
    const chapters = numbers.map((chapterNum) => ({ chapterNum, title: `Chapter ${chapterNum}` }));
    expect(data).toEqual({ book: { chapters } });

    const many = Array.from({ length: 9_995 }, (_, index) => ({ chapterNum: 10 + index, title: 'x' }));
    expect(await describeBook(many)).toEqual({
      createBook: { book: null, userErrors: [{ field: 'chapters', code: 'BOOK_INVALID' }] },
    });
  });
});

describe('while the event log takes nothing', () => {
  it('new blobs are refused beyond a bound, those that are stored are given back, and all is well after', async () => {
    const publishing: (() => void)[] = [];
    let stuck = true;
    const log = memoryLog();
    const { runtime } = state;
    const held = await startTestService(stateService, {
      urls: runtime.config.urls,
      config: { limits: { ...runtime.config.limits, outbox: 2 } },
      sql: (name) => runtime.sql(`held_${name}`),
      eventLog: async () => ({
        ...log,
        async publish(message) {
          if (stuck) await new Promise<void>((resolve) => publishing.push(resolve));
          return log.publish(message);
        },
      }),
    });
    let serial = 0;
    const post = (key = `key-${++serial}`) => {
      const body = { type: 'note', schema_id: 'note-v1', data: { text: key }, idempotency_key: key };
      return held.rest<{ error?: { code: string } }>('POST', '/api/v1/blobs', { body });
    };
    expect([(await post('first')).status, (await post()).status]).toEqual([201, 201]);
    await expect.poll(async () => (await post()).body.error?.code).toBe('OVERLOADED');
    const refused = await post();
    expect({ status: refused.status, again: refused.headers.get('retry-after') }).toEqual({
      status: 503,
      again: '1',
    });
    const input = draft('Too much.', { idempotencyKey: 'graph' });
    const { errors } = await held.graphql(
      'mutation ($input: CreateBlobInput!) { createBlob(input: $input) { userErrors { code } } }',
      { input },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'OVERLOADED' } }]);
    expect((await post('first')).status).toBe(201);
    const metrics = await (await fetch(`${held.url}/metrics`)).text();
    expect(metrics).toMatch(/^blobgraph_outbox_documents\{service="state"\} \d+$/m);

    stuck = false;
    for (const publish of publishing) publish();
    await expect.poll(async () => (await post()).status).toBe(201);
    await held.stop();
  });
});
