import { z } from 'zod';
import type { ProcessorCatalog } from '../../../../platform/clients/registry.ts';
import { label, parseInput } from '../../../../platform/input/label.ts';
import { textLimits } from '../../../../platform/input/limits.ts';
import { currentTrace } from '../../../../platform/telemetry/trace.ts';
import { type DeletionDependencies, deleteBlob } from '../../deletion/deletion.ts';
import { assertNotErasing } from '../../deletion/erasure.ts';
import { CHAPTER_DRAFT, STATE } from '../../entries/entry.ts';
import { chapterNumber } from '../../entries/input.ts';
import { untilWritten } from '../../entries/optimistic.ts';
import type { BookKey, BookOutboxEvent } from '../../store/books.ts';
import type { EntryList, PageKey } from '../../store/lists.ts';
import type { BookRecord, IndexEntry } from '../../store/records.ts';
import type { StateStore } from '../../store/store.ts';
import { assertOffered, MAX_AUTOMATIC } from './automatic.ts';
import { type Book, joinBook } from './books.ts';
import { assertCover } from './cover.ts';
import {
  assertDistinct,
  type Before,
  type BookInput,
  describe,
  MAX_CHAPTERS,
  noBook,
  withdrawn,
} from './describe.ts';

export interface CreateBookInput extends BookInput {
  /** Replaces the title of an existing book. */
  readonly title: string;
}

export interface UpdateBookInput extends BookInput {
  /** Whether to delete the drafts of removed chapters, with the blobs derived from them alone. Default false. */
  readonly deleteDrafts?: boolean | null;
}

const chapters = (title: z.ZodType) =>
  z
    .array(
      z.object({
        chapterNum: chapterNumber,
        title,
        position: chapterNumber.nullish(),
        numbered: z.boolean().nullish(),
      }),
    )
    .max(MAX_CHAPTERS, `must have at most ${MAX_CHAPTERS} chapters`);

const common = {
  id: label(textLimits.ownId),
  language: label(textLimits.language).nullish(),
  subtitle: label(textLimits.title).nullish(),
  author: label(textLimits.title).nullish(),
  rights: label(textLimits.rights).nullish(),
  coverBlobId: label(textLimits.ownId).nullish(),
  automatic: z
    .array(label(textLimits.word))
    .max(MAX_AUTOMATIC, `must name at most ${MAX_AUTOMATIC} processors`)
    .nullish(),
};
const createSchema = z.object({
  ...common,
  title: label(textLimits.title),
  chapters: chapters(label(textLimits.title)).nullish(),
});
const updateSchema = z.object({
  ...common,
  title: label(textLimits.title).nullish(),
  chapters: chapters(label(textLimits.title).nullish()).nullish(),
  removeChapters: z.array(chapterNumber).max(MAX_CHAPTERS).nullish(),
});
const deleteSchema = z.object({ id: label(textLimits.ownId) });

export interface BookDependencies extends DeletionDependencies {
  readonly store: DeletionDependencies['store'] &
    Pick<StateStore, 'bookRecords' | 'newestDrafts' | 'putBook' | 'eraseBooks' | 'erasure' | 'page'>;
  readonly processors: Pick<ProcessorCatalog, 'get'>;
  /** Publishes a book's outbox soon. */
  readonly nudgeBook: (book: BookKey) => void;
}

/** The event of a record that is written. */
function eventOf({ deleted, version }: BookRecord, at: Date): BookOutboxEvent {
  const trace = currentTrace();
  return {
    ...{ kind: deleted ? 'deleted' : 'updated', version, time: at.toISOString() },
    ...(trace ? { traceparent: trace.traceparent } : {}),
  };
}

async function before(deps: BookDependencies, userId: string, id: string): Promise<Before> {
  const [[record], drafts] = await Promise.all([
    deps.store.bookRecords(userId, [id]),
    deps.store.newestDrafts(userId, [id]),
  ]);
  return { record, book: joinBook(userId, id, record, drafts) };
}

/** Writes the record that `decide` makes of the book before. @throws BlobgraphError USER_ERASING, SERVICE_UNAVAILABLE */
async function write(
  deps: BookDependencies,
  userId: string,
  id: string,
  decide: (was: Before) => BookRecord,
): Promise<BookRecord> {
  await assertNotErasing(deps.store, userId);
  const record = await untilWritten(async () => {
    const book = decide(await before(deps, userId, id));
    return (await deps.store.putBook(book, [eventOf(book, deps.clock.now())])) ? book : null;
  });
  await assertNotErasing(deps.store, userId).catch(async (error: unknown) => {
    // An erasure began in between, and may already have erased the books.
    await deps.store.eraseBooks(userId);
    throw error;
  });
  deps.nudgeBook({ userId, id });
  return record;
}

