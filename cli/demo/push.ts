import { setTimeout as delay } from 'node:timers/promises';
import { countWords } from '../../platform/prose/words.ts';
import type { FolderBook } from './book-folder.ts';
import type { Display } from './display.ts';
import { assertTaken, keyOf, placeDrafts } from './drafts.ts';
import { DemoError } from './error.ts';
import { follow } from './follow.ts';
import type { Graph } from './graph.ts';
import {
  blobChanged,
  type Change,
  type CompiledBook,
  compileBook,
  createBook,
  type Lineage,
  liveCursor,
  readBook,
  readLineage,
  retryProcessing,
} from './operations.ts';
import { type ChapterProgress, describeProgress, failedRun, hasFailedAgain, isSettled } from './progress.ts';
import { Tracker } from './tracker.ts';

export interface PushDependencies {
  readonly graph: Graph;
  readonly display: Display;
  /** Milliseconds for all chapters together to be stored and expanded. */
  readonly waitMs: number;
  /** Aborts all requests and subscriptions. */
  readonly signal: AbortSignal;
}

/** The outcome of a push. */
export interface PushedBook {
  readonly compiled: CompiledBook;
  /** False when an earlier demo compiled the same drafts. */
  readonly isNew: boolean;
  /** Null while the index does not have the book yet. */
  readonly lineage: Lineage | null;
  /** Number of drafts that were stored. */
  readonly stored: number;
  /** From the start until all chapters were expanded. */
  readonly expandedMs: number;
  /** From then until the book was compiled. */
  readonly compiledMs: number;
}

/** The book's chapters in the graph, and a cursor from before they were read. */
async function read({ graph }: PushDependencies, bookId: string) {
  // One after the other: the cursor must be older than the chapters.
  const { blobs } = await graph.run(liveCursor, {});
  const { book } = await graph.run(readBook, { bookId });
  return {
    cursor: blobs.liveCursor,
    drafts: new Map(book?.chapters.map(({ chapterNum, draft }) => [chapterNum, draft])),
    newestVersion: book?.compiled.nodes[0]?.content?.version ?? 0,
  };
}

function listener(tracker: Tracker) {
  return ({ blobChanged: { blob, cursor } }: { readonly blobChanged: Change }): string => {
    if (!blob) return cursor;
    tracker.hear(blob);
    const { parent, content } = blob;
    if (parent && content?.data) tracker.hearOfExpansion(parent.id, countWords(content.data.expanded));
    return cursor;
  };
}

const named = ({ chapterNum, title }: ChapterProgress): string => `Chapter ${chapterNum} (“${title}”)`;

async function retry({ graph, display }: PushDependencies, tracker: Tracker, chapter: ChapterProgress) {
  const run = failedRun(chapter);
  if (!run || !chapter.draft) return;
  const { code, message } = run.error ?? { code: 'PROCESSING_FAILED', message: 'Reason unknown.' };
  display.say(`${named(chapter)} failed (${code}: ${message}); retrying once.`);
  const variables = { blobId: chapter.draft.id, processorId: run.processorId };
  const { retryProcessing: payload } = await graph.run(retryProcessing, variables);
  // Someone else retried it first, which is as good.
  if (payload.userErrors.some(({ code }) => code === 'RUN_NOT_FAILED')) return;
  assertTaken(`The retry of ${named(chapter)}`, payload.userErrors);
  if (payload.blob) tracker.hear(payload.blob);
}

function assertAllExpanded(chapters: readonly ChapterProgress[]): void {
  const failed = chapters.filter(hasFailedAgain);
  if (failed.length === 0) return;
  const lines = failed.map((chapter) => {
    const { processorId, error } = failedRun(chapter) ?? {};
    return `  ${named(chapter)}: ${error?.code} of ${processorId}: ${error?.message}`;
  });
  throw new DemoError(
    `Expanding failed twice:\n${lines.join('\n')}\nFix the cause and run the demo again: it continues from here.`,
  );
}

