import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BookDocument, StateClient } from '../../platform/clients/state.ts';
import { BlobgraphError, InputErrors, type UserError } from '../../platform/errors/errors.ts';
import type { RunRequest, RunResult } from '../../platform/processor/kit/run.ts';
import type { Source } from '../../platform/processor/runs/sources.ts';
import type { CompiledBookV1 } from '../../schemas/types.generated.ts';
import type { CountedBook } from './compose/compose.worker.ts';
import type { Composer } from './compose/composer.ts';
import type { ChapterText } from './compose/markdown/survey.ts';
import { type FrontMatter, frontMatter } from './planning/front-matter.ts';
import {
  type ChapterPlan,
  type ChapterSource,
  chapterError,
  planChapters,
  sourceBlobId,
} from './planning/plan.ts';
import type { CompileConfig, CompileInput } from './planning/request.ts';

/** A planned compilation, before its sources are read. */
export interface CompilePlan extends ChapterPlan {
  readonly bookId: string;
  /** The request's, or the book's own. */
  readonly title: string;
  /** A BCP 47 tag; null: unknown. */
  readonly language: string | null;
  readonly front: FrontMatter;
  readonly config: CompileConfig;
}

/** The blob's `data` by the schema `compiled-book-v1`, without `version`, which the store allocates. */
export interface CompiledBookData extends Omit<CompiledBookV1, 'version'> {
  readonly title: string;
  /** Graphemes of the chapters' texts without their titles, and without white space. */
  readonly character_count: number;
  /** `title`, `author`: null when the request gave none. */
  readonly compile_config: {
    readonly use_expanded: boolean;
    readonly title: string | null;
    readonly author: string | null;
    readonly leave_out_missing: boolean;
    /** Keys of the chapters that had no draft. */
    readonly left_out: readonly number[];
  };
}

/** UTF-8 bytes of all chapters of one book: several times the longest novel. */
const MAX_BOOK_BYTES = 32 * 1024 * 1024;

/** The text of a draft (`text-input-v1`) or an expansion (`expanded-text-v1`). */
const textOf = z.union([
  z.object({ expanded: z.string() }).transform(({ expanded }) => expanded),
  z.object({ content: z.string() }).transform(({ content }) => content),
]);

/** @throws BlobgraphError BOOK_NOT_FOUND with the input's field */
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

/** The sources of a book: its chapters, the first of which is the parent, then its cover. */
function sourceIdsOf({ chapters, front }: Pick<CompilePlan, 'chapters' | 'front'>): string[] {
  const { coverBlobId } = front;
  return [...chapters.map(sourceBlobId), ...(coverBlobId === null ? [] : [coverBlobId])];
}

/**
 * Plans a compilation. Its sources: the current texts of the chapters, then the cover.
 * @throws BlobgraphError BOOK_NOT_FOUND; InputErrors
 */
export async function planCompilation(
  { input, userId }: { readonly input: CompileInput; readonly userId: string },
  { state }: { readonly state: Pick<StateClient, 'book' | 'sources'> },
): Promise<{ sourceIds: string[]; plan: CompilePlan }> {
  const { bookId, config } = input;
  const book = await describedBook(state, userId, bookId);
  const planned = planChapters(book, config);
  const title = config.title ?? book.title;
  const front = await frontMatter(state, userId, book, config);
  const plan = { bookId, title, language: book.language, front, config, ...planned };
  return { sourceIds: sourceIdsOf(plan), plan };
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

/** Chapters with their texts. @throws InputErrors with each chapter without a text; BlobgraphError BOOK_INVALID */
function readChapters(
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

/** The error of chapters that are too large together. */
export const tooLarge = (): BlobgraphError =>
  new BlobgraphError(
    'BOOK_INVALID',
    `The chapters hold more than ${MAX_BOOK_BYTES} bytes of text (32 MiB) together. Compile them as several books.`,
    { field: 'bookId' },
  );

const withoutNulls = (members: Readonly<Record<string, string | null>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(members).filter((member): member is [string, string] => member[1] !== null),
  );

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

function compileConfig({ config, leftOut }: CompilePlan): CompiledBookData['compile_config'] {
  return {
    use_expanded: config.useExpanded,
    title: config.title,
    author: config.author,
    leave_out_missing: config.leaveOutMissing,
    left_out: leftOut,
  };
}

function bookData(plan: CompilePlan, { text, language, chapters }: CountedBook): CompiledBookData {
  const { author, subtitle, rights, coverBlobId } = plan.front;
  return {
    book_id: plan.bookId,
    title: plan.title,
    full_text: text,
    word_count: sum(chapters.map(({ wordCount }) => wordCount)),
    character_count: sum(chapters.map(({ characterCount }) => characterCount)),
    ...withoutNulls({ language, subtitle, author, rights, cover_blob_id: coverBlobId }),
    chapter_count: chapters.length,
    source_blob_ids: sourceIdsOf(plan),
    compile_config: compileConfig(plan),
  };
}

const chapterRows = (plan: CompilePlan, { chapters }: CountedBook) =>
  plan.chapters.map(({ chapterNum, number, draftBlobId, expandedBlobId }, index) => ({
    chapter_num: chapterNum,
    position: index + 1,
    number,
    title: chapters[index]?.title,
    draft_blob_id: draftBlobId,
    expanded_blob_id: expandedBlobId,
    compiled_text: chapters[index]?.text,
    word_count: chapters[index]?.wordCount,
    character_count: chapters[index]?.characterCount,
  }));

/** Compiles a book. @throws InputErrors CHAPTER_MISSING, EXPANSION_FAILED; BlobgraphError BOOK_INVALID */
export async function compile(
  { plan, sources, signal }: Pick<RunRequest<CompilePlan>, 'plan' | 'sources' | 'signal'>,
  { composer }: { readonly composer: Composer },
): Promise<RunResult<CompiledBookData>> {
  const { title, language } = plan;
  const { author, subtitle, rights } = plan.front;
  const chapters = readChapters(plan.chapters, sources);
  const book = await composer.compose({ title, author, subtitle, rights, language, chapters }, signal);
  return {
    title,
    preview: book.text,
    contentHash: createHash('sha256').update(book.text).digest('hex'),
    sizeBytes: Buffer.byteLength(JSON.stringify(book.text)),
    data: bookData(plan, book),
    beside: { chapters: chapterRows(plan, book) },
  };
}
