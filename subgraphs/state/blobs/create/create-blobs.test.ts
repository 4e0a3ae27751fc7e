import { expect, it } from 'vitest';
import { draft, newCaller, runState } from '../../testing/subgraph.fixture.ts';

const { create, state } = runState();

interface Created {
  readonly createBlobs: {
    readonly results: readonly {
      readonly index: number;
      readonly blob: { readonly id: string; readonly title: string; readonly processing: object } | null;
      readonly userErrors: readonly { field: string | null; code: string; message: string }[];
    }[];
    readonly userErrors: readonly { field: string | null; code: string; message: string }[];
  };
}
type Caller = ReturnType<typeof newCaller>;

const CREATE = /* GraphQL */ `
  mutation ($input: CreateBlobsInput!) {
    createBlobs(input: $input) {
      results { index blob { id title processing { state } } userErrors { field code message } }
      userErrors { field code message }
    }
  }
`;

async function createAll(caller: Caller, blobs: readonly object[], idempotencyKey?: string) {
  const input = { blobs, ...(idempotencyKey !== undefined && { idempotencyKey }) };
  const { data, errors } = await state.graphql<Created>(CREATE, { input }, caller);
  expect(errors).toBeUndefined();
  if (!data) throw new Error('No data');
  const { results, userErrors } = data.createBlobs;
  return { results, userErrors, ids: results.map(({ blob }) => blob?.id) };
}

const texts = (count: number) =>
  Array.from({ length: count }, (_, n) => draft(`# Text ${n}`, {}, { chapter_num: n + 1 }));

const TITLES = '{ me { state { totalBlobs } } blobs(first: 100) { totalCount nodes { id title } } }';
interface Titles {
  me: { state: { totalBlobs: number } };
  blobs: { totalCount: number; nodes: { id: string; title: string }[] };
}

it('stores each, answers in their order, and lists have the last as the newest', async () => {
  const caller = newCaller();
  const { results, userErrors } = await createAll(caller, texts(250));
  expect(userErrors).toEqual([]);
  expect(results.map(({ index, blob }) => [index, blob?.title])).toEqual(
    Array.from({ length: 250 }, (_, n) => [n, `Text ${n}`]),
  );
  expect(results[249]?.blob?.processing).toEqual({ state: 'PENDING' });
  const { data } = await state.graphql<Titles>(TITLES, {}, caller);
  expect([data?.me.state.totalBlobs, data?.blobs.totalCount]).toEqual([250, 250]);
  expect(data?.blobs.nodes.map(({ title }) => title)).toEqual(
    Array.from({ length: 100 }, (_, n) => `Text ${249 - n}`),
  );
});

it('has the later of two drafts of a chapter as the newest', async () => {
  const caller = newCaller();
  const { ids } = await createAll(caller, [draft('First.'), draft('Second.'), draft('Third.')], 'k');
  const { data } = await state.graphql<{ book: object }>(
    '{ book(id: "my-novel") { chapters { draft { id } } } }',
    {},
    caller,
  );
  expect(data?.book).toEqual({ chapters: [{ draft: { id: ids[2] } }] });
});

it('tells of each that is wrong, as createBlob does, and stores the others', async () => {
  const caller = newCaller();
  const wrong = [
    draft(''),
    draft('x', { schemaId: 'none-v1' }),
    draft('x\0'),
    draft('x', { type: 'a b' }),
    draft('x', {}, { book_id: 'a\u0007' }),
    draft('x', { schemaVersion: '9.9.9' }),
    { type: 'image', schemaId: 'image-input-v1', data: {} },
    draft('x'.repeat(5 * 1024 * 1024 + 1)),
  ];
  const { results, userErrors } = await createAll(
    caller,
    wrong.flatMap((one) => [draft('Fine.'), one]),
  );
  expect(userErrors).toEqual([]);
  const alone = await Promise.all(wrong.map((one) => create(newCaller(), one)));
  expect(results.filter(({ index }) => index % 2 === 1).map((one) => one.userErrors)).toEqual(
    alone.map((one) => one.userErrors),
  );
  expect(results.map(({ blob, userErrors: errors }) => [blob !== null, errors.length > 0])).toEqual(
    results.map((_, index) => [index % 2 === 0, index % 2 === 1]),
  );
  const { data } = await state.graphql<Titles>(TITLES, {}, caller);
  expect(data?.blobs.totalCount).toBe(wrong.length);
});

