import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { z } from 'zod';
import type { BookDocument, StateClient } from '../../platform/clients/state.ts';
import { BlobgraphError, InputErrors, type UserError } from '../../platform/errors.ts';
import type { RunRequest, RunResult } from '../../platform/processor/define.ts';
import type { Source } from '../../platform/processor/sources.ts';
import { type ChapterText, composeBook } from './compose.ts';
import { type ChapterSource, chapterError, planChapters, sourceBlobId } from './plan.ts';
import type { CompileConfig, CompileInput } from './request.ts';
import { countWords, stretches } from './words.ts';

/** A compilation but for the texts of its sources. */
export interface CompilePlan {
  readonly bookId: string;
  readonly title: string;
  readonly config: CompileConfig;
  readonly chapters: readonly ChapterSource[];
}

/** The document's `data`: of the schema `compiled-book-v1`; the store gives `version`. */
export interface CompiledBookData {
  readonly book_id: string;
  readonly title: string;
  readonly full_text: string;
  readonly word_count: number;
  readonly chapter_count: number;
  readonly source_blob_ids: readonly string[];
  readonly compile_config: {
    readonly use_expanded: boolean;
    readonly title: string | null;
    readonly author: string | null;
  };
}

/** UTF-8 bytes of all chapters of one book: several times the longest novels. */
export const MAX_BOOK_BYTES = 32 * 1024 * 1024;

/** The text of a draft (`text-input-v1`) or an expansion (`expanded-text-v1`). */
const textOf = z.union([
  z.object({ expanded: z.string() }).transform(({ expanded }) => expanded),
  z.object({ content: z.string() }).transform(({ content }) => content),
]);

/** @throws BlobgraphError BOOK_NOT_FOUND, naming the input's field */
async function describedBook(
  { book }: Pick<StateClient, 'book'>,
  userId: string,
  bookId: string,
): Promise<BookDocument> {
  return book(userId, bookId).catch((error: unknown) => {
    if (!(error instanceof BlobgraphError) || error.code !== 'BOOK_NOT_FOUND') throw error;
    throw new BlobgraphError(error.code, error.message, { field: 'bookId', cause: error });
  });
}

/** The sources of the book as its chapters stand now. @throws BlobgraphError BOOK_NOT_FOUND; InputErrors */
export async function planCompilation(
  { input, userId }: { readonly input: CompileInput; readonly userId: string },
  { state }: { readonly state: Pick<StateClient, 'book'> },
): Promise<{ sourceIds: string[]; plan: CompilePlan }> {
  const { bookId, config } = input;
  const book = await describedBook(state, userId, bookId);
  const chapters = planChapters(book, config.useExpanded);
  const title = config.title ?? book.title;
  return { sourceIds: chapters.map(sourceBlobId), plan: { bookId, title, config, chapters } };
}

function missing(chapter: ChapterSource): UserError {
  return chapter.expandedBlobId === null
    ? chapterError(
        chapter,
        'CHAPTER_MISSING',
        'has a draft without text. Create another, then compile again.',
      )
    : chapterError(
        chapter,
        'EXPANSION_FAILED',
        'has an expansion that cannot be read. Compile with `useExpanded: false`, or create another draft.',
      );
}

/** Each chapter with its text. @throws InputErrors naming each whose text is not there; BlobgraphError BOOK_INVALID */
export function readChapters(
  chapters: readonly ChapterSource[],
  sources: readonly Pick<Source, 'id' | 'data'>[],
): (ChapterSource & ChapterText)[] {
  const documents = new Map(sources.map(({ id, data }) => [id, textOf.safeParse(data).data]));
  const textFor = (chapter: ChapterSource) => documents.get(sourceBlobId(chapter));
  const errors = chapters.filter((chapter) => textFor(chapter) === undefined).map(missing);
  if (errors.length > 0) throw new InputErrors(errors);
  const read = chapters.map((chapter) => ({ ...chapter, text: textFor(chapter) ?? '' }));
  if (read.reduce((bytes, { text }) => bytes + Buffer.byteLength(text), 0) > MAX_BOOK_BYTES) throw tooLarge();
  return read;
}

/** The chapters hold more than a book may. */
export const tooLarge = (): BlobgraphError =>
  new BlobgraphError(
    'BOOK_INVALID',
    `The chapters hold more than ${MAX_BOOK_BYTES} bytes of text (32 MiB) together. Compile them as several books.`,
    { field: 'bookId' },
  );

/** Lets other requests have their turn: a long book takes longer to count than they should wait. */
async function wordCount(text: string): Promise<number> {
  let words = 0;
  for (const stretch of stretches(text)) {
    words += countWords(stretch);
    await breathe();
  }
  return words;
}

/** Compiles a book of its chapters' texts. @throws InputErrors CHAPTER_MISSING, EXPANSION_FAILED; BlobgraphError BOOK_INVALID */
export async function compile({
  plan,
  sources,
}: Pick<RunRequest<CompilePlan>, 'plan' | 'sources'>): Promise<RunResult<CompiledBookData>> {
  const { bookId, title, config } = plan;
  const chapters = readChapters(plan.chapters, sources);
  const counts: number[] = [];
  for (const { text } of chapters) counts.push(await wordCount(text));
  const fullText = composeBook({ title, author: config.author, chapters });
  return {
    title,
    preview: fullText,
    contentHash: createHash('sha256').update(fullText).digest('hex'),
    sizeBytes: Buffer.byteLength(JSON.stringify(fullText)),
    data: {
      book_id: bookId,
      title,
      full_text: fullText,
      word_count: counts.reduce((sum, words) => sum + words, 0),
      chapter_count: chapters.length,
      source_blob_ids: chapters.map(sourceBlobId),
      compile_config: { use_expanded: config.useExpanded, title: config.title, author: config.author },
    },
    beside: {
      chapters: chapters.map((chapter, index) => ({
        chapter_num: chapter.chapterNum,
        title: chapter.title,
        draft_blob_id: chapter.draftBlobId,
        expanded_blob_id: chapter.expandedBlobId,
        compiled_text: chapter.text,
        word_count: counts[index],
      })),
    },
  };
}