async function written(deps: BookDependencies, record: BookRecord): Promise<Book> {
  const { userId, id } = record;
  const book = joinBook(userId, id, record, await deps.store.newestDrafts(userId, [id]));
  if (!book) throw noBook();
  return book;
}

const PAGE = 100;

/** Deletes drafts of a book, with the blobs derived from them alone. @returns the ids of all of them */
async function deleteDrafts(
  deps: BookDependencies,
  userId: string,
  bookId: string,
  isIncluded: (draft: IndexEntry) => boolean,
): Promise<string[]> {
  const filter = { bookId, type: CHAPTER_DRAFT, processorId: STATE };
  const deleted: string[] = [];
  let after: PageKey | null | undefined;
  do {
    const request = { limit: PAGE, direction: 'DESC', ...(after ? { after } : {}) } as const;
    const { entries, resume }: EntryList = await deps.store.page(userId, filter, request);
    for (const draft of entries.filter((each) => each.chapterNum !== null && isIncluded(each)))
      deleted.push(...(await deleteBlob(deps, userId, draft.id, false)).deletedIds);
    after = entries[PAGE - 1] ?? resume;
  } while (after);
  return deleted;
}

/**
 * Creates a book, or changes an existing one; chapters that are not named stay unchanged.
 * @throws InputErrors VALIDATION_FAILED, BOOK_INVALID, PROCESSOR_UNKNOWN, PROCESSOR_RETIRED; BlobgraphError
 *   BLOB_NOT_FOUND, USER_ERASING, SERVICE_UNAVAILABLE
 */
export async function createBook(
  deps: BookDependencies,
  userId: string,
  input: CreateBookInput,
): Promise<Book> {
  parseInput(createSchema, input);
  assertDistinct(input);
  await assertCover(deps.store, userId, input);
  await assertOffered(deps.processors, input.automatic);
  const now = deps.clock.now();
  return written(deps, await write(deps, userId, input.id, (was) => describe(was, input, { userId, now })));
}

/**
 * Changes a book. Chapters can be added, renamed, moved and removed.
 * @throws InputErrors VALIDATION_FAILED, BOOK_INVALID, PROCESSOR_UNKNOWN, PROCESSOR_RETIRED; BlobgraphError
 *   BOOK_NOT_FOUND, BLOB_NOT_FOUND, USER_ERASING, SERVICE_UNAVAILABLE
 */
export async function updateBook(
  deps: BookDependencies,
  userId: string,
  input: UpdateBookInput,
): Promise<Book> {
  parseInput(updateSchema, input);
  assertDistinct(input);
  await assertCover(deps.store, userId, input);
  await assertOffered(deps.processors, input.automatic);
  const now = deps.clock.now();
  const record = await write(deps, userId, input.id, (was) => {
    if (!was.book) throw noBook();
    return describe(was, input, { userId, now });
  });
  const removed = new Set<number | null>(input.removeChapters);
  if (input.deleteDrafts && removed.size > 0) {
    const isIncluded = ({ chapterNum, createdAt }: IndexEntry) => removed.has(chapterNum) && createdAt <= now;
    await deleteDrafts(deps, userId, input.id, isIncluded);
  }
  return written(deps, record);
}

/**
 * Deletes a book and, with `deleteDrafts`, its drafts with the blobs derived from them alone. A newer draft that names
 * the book creates it again. Idempotent; drafts that stayed can be deleted by a second call.
 * @returns the ids of the deleted blobs
 * @throws InputErrors VALIDATION_FAILED; BlobgraphError BOOK_NOT_FOUND, USER_ERASING, SERVICE_UNAVAILABLE
 */
export async function deleteBook(
  deps: BookDependencies,
  userId: string,
  { id, deleteDrafts: withDrafts }: { readonly id: string; readonly deleteDrafts: boolean },
): Promise<string[]> {
  parseInput(deleteSchema, { id });
  const { record, book } = await before(deps, userId, id);
  if (!book && !(withDrafts && record?.deleted)) throw noBook();
  const now = deps.clock.now();
  if (book) await write(deps, userId, id, (was) => withdrawn(was.record, { userId, id, now }));
  if (!withDrafts) return [];
  return deleteDrafts(deps, userId, id, ({ createdAt }) => createdAt <= now);
}
