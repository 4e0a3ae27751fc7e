import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { derivedBlobId } from '../../platform/ids.ts';
import { startTestService, type TestService, viewer } from '../../platform/testing/service.ts';
import { processorsService } from '../processors/main.ts';
import { schemasService } from '../schemas/main.ts';
import { stateService } from './main.ts';

let schemas: TestService;
let processors: TestService;
let state: TestService;

const HASH = 'a'.repeat(64);

beforeAll(async () => {
  [schemas, processors] = await Promise.all([
    startTestService(schemasService),
    startTestService(processorsService),
  ]);
  const registration = {
    id: 'text-expansion',
    name: 'Text expansion',
    storage_type: 'postgresql',
    connection_string: 'embedded',
    database_name: 'text_expansion',
    input_schema_ids: ['text-input-v1'],
    output_schema_id: 'expanded-text-v1',
    graphql_type: 'ExpandedText',
    base_url: 'http://127.0.0.1:9',
    event_subscriptions: ['blob.created'],
  };
  const caller = { service: 'text-expansion', viewer: null };
  const { status } = await processors.rest('POST', '/api/v1/processors', { body: registration, caller });
  expect(status).toBeLessThan(300);
  state = await startTestService(stateService, {
    urls: { schemas: schemas.url, processors: processors.url },
  });
});
afterAll(async () => {
  await Promise.all([state?.stop(), processors?.stop(), schemas?.stop()]);
});

let serial = 0;
/** Each test has a user of its own. */
const newCaller = () => ({ viewer: viewer(`user|${++serial}@example.com`) });
type Caller = ReturnType<typeof newCaller>;

const CREATE = /* GraphQL */ `
  mutation ($input: CreateBlobInput!) {
    createBlob(input: $input) {
      blob { id version type title preview sizeBytes userId processorId storageLocation remoteBlobId schemaId schemaVersion processing { state runs { processorId state attempt error { code message } } } }
      userErrors { field code message }
    }
  }
`;

interface Created {
  createBlob: {
    blob: {
      id: string;
      version: number;
      title: string;
      preview: string;
      processing: { state: string; runs: object[] };
    } | null;
    userErrors: { field: string | null; code: string; message: string }[];
  };
}

const draft = (content: string, over: object = {}, metadata: object = {}) => ({
  type: 'chapter_draft',
  schemaId: 'text-input-v1',
  data: { content, metadata: { book_id: 'my-novel', chapter_num: 1, ...metadata } },
  ...over,
});

async function create(caller: Caller, input: object) {
  const { data, errors } = await state.graphql<Created>(CREATE, { input }, caller);
  expect(errors).toBeUndefined();
  if (!data) throw new Error('No data');
  return data.createBlob;
}

async function createDraft(caller: Caller, content = 'It rained.', metadata: object = {}): Promise<string> {
  const { blob, userErrors } = await create(caller, draft(content, {}, metadata));
  expect(userErrors).toEqual([]);
  return blob?.id ?? '';
}

const registration = (caller: Caller, parentId: string, over: object = {}) => ({
  user_id: caller.viewer.userId,
  processor_id: 'text-expansion',
  storage_location: 'text-expansion-db',
  remote_blob_id: derivedBlobId(parentId, 'text-expansion', '1'),
  parent_id: parentId,
  schema_id: 'expanded-text-v1',
  preview: 'It rained, and went on raining.',
  size_bytes: 31,
  content_hash: HASH,
  ...over,
});

const asProcessor = (caller: Caller) => ({ service: 'text-expansion', ...caller });
const register = (caller: Caller, body: object, as: object = asProcessor(caller)) =>
  state.rest<{
    error?: { code: string; field?: string };
    entry?: { id: string; title: string; type: string; book_id: string };
  }>('POST', '/api/v1/blob-index', { body, caller: as });
