import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import type { Change } from '../../../platform/changes/change.ts';
import { projectFile } from '../../../platform/process/paths.ts';
import { declaredSubscriptions } from '../../../platform/subscriptions/declared.ts';
import { type Caller, draft, newCaller, registration, runState } from '../testing/subgraph.fixture.ts';

const { createDraft, register, report, state } = runState();

const declarations = declaredSubscriptions(
  parse(readFileSync(projectFile('subgraphs/events/schema.graphql'), 'utf8')),
);

/** The changes of a subscription after a cursor, until `isLast`. */
async function follow(
  { viewer }: Caller,
  [field, args]: readonly [field: string, args: object],
  after: string,
  isLast: (change: Change) => boolean,
): Promise<Change[]> {
  const declared = declarations.get(field);
  if (!declared) throw new Error(`There is no subscription ${field}`);
  const feed = await state.runtime.changeFeed();
  const told: Change[] = [];
  for await (const change of feed.subscribe({ viewer, wanted: declared.wanted({ ...args }), after })) {
    told.push(change);
    if (isLast(change)) break;
  }
  return told;
}

const keyOf = ({ event, id, version }: Change) => `${event} ${id}@${version}`;
const expectNoneTwice = (told: readonly Change[]) => expect(new Set(told.map(keyOf)).size).toBe(told.length);

async function ask<T>(caller: Caller, query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const { data, errors } = await state.graphql<T>(query, variables, caller);
  expect(errors).toBeUndefined();
  if (!data) throw new Error('No data');
  return data;
}

/** Looks again and again, some at once, until the work is done; at least `least` times. */
async function meanwhile(work: Promise<unknown>, least: number, look: () => Promise<void>): Promise<void> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  let looks = 0;
  const looking = async () => {
    while (!isDone || looks < least) {
      looks += 1;
      await look();
    }
  };
  await Promise.all([done, ...Array.from({ length: 4 }, looking)]);
}

const LOOKS = 200;
const WRITES = 60;

const UPDATE = `mutation ($input: UpdateBookInput!) {
  updateBook(input: $input) { liveCursor userErrors { code } }
}`;
const BOOK = '{ liveCursor book(id: "my-novel") { title chapters { draft { id } } } }';
interface BookNow {
  readonly liveCursor: string;
  readonly book: {
    readonly title: string;
    readonly chapters: readonly { readonly draft: { readonly id: string } | null }[];
  };
}

test('what a book was, and what is told after, are all of it, whoever writes meanwhile', async () => {
  const caller = newCaller();
  const book = ['bookChanged', { bookId: 'my-novel' }] as const;
  // A book's title is the version of its record.
  const title = (version: number) => ({ input: { id: 'my-novel', title: `${version}` } });
  await ask(
    caller,
    'mutation ($input: CreateBookInput!) { createBook(input: $input) { book { id } } }',
    title(1),
  );
  const last = WRITES + 2;
  const isLast = ({ event, version }: Change) => event === 'book.updated' && version === last;
  const drafts: string[] = [];
  const following: Promise<Change[]>[] = [];
  const snapshots: BookNow[] = [];
  const writing = Promise.all([
    (async () => {
      for (let version = 2; version < last; version += 1) {
        const { updateBook } = await ask<{ updateBook: { liveCursor: string } }>(
          caller,
          UPDATE,
          title(version),
        );
        const own = await follow(
          caller,
          book,
          updateBook.liveCursor,
          (change) => change.version === version && change.id === 'my-novel',
        );
        expect(own.at(-1)?.event).toBe('book.updated');
      }
    })(),
    (async () => {
      for (let chapter = 1; chapter <= WRITES; chapter += 1)
        drafts.push(await createDraft(caller, 'It rained.', { chapter_num: chapter }));
    })(),
  ]);
  await meanwhile(writing, LOOKS, async () => {
    const now = await ask<BookNow>(caller, BOOK);
    snapshots.push(now);
    following.push(follow(caller, book, now.liveCursor, isLast));
  });
  await ask(caller, UPDATE, title(last));
  expect(snapshots.length).toBeGreaterThanOrEqual(LOOKS);
  for (const [index, told] of (await Promise.all(following)).entries()) {
    expectNoneTwice(told);
    const seen = snapshots[index]?.book;
    const versions = new Set(
      told.filter(({ event }) => event === 'book.updated').map(({ version }) => version),
    );
    for (let version = Number(seen?.title) + 1; version <= last; version += 1)
      expect(versions, `title ${seen?.title} was seen`).toContain(version);
    const known = new Set([
      ...(seen?.chapters ?? []).map((chapter) => chapter.draft?.id),
      ...told.filter(({ event }) => event === 'blob.created').map(({ id }) => id),
    ]);
    expect(drafts.filter((id) => !known.has(id))).toEqual([]);
  }
});

test('what a run was, and what is told after, are all of it, whoever reports meanwhile', async () => {
  const caller = newCaller();
  const blobId = await createDraft(caller);
  const step = (body: object) =>
    report(caller, { blob_id: blobId, processor_id: 'text-expansion', attempt: 1, ...body });
  const reports = WRITES * 2;
  const writing = (async () => {
    for (let done = 1; done <= reports; done += 1)
      await step({ state: 'PROCESSING', progress: done / reports, stage: 'writing' });
  })();
  const query = 'query ($id: ID!) { liveCursor blob(id: $id) { version processing { runs { progress } } } }';
  interface RunNow {
    readonly liveCursor: string;
    readonly blob: { readonly version: number };
  }
  const snapshots: RunNow[] = [];
  const following: Promise<Change[]>[] = [];
  const isLast = ({ event }: Change) => event === 'blob.completed';
  await meanwhile(writing, LOOKS, async () => {
    const now = await ask<RunNow>(caller, query, { id: blobId });
    snapshots.push(now);
    following.push(follow(caller, ['processingChanged', { blobId }], now.liveCursor, isLast));
  });
  await step({ state: 'COMPLETED' });
  const completed = reports + 2;
  for (const [index, told] of (await Promise.all(following)).entries()) {
    const versions = told.map(({ version }) => version);
    const seen = snapshots[index]?.blob.version ?? 0;
    expectNoneTwice(told);
    const after = Array.from({ length: completed - seen }, (_, at) => seen + 1 + at);
    expect(
      versions.filter((version) => version > seen),
      `version ${seen} was seen`,
    ).toEqual(after);
    expect(told.at(-1)?.members).toMatchObject({ 'run.state': 'COMPLETED', 'run.progress': 1 });
  }
  const [all] = await Promise.all([following[0]]);
  expect(all?.at(-2)?.members).toMatchObject({ 'run.stage': 'writing', 'run.progress': 1, 'run.attempt': 1 });
});

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