it('gives the same blobs for the same key of the batch, and refuses what is another there', async () => {
  const caller = newCaller();
  const first = await createAll(caller, texts(3), 'k');
  expect(new Set(first.ids).size).toBe(3);
  expect((await createAll(caller, texts(3), 'k')).ids).toEqual(first.ids);
  expect((await createAll(newCaller(), texts(3), 'k')).ids).not.toEqual(first.ids);
  const [a, , c] = texts(3);
  const { results, ids } = await createAll(caller, [a ?? {}, draft('Other.'), c ?? {}, draft('More.')], 'k');
  expect([ids[0], ids[2]]).toEqual([first.ids[0], first.ids[2]]);
  expect(results[1]).toMatchObject({
    blob: null,
    userErrors: [{ field: 'idempotencyKey', code: 'IDEMPOTENCY_CONFLICT' }],
  });
  expect(results[3]?.userErrors).toEqual([]);
  const { data } = await state.graphql<Titles>(TITLES, {}, caller);
  expect(data?.blobs.totalCount).toBe(4);
});

it('has the keys of its blobs in common with createBlob', async () => {
  const caller = newCaller();
  const input = draft('Once.', { idempotencyKey: 'mine' });
  const { blob } = await create(caller, input);
  const { ids, results } = await createAll(
    caller,
    [input, draft('Twice.', { idempotencyKey: 'mine' }), draft('New.', { idempotencyKey: 'n' })],
    'k',
  );
  expect(ids[0]).toBe(blob?.id);
  expect(results[1]?.userErrors[0]?.code).toBe('IDEMPOTENCY_CONFLICT');
  expect((await create(caller, draft('New.', { idempotencyKey: 'n' }))).blob?.id).toBe(ids[2]);
});

it('stores once what stands twice under one key', async () => {
  const caller = newCaller();
  const [once, other] = [draft('Once.', { idempotencyKey: 'd' }), draft('Other.', { idempotencyKey: 'd' })];
  const { ids, results } = await createAll(caller, [once, once, other]);
  expect(ids[1]).toBe(ids[0]);
  expect(results[2]?.userErrors[0]?.code).toBe('IDEMPOTENCY_CONFLICT');
  const both = await Promise.all([createAll(caller, texts(20), 'p'), createAll(caller, texts(20), 'p')]);
  expect(both[0].ids).toEqual(both[1].ids);
  const { data } = await state.graphql<Titles>(TITLES, {}, caller);
  expect(data?.blobs.totalCount).toBe(21);
});

it('tells of one that was deleted, and brings back none', async () => {
  const caller = newCaller();
  const { ids } = await createAll(caller, texts(2), 'k');
  await state.graphql('mutation ($id: ID!) { deleteBlob(id: $id) { deletedIds } }', { id: ids[0] }, caller);
  const again = await createAll(caller, texts(2), 'k');
  expect(again.ids).toEqual([undefined, ids[1]]);
  expect(again.results[0]?.userErrors).toMatchObject([{ code: 'BLOB_DELETED', field: 'idempotencyKey' }]);
});

it.each([
  ['none', [], undefined, 'blobs'],
  ['more than 1,000', Array.from({ length: 1_001 }, () => draft('x')), undefined, 'blobs'],
  [
    'more than 50 schemas',
    Array.from({ length: 51 }, (_, n) => draft('x', { schemaId: `s-${n}` })),
    undefined,
    'blobs',
  ],
  ['a key with control characters', [draft('x')], 'a\nb', 'idempotencyKey'],
  ['an empty key', [draft('x')], '', 'idempotencyKey'],
])('refuses as a whole: %s', async (_what, blobs, key, field) => {
  const caller = newCaller();
  const { results, userErrors } = await createAll(caller, blobs, key);
  expect(results).toEqual([]);
  expect(userErrors).toMatchObject([{ field, code: 'VALIDATION_FAILED' }]);
  const { data } = await state.graphql<Titles>(TITLES, {}, caller);
  expect(data?.blobs.totalCount).toBe(0);
});