const report = (caller: Caller, body: object) =>
  state.rest<{ entry: { version: number; state: string } }>('POST', '/api/v1/processing', {
    body,
    caller: asProcessor(caller),
  });

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

  it('keeps strange user ids apart', async () => {
    const ids = ['*', 'a.b', '>', 'a b', 'ü', "x'; DROP TABLE books; --"];
    for (const id of ids) await createDraft({ viewer: viewer(id) });
    for (const id of ids) {
      const { data } = await state.graphql('{ me { id } blobs { totalCount } }', {}, { viewer: viewer(id) });
      expect(data).toEqual({ me: { id }, blobs: { totalCount: 1 } });
    }
  });
});

describe('registering what was derived', () => {
  it('enters it once, under its parent, with what it inherits', async () => {
    const caller = newCaller();
    const parent = await createDraft(caller, '# The Storm\nIt rained.');
    const first = await register(caller, registration(caller, parent));
    expect(first.status).toBe(201);
    expect(first.body.entry).toMatchObject({
      title: 'The Storm',
      type: 'expanded_text',
      book_id: 'my-novel',
    });
    expect((await register(caller, registration(caller, parent))).status).toBe(200);
    const { data } = await state.graphql(
      /* GraphQL */ `
        query ($id: ID!) {
          blob(id: $id) {
            derivedIds
            derived { totalCount nodes { id processorId parent { id } sources { id } content { __typename id } } }
            lineage { truncated edges { parentId childId } nodes { id } }
          }
          book(id: "my-novel") { chapters { expanded { id } } }
        }
      `,
      { id: parent },
      caller,
    );
    const id = derivedBlobId(parent, 'text-expansion', '1');
    expect(data).toEqual({
      blob: {
        derivedIds: [id],
        derived: {
          totalCount: 1,
          nodes: [
            {
              id,
              processorId: 'text-expansion',
              parent: { id: parent },
              sources: [{ id: parent }],
              content: { __typename: 'ExpandedText', id },
            },
          ],
        },
        lineage: {
          truncated: false,
          edges: [{ parentId: parent, childId: id }],
          nodes: [{ id: parent }, { id }],
        },
      },
      book: { chapters: [{ expanded: { id } }] },
    });
  });

  it('takes the title of every draft, whatever its first line holds', async () => {
    const caller = newCaller();
    const { blob } = await create(caller, draft('Chapter\tOne\u0007\nIt rained.'));
    const { id = '', title } = blob ?? {};
    expect(title).toBe('Chapter One');
    expect((await register(caller, registration(caller, id, { title }))).status).toBe(201);
  });

  it('refuses a wrong id, another’s source, another result, another speaker', async () => {
    const [caller, other] = [newCaller(), newCaller()];
    const parent = await createDraft(caller);
    const foreign = await createDraft(other);
    const refused = async (body: object, as?: object) => {
      const { status, body: answer } = await register(caller, body, as ?? asProcessor(caller));
      return [status, answer.error?.code, answer.error?.field];
    };
    const good = registration(caller, parent);
    expect(await refused({ ...good, remote_blob_id: 'made-up' })).toEqual([
      422,
      'DERIVED_ID_MISMATCH',
      'remote_blob_id',
    ]);
    expect(await refused({ ...good, source_ids: [parent, foreign] })).toEqual([
      422,
      'SOURCE_UNKNOWN',
      'source_ids',
    ]);
    expect(await refused(registration(caller, foreign))).toEqual([422, 'SOURCE_UNKNOWN', 'parent_id']);
    expect(await refused({ ...good, user_id: other.viewer.userId })).toEqual([403, 'FORBIDDEN', 'user_id']);
    expect(await refused(good, { service: 'book-compiler', ...caller })).toEqual([
      403,
      'FORBIDDEN',
      'processor_id',
    ]);
    const long = Array.from({ length: 4_000 }, (_, index) => `${index}`.padEnd(100, 'x'));
    expect(await refused({ ...good, source_ids: long })).toEqual([400, 'VALIDATION_FAILED', 'source_ids']);
    expect(await refused({ ...good, content_hash: 'x' })).toEqual([400, 'VALIDATION_FAILED', 'content_hash']);
    expect((await register(caller, good)).status).toBe(201);
    expect(await refused({ ...good, content_hash: 'b'.repeat(64) })).toEqual([
      409,
      'DERIVED_CONFLICT',
      'remote_blob_id',
    ]);
  });
});

