import { beforeAll, describe, expect, it } from 'vitest';
import { compilerDocument, expansionDocument, processorDocument } from '../../testing/registry.fixture.ts';
import { runCallsOn, runReadsOn } from '../../testing/runs.fixture.ts';
import { type Caller, newCaller, runState } from '../../testing/subgraph.fixture.ts';

const { createDraft, registry, state } = runState();
const { make, reprocess } = runCallsOn(state);
const { eventsOf, processingOf, runsOf } = runReadsOn(state);

const compiled = { processor_id: 'book-compiler', schema_id: 'compiled-book-v1', on_demand: true };
const pitcher = {
  takes: { 'blob.indexed': ['compiled-book-v1'] },
  opt_in_schema_ids: ['compiled-book-v1'],
  output_schema_id: 'note-v1',
};

beforeAll(() => {
  registry.put(expansionDocument());
  registry.put(compilerDocument());
  registry.put(processorDocument('pitcher', { ...pitcher, graphql_type: 'Pitched' }));
  registry.put(processorDocument('retired-pitcher', { ...pitcher, status: 'retired', active: false }));
});

interface Payload {
  readonly book: { readonly automatic: readonly string[] } | null;
  readonly userErrors: readonly { readonly field: string; readonly code: string }[];
}

async function change(
  caller: Caller,
  mutation: 'createBook' | 'updateBook',
  input: object,
): Promise<Payload> {
  const type = mutation === 'createBook' ? 'CreateBookInput' : 'UpdateBookInput';
  const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { book { automatic } userErrors { field code } } }`;
  const { data, errors } = await state.graphql<Record<string, Payload>>(
    query,
    { input: { id: 'b', ...input } },
    caller,
  );
  expect(errors).toBeUndefined();
  return data?.[mutation] as Payload;
}

const create = (caller: Caller, automatic?: readonly string[]) =>
  change(caller, 'createBook', { title: 'B', ...(automatic ? { automatic } : {}) });

let serial = 0;
/** A compiled version of the caller's book, of a new draft. */
async function compile(caller: Caller): Promise<string> {
  serial += 1;
  const draft = await createDraft(caller, `It rained ${serial} times.`, { book_id: 'b', chapter_num: 1 });
  const remote_blob_id = `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}`;
  return make(caller, draft, { ...compiled, remote_blob_id, run: undefined });
}

const shownOf = async (caller: Caller) => {
  const { data } = await state.graphql<{
    book: { automatic: string[] };
    me: { state: { books: { automatic: string[] }[] } };
  }>('{ book(id: "b") { automatic } me { state { books { automatic } } } }', {}, caller);
  return [data?.book.automatic, data?.me.state.books[0]?.automatic];
};

describe('a processor that waits to be asked', () => {
  it('has no run of a book that nobody asked it for', async () => {
    const caller = newCaller();
    await create(caller);
    const version = await compile(caller);
    expect(await runsOf(caller, version)).toEqual([]);
    expect((await processingOf(caller, version))?.state).toBe('STORED');
    await expect.poll(async () => (await eventsOf(version))[0]?.body.planned).toEqual([]);
  });

  it('is to work on each new version of a book whose owner asked for it, and on none of before', async () => {
    const caller = newCaller();
    await create(caller);
    const before = await compile(caller);
    expect(await change(caller, 'updateBook', { automatic: ['pitcher', 'pitcher'] })).toEqual({
      book: { automatic: ['pitcher'] },
      userErrors: [],
    });
    expect(await shownOf(caller)).toEqual([['pitcher'], ['pitcher']]);
    const version = await compile(caller);
    expect(await runsOf(caller, version)).toEqual(['pitcher PENDING 0/0']);
    await expect.poll(async () => (await eventsOf(version))[0]?.body.planned).toEqual(['pitcher']);
    expect(await runsOf(caller, before)).toEqual([]);
  });

  it('stays asked for until its owner says otherwise, or deletes the book', async () => {
    const caller = newCaller();
    await create(caller, ['pitcher']);
    await change(caller, 'updateBook', { title: 'Another' });
    expect((await shownOf(caller))[0]).toEqual(['pitcher']);
    await change(caller, 'updateBook', { automatic: [] });
    expect(await runsOf(caller, await compile(caller))).toEqual([]);
    await change(caller, 'updateBook', { automatic: ['pitcher'] });
    await state.graphql('mutation { deleteBook(id: "b") { bookId } }', {}, caller);
    expect(await runsOf(caller, await compile(caller))).toEqual([]);
  });

  it('is asked for by one user and not by another with a book of the same id', async () => {
    const [one, other] = [newCaller(), newCaller()];
    await create(one, ['pitcher']);
    await create(other);
    expect(await runsOf(other, await compile(other))).toEqual([]);
  });

  it('works on a blob that its owner names, whatever the book says', async () => {
    const caller = newCaller();
    await create(caller);
    const version = await compile(caller);
    await reprocess(caller, version, 'pitcher');
    expect(await runsOf(caller, version)).toEqual(['pitcher PENDING 1/0']);
  });

  it('is one of those that wait: others are refused by name, and nothing is written', async () => {
    const caller = newCaller();
    const asked = ['pitcher', 'text-expansion', 'none', 'retired-pitcher'];
    expect(await create(caller, asked)).toEqual({
      book: null,
      userErrors: [
        { field: 'automatic.1', code: 'PROCESSOR_UNKNOWN' },
        { field: 'automatic.2', code: 'PROCESSOR_UNKNOWN' },
        { field: 'automatic.3', code: 'PROCESSOR_RETIRED' },
      ],
    });
    expect((await create(caller, Array(21).fill('pitcher'))).userErrors).toMatchObject([
      { field: 'automatic', code: 'VALIDATION_FAILED' },
    ]);
    expect((await create(caller, ['\n'])).userErrors).toMatchObject([
      { field: 'automatic.0', code: 'VALIDATION_FAILED' },
    ]);
    expect((await change(caller, 'updateBook', { title: 'B' })).userErrors).toMatchObject([
      { code: 'BOOK_NOT_FOUND' },
    ]);
  });
});

describe('the newest compiled version of a book', () => {
  const ask = (caller: Caller, bookId: string, service = 'pitcher') =>
    state.rest<{ compiled?: { id: string } | null; error?: { code: string } }>(
      'GET',
      `/api/v1/users/${encodeURIComponent(caller.viewer.userId)}/books/${bookId}/compiled`,
      { caller: { service, ...caller } },
    );

  it('is told to who may read it, and to no other user', async () => {
    const caller = newCaller();
    await create(caller);
    expect((await ask(caller, 'b')).body).toEqual({ compiled: null });
    await compile(caller);
    const newest = await compile(caller);
    expect((await ask(caller, 'b')).body.compiled).toMatchObject({
      id: newest,
      schema_id: 'compiled-book-v1',
    });
    expect((await ask(newCaller(), 'b')).body.error?.code).toBe('BOOK_NOT_FOUND');
    expect((await ask(caller, 'b', 'text-expansion')).status).toBe(403);
  });
});