const tookTooLong = (waitMs: number, chapters: readonly ChapterProgress[]): DemoError => {
  const lines = chapters
    .filter((chapter) => !isSettled(chapter))
    .map((c) => `  ${named(c)}: ${describeProgress(c)}`);
  const minutes = Math.round(waitMs / 60_000);
  return new DemoError(
    `Not every chapter was done within ${minutes} minutes:\n${lines.join('\n')}\n` +
      'The system continues with them; run the demo again to follow.',
  );
};

const rejection = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** A tracker of the book's chapters. `fail`: called when a retry fails. */
function trackerOf(deps: PushDependencies, book: FolderBook, fail: (error: unknown) => void): Tracker {
  const tracker: Tracker = new Tracker({
    chapters: book.chapters.map(({ text, ...chapter }) => ({ ...chapter, words: countWords(text) })),
    display: deps.display,
    retry: (chapter) => retry(deps, tracker, chapter).catch(fail),
  });
  return tracker;
}

/** Stores the chapters and waits until all are expanded, following changes meanwhile. @returns how many were stored */
async function expandAll(deps: PushDependencies, book: FolderBook, before: Awaited<ReturnType<typeof read>>) {
  const { graph, waitMs } = deps;
  const { bookId } = book;
  const trouble = new AbortController();
  const ended = new AbortController();
  const signal = AbortSignal.any([deps.signal, ended.signal]);
  const tracker = trackerOf(deps, book, (error) => trouble.abort(error));
  const catchUp = async () => {
    const { cursor, drafts } = await read(deps, bookId);
    for (const draft of drafts.values()) if (draft) tracker.hear(draft);
    return cursor;
  };
  const following = follow({
    graph,
    operation: blobChanged,
    variables: { bookId },
    after: before.cursor,
    onChange: listener(tracker),
    catchUp,
    signal,
  });
  const late = delay(waitMs, undefined, { signal }).then(() => {
    throw tookTooLong(waitMs, tracker.chapters);
  });
  const storing = placeDrafts({
    graph,
    book,
    newest: before.drafts,
    onPlaced: (chapterNum, { draft, found }) => tracker.place(chapterNum, draft, found),
  });
  try {
    await Promise.race([storing.then(() => tracker.settled), following, late, rejection(trouble.signal)]);
    deps.signal.throwIfAborted();
  } finally {
    ended.abort();
    await Promise.allSettled([following, late]);
  }
  assertAllExpanded(tracker.chapters);
  return storing;
}

async function compile(
  { graph }: PushDependencies,
  { bookId, title, author }: FolderBook,
  draftIds: string[],
) {
  const { compileBook: payload } = await graph.run(compileBook, {
    input: { bookId, title, author, idempotencyKey: keyOf(bookId, title, author, ...draftIds) },
  });
  assertTaken('Compiling the book', payload.userErrors);
  if (!payload.compiledBook)
    throw new DemoError('The book was compiled, but the answer has no book. Run the demo again.');
  return payload.compiledBook;
}

/**
 * Takes a book through the graph: drafts, expansions, the compiled book. Results of an earlier demo with the same
 * content are used again.
 * @throws DemoError, GraphFault, GraphOutOfReach
 */
export async function pushBook(deps: PushDependencies, book: FolderBook): Promise<PushedBook> {
  const { graph } = deps;
  const { bookId, title } = book;
  const startedAt = performance.now();
  const chapters = book.chapters.map((chapter) => ({ chapterNum: chapter.chapterNum, title: chapter.title }));
  const created = await graph.run(createBook, { input: { id: bookId, title, chapters } });
  assertTaken(`The book “${title}”`, created.createBook.userErrors);
  const before = await read(deps, bookId);
  const stored = await expandAll(deps, book, before);
  const expandedAt = performance.now();
  const { drafts } = await read(deps, bookId);
  const draftIds = [...drafts.values()].flatMap((draft) => draft?.id ?? []);
  const compiled = await compile(deps, book, draftIds);
  const compiledAt = performance.now();
  const { blob } = await graph.run(readLineage, { id: compiled.id });
  return {
    compiled,
    isNew: compiled.version > before.newestVersion,
    lineage: blob?.lineage ?? null,
    stored,
    expandedMs: expandedAt - startedAt,
    compiledMs: compiledAt - expandedAt,
  };
}
