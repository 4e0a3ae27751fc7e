import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeCursor } from '../../platform/events/cursor.ts';
import { blobMessage, bookMessage } from '../../platform/testing/events.ts';
import { startTestGraph, type TestGraph } from '../testing/test-graph.ts';

const BOOK = `subscription ($after: String, $id: ID = "novel") {
  bookChanged(bookId: $id, after: $after) {
    kind bookId blobId type processorId artifact state version book { title } blob { title }
  }
}`;
const RUNS = `subscription ($after: String, $blobId: ID, $bookId: ID, $processorId: ID) {
  processingChanged(blobId: $blobId, bookId: $bookId, processorId: $processorId, after: $after) {
    blobId bookId processorId artifact state attempt generation stage progress version blob { title }
  }
}`;

let graph: TestGraph;
let after: string;

beforeEach(async () => {
  graph = await startTestGraph({ blobs: [{ id: 'b0', owner: 'state', title: 'One' }] });
  after = encodeCursor(await graph.log.head());
});
afterEach(() => graph.stop());

async function subscribe(query: string, variables: Record<string, unknown> = {}, userId = 'alice') {
  const client = await graph.connect({ authorization: `Bearer ${await graph.token(userId)}` });
  const results = client.iterate({ query, variables: { after, ...variables } });
  return async () => {
    const { data, errors } = (await results.next()).value ?? {};
    expect(errors).toBeUndefined();
    return Object.values(data ?? {})[0] as Record<string, unknown>;
  };
}

const ofBook = (kind: 'updated' | 'deleted', version: number, userId = 'alice') =>
  bookMessage('novel', version, { kind, userId });
const run = (state: 'PROCESSING' | 'COMPLETED', more: object = {}) => ({
  run: { processor_id: 'text-expansion', state, attempt: 1, generation: 0, ...more },
});

test('a book’s changes are its own and those of its blobs, with fields of the book and the blob', async () => {
  const next = await subscribe(BOOK);
  const { log } = graph;
  await log.publish(ofBook('updated', 1, 'bob'));
  await log.publish(ofBook('updated', 1));
  await log.publish(blobMessage('b1', 1, { body: { book_id: 'other' } }));
  await log.publish(blobMessage('b0', 1, { body: { book_id: 'novel' } }));
  const exported = { book_id: 'novel', ...run('COMPLETED', { artifact: 'epub' }) };
  await log.publish(blobMessage('b0', 2, { kind: 'completed', body: exported }));
  await log.publish(blobMessage('b0', 3, { kind: 'deleted', body: { book_id: 'novel' } }));
  await log.publish(ofBook('deleted', 2));
  const none = { processorId: null, artifact: null, state: null };
  const ofBlob = { bookId: 'novel', blobId: 'b0', type: 'note', book: { title: 'Book novel' } };
  const own = { bookId: 'novel', blobId: null, type: null, blob: null, ...none };
  expect(await next()).toEqual({ ...own, kind: 'UPDATED', version: 1, book: { title: 'Book novel' } });
  const blob = { title: 'One' };
  expect(await next()).toEqual({ ...ofBlob, ...none, kind: 'BLOB_CREATED', version: 1, blob });
  const told = { processorId: 'text-expansion', artifact: 'epub', state: 'COMPLETED' };
  expect(await next()).toEqual({ ...ofBlob, ...told, kind: 'BLOB_COMPLETED', version: 2, blob });
  expect(await next()).toEqual({ ...ofBlob, ...none, kind: 'BLOB_DELETED', version: 3, blob: null });
  expect(await next()).toEqual({ ...own, kind: 'DELETED', version: 2, book: null });
});

test('a run’s steps tell state, progress, stage and attempt; events about no run are left out', async () => {
  const { log } = graph;
  const of = (kind: 'processing' | 'completed' | 'failed' | 'created', version: number, body: object) =>
    log.publish(blobMessage('b0', version, { kind, body }));
  const all = await subscribe(RUNS);
  await of('created', 1, {});
  await of('processing', 2, run('PROCESSING', { stage: 'writing', progress: 0.5 }));
  await of('failed', 3, {});
  await of('completed', 4, run('COMPLETED', { progress: 1 }));
  const common = { blobId: 'b0', bookId: null, processorId: 'text-expansion', artifact: null, attempt: 1 };
  const first = {
    ...common,
    state: 'PROCESSING',
    generation: 0,
    stage: 'writing',
    progress: 0.5,
    version: 2,
  };
  expect(await all()).toEqual({ ...first, blob: { title: 'One' } });
  expect(await all()).toMatchObject({ state: 'COMPLETED', stage: null, progress: 1, version: 4 });
});

test('each argument narrows the runs, and another user hears of none', async () => {
  const { log } = graph;
  const bare =
    'processingChanged(blobId: $blobId, bookId: $bookId, processorId: $processorId, after: $after)';
  const query = `subscription ($after: String, $blobId: ID, $bookId: ID, $processorId: ID) { ${bare} { blobId version } }`;
  const asked = [{ bookId: 'novel' }, { processorId: 'book-compiler' }, { blobId: 'b1' }];
  const nexts = await Promise.all(asked.map((variables) => subscribe(query, variables)));
  const bobs = await subscribe(query, { blobId: 'b1' }, 'bob');
  const publish = (id: string, version: number, body: object, userId = 'alice') =>
    log.publish(blobMessage(id, version, { kind: 'processing', body, userId }));
  await publish('b0', 1, run('PROCESSING'));
  await publish('b1', 2, { book_id: 'novel', ...run('PROCESSING', { processor_id: 'book-compiler' }) });
  await publish('b1', 3, run('PROCESSING'), 'bob');
  for (const next of nexts) expect(await next()).toEqual({ blobId: 'b1', version: 2 });
  expect(await bobs()).toEqual({ blobId: 'b1', version: 3 });
  expect(graph.asked).toEqual([]);
});

test('subscribers of one book share what is fetched for a change', async () => {
  const query =
    'subscription ($after: String) { bookChanged(bookId: "novel", after: $after) { book { title } } }';
  const nexts = await Promise.all(Array.from({ length: 5 }, () => subscribe(query)));
  const told = nexts.map((next) => next());
  await graph.log.publish(ofBook('updated', 1));
  for (const change of await Promise.all(told)) expect(change).toEqual({ book: { title: 'Book novel' } });
  expect(graph.asked.map(({ subgraph }) => subgraph)).toEqual(['state']);
});

test('a subscription resumes with a cursor of another', async () => {
  const runs = await subscribe(
    'subscription ($after: String) { processingChanged(after: $after) { cursor } }',
  );
  await graph.log.publish(ofBook('updated', 1));
  await graph.log.publish(blobMessage('b0', 2, { kind: 'processing', body: run('PROCESSING') }));
  await graph.log.publish(ofBook('updated', 2));
  const { cursor } = await runs();
  const query = 'subscription ($after: String) { bookChanged(bookId: "novel", after: $after) { version } }';
  expect(await (await subscribe(query, { after: cursor }))()).toEqual({ version: 2 });
});
