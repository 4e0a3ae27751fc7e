import { expect, test } from 'vitest';
import type { Change } from '../../../platform/changes/change.ts';
import { newCaller, runState } from '../testing/subgraph.fixture.ts';
import { expectNoneTwice, liveOn } from './live.fixture.ts';

const { createDraft, report, state } = runState();
const { ask, follow } = liveOn(state);

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

const LOOKS = 150;
const WRITES = 40;

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
