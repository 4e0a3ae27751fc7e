import { expect, test } from 'vitest';
import type { Change } from '../../../platform/changes/change.ts';
import { newCaller, runState } from '../testing/subgraph.fixture.ts';
import { expectOnceInOrder, liveOn } from './live.fixture.ts';

const { createDraft, report, state } = runState();
const { ask, follow } = liveOn(state);

/** Snapshots that are joined with what follows them, in all, and of each kind at once. */
const RACES = 10_000;
const AT_ONCE = 20;
/** They take minutes, on a busy machine several times as many. */
const TIMEOUT_MS = 1_800_000;
/** A change that has not come when this many later ones have is missed. */
const LATE = 50;

/** Something that is written again and again, by one after the other, while others look at it. Its changes have numbers. */
interface Written {
  write(number: number): Promise<unknown>;
  /** The number of the newest change that the snapshot has, and the cursor that comes with it. */
  look(): Promise<{ readonly seen: number; readonly after: string }>;
  readonly subscription: readonly [field: string, args: object];
  /** Undefined until it is known. */
  numberOf(change: Change): number | undefined;
}

const caller = newCaller();
const versionOf = ({ version }: Change) => version;

/** A book that is described again and again. */
const aBook: Written = {
  write: (number) => {
    const mutation =
      'mutation ($title: String!) { createBook(input: { id: "titled", title: $title }) { liveCursor } }';
    return ask(caller, mutation, { title: `${number}` });
  },
  async look() {
    const query = '{ liveCursor book(id: "titled") { version title } }';
    const { liveCursor, book } = await ask<{ liveCursor: string; book: { version: number; title: string } }>(
      caller,
      query,
    );
    expect(book.title).toBe(`${book.version}`);
    return { seen: book.version, after: liveCursor };
  },
  subscription: ['bookChanged', { bookId: 'titled' }],
  numberOf: versionOf,
};

/** A run that goes on and on. */
const aRunOn = (id: string): Written => ({
  write(number) {
    const run = { blob_id: id, processor_id: 'text-expansion', attempt: 1, state: 'PROCESSING' };
    return report(caller, { ...run, stage: `page ${number}` });
  },
  async look() {
    const query = 'query ($id: ID!) { liveCursor blob(id: $id) { version processing { runs { stage } } } }';
    const { liveCursor, blob } = await ask<{ liveCursor: string; blob: { version: number } }>(caller, query, {
      id,
    });
    return { seen: blob.version, after: liveCursor };
  },
  subscription: ['processingChanged', { blobId: id }],
  numberOf: versionOf,
});

const numbers = new Map<string, number>();
/** New blobs, in a list with its own cursor. Each has its number as title. */
const aList: Written = {
  async write(number) {
    numbers.set(await createDraft(caller, `# ${number}\n\nIt rained.`, { book_id: 'listed' }), number);
  },
  async look() {
    // Several, since blobs of one millisecond are not listed in the order of their writing.
    const query = '{ blobs(filter: { bookId: "listed" }, first: 5) { liveCursor edges { node { title } } } }';
    const { blobs } = await ask<{
      blobs: { liveCursor: string; edges: readonly { node: { title: string } }[] };
    }>(caller, query);
    return { seen: Math.max(...blobs.edges.map(({ node }) => Number(node.title))), after: blobs.liveCursor };
  },
  subscription: ['blobChanged', { filter: { bookId: 'listed' } }],
  numberOf: ({ id }) => numbers.get(id),
};

/** A snapshot, and what is told after it. @returns whether something was in both, which its number shows */
async function race({ look, subscription, numberOf }: Written): Promise<boolean> {
  const { seen, after } = await look();
  const told: Change[] = [];
  const wanted = [seen + 1, seen + 2];
  const isSettled = () => {
    const known = told.map(numberOf);
    return (
      wanted.every((number) => known.includes(number)) || known.some((number = 0) => number > seen + LATE)
    );
  };
  await follow(caller, subscription, after, (change) => {
    told.push(change);
    return isSettled();
  });
  expectOnceInOrder(told);
  const known = told.map(numberOf);
  expect(known, `${subscription[0]} after a snapshot that has ${seen}`).toEqual(
    expect.arrayContaining(wanted),
  );
  return known.some((number = Infinity) => number <= seen);
}

test(
  'snapshot and tail are all that is written, each change once, in ten thousand races of writers and readers',
  async () => {
    const kinds = [aBook, aRunOn(await createDraft(caller)), aList];
    for (const { write } of kinds) await write(1);
    let left = RACES;
    let inBoth = 0;
    const readers = kinds.flatMap((kind) =>
      Array.from({ length: AT_ONCE }, async () => {
        while (left-- > 0) if (await race(kind)) inBoth += 1;
      }),
    );
    let isDone = false;
    const reading = Promise.all(readers).finally(() => {
      isDone = true;
    });
    const writers = kinds.map(async ({ write }) => {
      for (let number = 2; !isDone; number += 1) await write(number);
    });
    await Promise.all([reading, ...writers]);
    expect(inBoth).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
