import { z } from 'zod';
import { deleteBlob } from '../deletion/deletion.ts';
import { assertNotErasing } from '../deletion/erasure.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { BookRecord, IndexEntry } from '../documents.ts';
import { CHAPTER_DRAFT, STATE } from '../entry.ts';
import { chapterNumber, checkInput, label } from '../input.ts';
import { untilWritten } from '../optimistic.ts';
import type { EntryList, PageKey } from '../store/store.ts';
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
  readonly title: string;
}

export interface UpdateBookInput extends BookInput {
  /** Whether drafts of removed chapters are deleted too, with what was made of them alone. Default: false. */
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
  id: label(200),
  language: label(35).nullish(),
  subtitle: label(500).nullish(),
  author: label(500).nullish(),
  rights: label(2_000).nullish(),
  coverBlobId: label(200).nullish(),
  automatic: z.array(label(64)).max(MAX_AUTOMATIC, `must name at most ${MAX_AUTOMATIC} processors`).nullish(),
};
const createSchema = z.object({ ...common, title: label(500), chapters: chapters(label(500)).nullish() });
const updateSchema = z.object({
  ...common,
  title: label(500).nullish(),
  chapters: chapters(label(500).nullish()).nullish(),
  removeChapters: z.array(chapterNumber).max(MAX_CHAPTERS).nullish(),
});
const deleteSchema = z.object({ id: label(200) });

async function before(deps: StateDependencies, userId: string, id: string): Promise<Before> {
  const [[record], drafts] = await Promise.all([
    deps.store.bookRecords(userId, [id]),
    deps.store.newestDrafts(userId, [id]),
  ]);
  return { record, book: joinBook(userId, id, record, drafts) };
}

/** Writes a book's record as `decide` has it of the one before. @throws BlobgraphError USER_ERASING, SERVICE_UNAVAILABLE */
async function write(
  deps: StateDependencies,
  userId: string,
  id: string,
  decide: (was: Before) => BookRecord,
): Promise<BookRecord> {
  await assertNotErasing(deps, userId);
  const record = await untilWritten(async () => {
    const book = decide(await before(deps, userId, id));
    return (await deps.store.putBook(book)) ? book : null;
  });
  await assertNotErasing(deps, userId).catch(async (error: unknown) => {
    // An erasure began in between, and may have been past the books.
    await deps.store.eraseBooks(userId);
    throw error;
  });
  return record;
}

async function written(deps: StateDependencies, record: BookRecord): Promise<Book> {
  const { userId, id } = record;
  const book = joinBook(userId, id, record, await deps.store.newestDrafts(userId, [id]));
  if (!book) throw noBook();
  return book;
}

const PAGE = 100;

/** Deletes drafts of a book, with what was made of them alone; answers their ids. */
async function deleteDrafts(
  deps: StateDependencies,
  userId: string,
  bookId: string,
  isMeant: (draft: IndexEntry) => boolean,
): Promise<string[]> {
  const filter = { bookId, type: CHAPTER_DRAFT, processorId: STATE };
  const deleted: string[] = [];
  let after: PageKey | null | undefined;
  do {
    const request = { limit: PAGE, direction: 'DESC', ...(after ? { after } : {}) } as const;
    const { entries, resume }: EntryList = await deps.store.page(userId, filter, request);
    for (const draft of entries.filter((each) => each.chapterNum !== null && isMeant(each)))
      deleted.push(...(await deleteBlob(deps, userId, draft.id, false)).deletedIds);
    after = entries[PAGE - 1] ?? resume;
  } while (after);
  return deleted;
}

/**
 * Makes a book, or says more of one that is there: chapters that are not named stay as they are.
 * @throws InputErrors VALIDATION_FAILED, BOOK_INVALID, PROCESSOR_UNKNOWN; BlobgraphError BLOB_NOT_FOUND, USER_ERASING,
 *   SERVICE_UNAVAILABLE
 */
export async function createBook(
  deps: StateDependencies,
  userId: string,
  input: CreateBookInput,
): Promise<Book> {
  checkInput(createSchema, input);
  assertDistinct(input);
  await assertCover(deps, userId, input);
  await assertOffered(deps, input.automatic);
  const now = deps.clock.now();
  return written(deps, await write(deps, userId, input.id, (was) => describe(was, input, { userId, now })));
}

/**
 * Changes a book: what it says of itself, and chapters, which can be added, renamed, moved and removed.
 * @throws InputErrors VALIDATION_FAILED, BOOK_INVALID, PROCESSOR_UNKNOWN; BlobgraphError BOOK_NOT_FOUND, BLOB_NOT_FOUND,
 *   USER_ERASING, SERVICE_UNAVAILABLE
 */
export async function updateBook(
  deps: StateDependencies,
  userId: string,
  input: UpdateBookInput,
): Promise<Book> {
  checkInput(updateSchema, input);
  assertDistinct(input);
  await assertCover(deps, userId, input);
  await assertOffered(deps, input.automatic);
  const now = deps.clock.now();
  const record = await write(deps, userId, input.id, (was) => {
    if (!was.book) throw noBook();
    return describe(was, input, { userId, now });
  });
  const removed = new Set<number | null>(input.removeChapters);
  if (input.deleteDrafts && removed.size > 0) {
    const isMeant = ({ chapterNum, createdAt }: IndexEntry) => removed.has(chapterNum) && createdAt <= now;
    await deleteDrafts(deps, userId, input.id, isMeant);
  }
  return written(deps, record);
}

/**
 * Deletes a book. Its drafts stay in the index, or go too, with what was made of them alone. A newer draft that names
 * the book brings it into being anew. Safe to do again, e.g. with the drafts that stayed.
 * @returns the ids of the blobs that went with it
 * @throws InputErrors VALIDATION_FAILED; BlobgraphError BOOK_NOT_FOUND, USER_ERASING, SERVICE_UNAVAILABLE
 */
export async function deleteBook(
  deps: StateDependencies,
  userId: string,
  { id, deleteDrafts: withDrafts }: { readonly id: string; readonly deleteDrafts: boolean },
): Promise<string[]> {
  checkInput(deleteSchema, { id });
  const { record, book } = await before(deps, userId, id);
  if (!book && !(withDrafts && record?.deleted)) throw noBook();
  const now = deps.clock.now();
  if (book) await write(deps, userId, id, (was) => withdrawn(was.record, { userId, id, now }));
  if (!withDrafts) return [];
  return deleteDrafts(deps, userId, id, ({ createdAt }) => createdAt <= now);
}
