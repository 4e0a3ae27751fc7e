import type { FastifyRequest } from 'fastify';
import type { ProcessorCatalog } from '../../../platform/clients/registry.ts';
import { requireViewer } from '../../../platform/serving/access/authenticate.ts';
import { type Book, languageOf, readBooks } from '../blobs/books/books.ts';
import { noBook } from '../blobs/books/describe.ts';
import { MAX_RESULTS, newestByProcessor, newestResult, shownAs } from '../blobs/books/newest.ts';
import { assertMayRead } from '../blobs/processing/reading.ts';
import { blobRun } from '../entries/runs.ts';
import type { IndexEntry } from '../store/records.ts';
import type { StateStore } from '../store/store.ts';
import { isFrontDoor } from './front-door.ts';

export interface BookJsonDependencies {
  readonly store: Pick<StateStore, 'bookRecords' | 'newestDrafts' | 'derived'>;
  readonly processors: Pick<ProcessorCatalog, 'get' | 'known'>;
}

/** The newest expansion of a chapter's newest draft, and the state of its run. */
function expansionOf(draft: IndexEntry | null, results: readonly IndexEntry[], expanders: readonly string[]) {
  const expanded = newestResult(results.filter(({ processorId }) => expanders.includes(processorId)));
  const runs = expanders.flatMap((id) => blobRun(draft?.runs ?? [], id) ?? []);
  const run = runs.find(({ processorId }) => processorId === expanded?.processorId) ?? runs[0];
  return { expanded_blob_id: expanded?.id ?? null, expansion_state: run?.state ?? null };
}

/**
 * Books with each chapter's newest draft and its results, in four queries.
 * @throws BlobgraphError FORBIDDEN to a processor that may not read the drafts
 */
export async function booksJson(
  deps: BookJsonDependencies,
  { caller }: Pick<FastifyRequest, 'caller'>,
  bookIds: readonly string[],
) {
  const { userId } = requireViewer(caller);
  const books = await readBooks(deps.store, userId, bookIds);
  if (!isFrontDoor(caller)) {
    const newest = books.flatMap(({ chapters }) => chapters.flatMap(({ draft }) => draft ?? []));
    await assertMayRead(deps.processors, caller.service, newest);
  }
  const drafts = books.flatMap(({ chapters }) => chapters.flatMap((chapter) => chapter.draft?.id ?? []));
  const derived = await deps.store.derived(userId, drafts, { limit: MAX_RESULTS });
  const expanders = await shownAs(deps.processors, 'chapter.expanded');
  return books.map((book) => ({
    id: book.id,
    title: book.title,
    language: languageOf(book),
    subtitle: book.front.subtitle,
    author: book.front.author,
    rights: book.front.rights,
    cover_blob_id: book.front.coverBlobId,
    chapters: book.chapters.map((chapter) => chapterJson(chapter, derived, expanders)),
  }));
}

function chapterJson(
  { chapterNum, position, numbered, title, draft }: Book['chapters'][number],
  derived: ReadonlyMap<string, IndexEntry[]>,
  expanders: readonly string[],
) {
  const results = (draft && derived.get(draft.id)) ?? [];
  const newest = [...newestByProcessor(results)];
  const blobRuns = draft?.runs.filter(({ artifact }) => artifact === null) ?? [];
  return {
    chapter_num: chapterNum,
    position,
    numbered,
    title,
    draft_blob_id: draft?.id ?? null,
    ...expansionOf(draft, results, expanders),
    // For processors of the previous release.
    derived: Object.fromEntries(newest.map(([processorId, { id }]) => [processorId, id])),
    runs: Object.fromEntries(blobRuns.map((run) => [run.processorId, run.state])),
  };
}

/** @throws BlobgraphError BOOK_NOT_FOUND, FORBIDDEN */
export async function bookJson(
  deps: BookJsonDependencies,
  request: Pick<FastifyRequest, 'caller'>,
  bookId: string,
) {
  const [book] = await booksJson(deps, request, [bookId]);
  if (!book) throw noBook('bookId');
  return book;
}
