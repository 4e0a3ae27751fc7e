import { z } from 'zod';
import { InputErrors } from '../../../platform/errors.ts';
import { assertNotErasing } from '../deletion/erasure.ts';
import type { StateDependencies } from '../dependencies.ts';
import type { BookRecord, IndexEntry } from '../documents.ts';
import { chapterNumber, checkInput, label } from '../input.ts';
import { untilWritten } from '../optimistic.ts';
import type { ChapterDraft } from '../store/store.ts';

export interface CreateBookInput {
  readonly id: string;
  readonly title: string;
  readonly chapters: readonly { readonly chapterNum: number; readonly title: string }[];
}

const MAX_CHAPTERS = 10_000;

const inputSchema = z.object({
  id: label(200),
  title: label(500),
  chapters: z
    .array(z.object({ chapterNum: chapterNumber, title: label(500) }))
    .max(MAX_CHAPTERS, `must have at most ${MAX_CHAPTERS} chapters`),
});

/** A chapter of a book with its newest draft. */
export interface Chapter {
  readonly chapterNum: number;
  readonly title: string;
  readonly draft: IndexEntry | null;
}

/** A book: what its user said of it and what its drafts say. */
export interface Book {
  readonly id: string;
  readonly userId: string;
  readonly title: string;
  readonly chapters: readonly Chapter[];
  readonly createdAt: Date;
}

/** Joins a book's record and its drafts; at least one of the two must be there. */
export function joinBook(
  userId: string,
  id: string,
  record: BookRecord | undefined,
  drafts: readonly ChapterDraft[],
): Book {
  const chapters = new Map<number, Chapter>(
    record?.chapters.map(({ chapterNum, title }) => [chapterNum, { chapterNum, title, draft: null }]),
  );
  for (const { chapterNum, draft } of drafts) {
    chapters.set(chapterNum, { chapterNum, title: chapters.get(chapterNum)?.title ?? draft.title, draft });
  }
  const times = [record?.createdAt, ...drafts.map(({ draft }) => draft.createdAt)].flatMap(
    (time) => time?.getTime() ?? [],
  );
  return {
    id,
    userId,
    title: record?.title ?? id,
    chapters: [...chapters.values()].toSorted((a, b) => a.chapterNum - b.chapterNum),
    createdAt: new Date(Math.min(...times)),
  };
}

/** The user's books of these ids (or all), newest first. Two queries, however many. */
export async function readBooks(
  deps: Pick<StateDependencies, 'store'>,
  userId: string,
  ids?: readonly string[],
): Promise<Book[]> {
  const [records, drafts] = await Promise.all([
    deps.store.bookRecords(userId, ids),
    deps.store.newestDrafts(userId, ids),
  ]);
  const recordOf = new Map(records.map((record) => [record.id, record]));
  const draftsOf = new Map<string, ChapterDraft[]>();
  for (const draft of drafts) {
    const known = draftsOf.get(draft.bookId);
    if (known) known.push(draft);
    else draftsOf.set(draft.bookId, [draft]);
  }
  const found = new Set([...recordOf.keys(), ...draftsOf.keys()]);
  return [...found]
    .map((id) => joinBook(userId, id, recordOf.get(id), draftsOf.get(id) ?? []))
    .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? -1 : 1));
}

function assertDistinct(input: CreateBookInput): void {
  const seen = new Set<number>();
  for (const [index, { chapterNum }] of input.chapters.entries()) {
    if (seen.has(chapterNum)) {
      const field = `chapters.${index}.chapterNum`;
      const message = `Chapter ${chapterNum} is named twice. Give each chapter a number of its own.`;
      throw new InputErrors([{ field, code: 'BOOK_INVALID', message }]);
    }
    seen.add(chapterNum);
  }
}

/** The book with what the input says of it: chapters that are not named keep their titles. @throws InputErrors BOOK_INVALID */
function describe(
  before: BookRecord | undefined,
  input: CreateBookInput,
): Pick<BookRecord, 'title' | 'chapters' | 'version'> {
  const titles = new Map(before?.chapters.map((chapter) => [chapter.chapterNum, chapter.title]));
  for (const { chapterNum, title } of input.chapters) titles.set(chapterNum, title);
  if (titles.size > MAX_CHAPTERS) {
    const message = `The book would have ${titles.size} chapters; at most ${MAX_CHAPTERS} are allowed. Split it.`;
    throw new InputErrors([{ field: 'chapters', code: 'BOOK_INVALID', message }]);
  }
  const chapters = [...titles]
    .map(([chapterNum, title]) => ({ chapterNum, title }))
    .toSorted((a, b) => a.chapterNum - b.chapterNum);
  return { title: input.title, chapters, version: (before?.version ?? 0) + 1 };
}

/**
 * Makes a book, or gives titles to one that is there: chapters that are not named keep theirs.
 * @throws InputErrors VALIDATION_FAILED, BOOK_INVALID; BlobgraphError USER_ERASING, SERVICE_UNAVAILABLE
 */
export async function createBook(
  deps: StateDependencies,
  userId: string,
  input: CreateBookInput,
): Promise<Book> {
  checkInput(inputSchema, input);
  assertDistinct(input);
  await assertNotErasing(deps, userId);
  const { id } = input;
  const record = await untilWritten(async () => {
    const [before] = await deps.store.bookRecords(userId, [id]);
    const createdAt = before?.createdAt ?? deps.clock.now();
    const book = { userId, id, createdAt, ...describe(before, input) };
    return (await deps.store.putBook(book)) ? book : null;
  });
  await assertNotErasing(deps, userId).catch(async (error: unknown) => {
    // An erasure began in between, and may have been past the books.
    await deps.store.eraseBooks(userId);
    throw error;
  });
  return joinBook(userId, id, record, await deps.store.newestDrafts(userId, [id]));
}
