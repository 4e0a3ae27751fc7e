import { expect, it, vi } from 'vitest';
import { aBlob } from './model/blobs.fixture.ts';
import { MOST_BLOBS, type ReadOptions, readLineage } from './read.ts';

interface Variables {
  readonly after: string | null;
  readonly withBook: boolean;
}

const { signal } = new AbortController();
const known = (...ids: string[]) => new Map(ids.map((id) => [id, aBlob(id)]));

/** A graph with a book of so many blobs, the newest with the highest number. */
function bookOf(count: number) {
  const ids = Array.from({ length: count }, (_, index) => `b${count - index}`);
  const request = vi.fn(async (_document: unknown, { after, withBook }: Variables) => {
    const from = Number(after ?? 0);
    const nodes = ids.slice(from, from + 100).map((id) => ({ ...aBlob(id), sources: [{ id: 'source' }] }));
    const hasNextPage = from + 100 < count;
    const pageInfo = { hasNextPage, endCursor: String(from + 100) };
    const book = { id: 'book', title: 'Book', chapters: [{ title: 'One', draft: { id: 'b1' } }] };
    return { data: { ...(withBook ? { book } : {}), blobs: { nodes, pageInfo } }, errors: [] };
  });
  const options = { typed: { request } as unknown as ReadOptions['typed'], signal };
  return { request, options };
}
const read = (options: ReadOptions) => readLineage({ kind: 'book', id: 'book' }, options);

it('reads a book by its own pages, and the book itself once', async () => {
  const { request, options } = bookOf(240);
  const answer = await read(options);
  expect(answer?.reading).toMatchObject({ isTruncated: false, isWhole: true });
  expect(answer?.reading.blobs).toHaveLength(240);
  expect(answer?.reading.edges[0]).toEqual({ parentId: 'source', childId: 'b240' });
  expect(answer).toMatchObject({ title: 'Book', places: [{ title: 'One', blobId: 'b1' }] });
  expect(request.mock.calls.map(([, { withBook }]) => withBook)).toEqual([true, false, false]);
});

it('reads only what is newer than what is known', async () => {
  const { request, options } = bookOf(500);
  const answer = await read({ ...options, known: known('b499') });
  expect(request).toHaveBeenCalledTimes(1);
  expect(answer?.reading).toMatchObject({ isWhole: false });
  // More than a page of new ones.
  request.mockClear();
  await read({ ...options, known: known('b350') });
  expect(request).toHaveBeenCalledTimes(2);
});

it('ends at a thousand, and says that there is more', async () => {
  const { request, options } = bookOf(1_234);
  const answer = await read(options);
  expect(answer?.reading.blobs).toHaveLength(MOST_BLOBS);
  expect(answer?.reading.isTruncated).toBe(true);
  expect(request).toHaveBeenCalledTimes(10);
});

it.each([
  ['book', { book: null, blobs: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } }],
  ['blob', { blob: null }],
])('answers null where there is no such %s', async (kind, data) => {
  const typed = { request: async () => ({ data, errors: [] }) } as unknown as ReadOptions['typed'];
  const subject =
    kind === 'book' ? ({ kind, id: 'x' } as const) : ({ kind: 'blob', id: 'x', depth: 1 } as const);
  expect(await readLineage(subject, { typed, signal })).toBeNull();
});

it('has the sources of a blob in their order, and why parts are missing', async () => {
  const lineage = { nodes: [aBlob('a')], edges: [], truncated: true };
  const blob = { id: 'a', title: 'A', type: 'compiled_book', sources: [{ id: 's2' }, { id: 's1' }], lineage };
  const request = async () => ({ data: { blob }, errors: [{ message: 'It is down.' }] });
  const typed = { request } as unknown as ReadOptions['typed'];
  expect(await readLineage({ kind: 'blob', id: 'a', depth: 3 }, { typed, signal })).toMatchObject({
    reading: { isTruncated: true, isWhole: true },
    places: [{ blobId: 's2' }, { blobId: 's1' }],
    faults: ['It is down.'],
  });
});