describe('processing', () => {
  it('follows the reports, whatever their order, and retries a failed run', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    const tell = (stateName: string, attempt: number, over: object = {}) =>
      report(caller, { blob_id, processor_id: 'text-expansion', state: stateName, attempt, ...over });
    expect((await tell('PROCESSING', 1)).body.entry).toMatchObject({ version: 2, state: 'PROCESSING' });
    expect((await tell('PROCESSING', 1)).body.entry.version).toBe(2);
    const error = { code: 'MODEL_FAILED', message: 'It refused.' };
    expect((await tell('FAILED', 1, { error })).body.entry).toMatchObject({ version: 3, state: 'FAILED' });
    expect((await tell('PROCESSING', 1)).body.entry.version).toBe(3);

    const retry = () =>
      state.graphql<{ retryProcessing: { blob: object; userErrors: { code: string }[] } }>(
        'mutation ($id: ID!) { retryProcessing(blobId: $id, processorId: "text-expansion") { blob { version processing { state runs { attempt error { code } } } } userErrors { code field } } }',
        { id: blob_id },
        caller,
      );
    expect((await retry()).data?.retryProcessing).toEqual({
      blob: { version: 4, processing: { state: 'PENDING', runs: [{ attempt: 2, error: null }] } },
      userErrors: [],
    });
    expect((await retry()).data?.retryProcessing.userErrors).toEqual([
      { code: 'RUN_NOT_FAILED', field: 'processorId' },
    ]);
    expect((await tell('COMPLETED', 2)).body.entry).toMatchObject({ version: 5, state: 'COMPLETED' });
  });

  it('takes a failure whatever the words of its reason hold', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    const failed = { blob_id, processor_id: 'text-expansion', state: 'FAILED', attempt: 1 };
    const message = `No\0 \ud83e${'x'.repeat(2_000)}`;
    const { status } = await report(caller, { ...failed, error: { code: 'MODEL_FAILED', message } });
    expect(status).toBe(200);
    const { data } = await state.graphql<{ blob: object }>(
      'query ($id: ID!) { blob(id: $id) { processing { runs { state error { message } } } } }',
      { id: blob_id },
      caller,
    );
    const error = { message: `No \ufffd${'x'.repeat(996)}` };
    expect(data?.blob).toEqual({ processing: { runs: [{ state: 'FAILED', error }] } });
    expect((await report(caller, { ...failed, attempt: 2 ** 31 })).status).toBe(400);
  });

  it('counts every one of many reports at once', async () => {
    const caller = newCaller();
    const blob_id = await createDraft(caller);
    const reports = Array.from({ length: 8 }, (_, index) =>
      report(caller, { blob_id, processor_id: 'text-expansion', state: 'PROCESSING', attempt: index + 1 }),
    );
    const statuses = (await Promise.all(reports)).map((answer) => answer.status);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const { data } = await state.graphql<{ blob: { processing: { runs: { attempt: number }[] } } }>(
      'query ($id: ID!) { blob(id: $id) { processing { runs { attempt } } } }',
      { id: blob_id },
      caller,
    );
    expect(data?.blob.processing.runs).toEqual([{ attempt: 8 }]);
  });
});

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
    expect(await code('blob(id: "\\u0000") { id }')).toEqual(['TEXT_MALFORMED']);
    expect(await code('book(id: "\\u0000") { id }')).toEqual(['TEXT_MALFORMED']);
    expect(await code('blobs(filter: { bookId: "\\u0000" }) { totalCount }')).toEqual(['TEXT_MALFORMED']);
    expect(await code('blobs(filter: { createdAfter: "0000-01-01T00:00:00Z" }) { totalCount }')).toEqual([
      'VALIDATION_FAILED',
    ]);
    const { status } = await state.rest('GET', '/api/v1/blobs/%00', { caller });
    expect(status).toBe(422);
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
