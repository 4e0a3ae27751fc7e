import { expect, test } from 'vitest';
import type { Change } from '../../../platform/changes/change.ts';
import { draft, newCaller, registration, runState } from '../testing/subgraph.fixture.ts';
import { liveOn } from './live.fixture.ts';

const { createDraft, register, report, state } = runState();
const { ask, follow } = liveOn(state);

test('another user’s book and runs are silent, as those that are not there', async () => {
  const [alice, bob] = [newCaller(), newCaller()];
  const { liveCursor: after } = await ask<{ liveCursor: string }>(bob, '{ liveCursor }');
  const hers = await createDraft(alice);
  await report(alice, { blob_id: hers, processor_id: 'text-expansion', state: 'PROCESSING', attempt: 1 });
  const his = await createDraft(bob);
  await report(bob, { blob_id: his, processor_id: 'text-expansion', state: 'PROCESSING', attempt: 1 });
  const isHis = ({ id }: Change) => id === his;
  const first = async (field: string, args: object) =>
    (await follow(bob, [field, args], after, isHis))[0]?.id;
  expect(await first('bookChanged', { bookId: 'my-novel' })).toBe(his);
  expect(await first('processingChanged', { bookId: 'my-novel' })).toBe(his);
  expect(await first('processingChanged', {})).toBe(his);
});

test.each([
  ['createBlob(input: $draft)', 'blob.created'],
  ['createBook(input: { id: "my-novel", title: "T" })', 'book.updated'],
  [
    'updateBook(input: { id: "my-novel", title: "U", chapters: [{ chapterNum: 1, position: 2 }] })',
    'book.updated',
  ],
  ['deleteBook(id: "my-novel")', 'book.deleted'],
  ['deleteBlob(id: $id)', 'blob.deleted'],
  ['cancelProcessing(blobId: $id, processorId: "text-expansion")', 'blob.failed'],
  ['retryProcessing(blobId: $failed, processorId: "text-expansion")', 'blob.retried'],
  ['reprocess(blobId: $done, processorId: "text-expansion")', 'blob.retried'],
])('after the cursor of %s comes %s', async (mutation, event) => {
  const caller = newCaller();
  const [id, failed, done] = await Promise.all([
    createDraft(caller),
    createDraft(caller),
    createDraft(caller),
  ]);
  const run = { processor_id: 'text-expansion', attempt: 1 };
  await report(caller, {
    ...run,
    blob_id: failed,
    state: 'FAILED',
    error: { code: 'INTERNAL', message: 'No.' },
  });
  await register(caller, registration(caller, done));
  await report(caller, { ...run, blob_id: done, state: 'COMPLETED' });
  const used = ['$draft: CreateBlobInput!', '$id: ID!', '$failed: ID!', '$done: ID!'].filter((each) =>
    mutation.includes(each.split(':')[0] ?? ''),
  );
  const head = used.length > 0 ? `mutation (${used.join(', ')})` : 'mutation';
  const { made } = await ask<{ made: { liveCursor: string; userErrors: object[] } }>(
    caller,
    `${head} { made: ${mutation} { liveCursor userErrors { code message } } }`,
    { draft: draft('New.'), id, failed, done },
  );
  expect(made.userErrors).toEqual([]);
  const told = await follow(
    caller,
    ['bookChanged', { bookId: 'my-novel' }],
    made.liveCursor,
    (change) => change.event === event,
  );
  expect(told.at(-1)?.members['book_id']).toBe('my-novel');
});
