import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { BookDocument, StateClient } from '../../platform/clients/state.ts';
import { BlobgraphError, InputErrors, type UserError } from '../../platform/errors.ts';
import type { RunRequest, RunResult } from '../../platform/processor/define.ts';
import type { Source } from '../../platform/processor/sources.ts';
import type { Composer } from './composer.ts';
import { type FrontMatter, frontMatter } from './front.ts';
import type { ChapterText } from './markdown/survey.ts';
import { type ChapterPlan, type ChapterSource, chapterError, planChapters, sourceBlobId } from './plan.ts';
import type { CompileConfig, CompileInput } from './request.ts';

/** A compilation but for the texts of its sources. */
export interface CompilePlan extends ChapterPlan {
  readonly bookId: string;
  readonly title: string;
  /** A BCP 47 tag; null: unknown. */
  readonly language: string | null;
  readonly front: FrontMatter;
  readonly config: CompileConfig;
}

/** The document's `data`: of the schema `compiled-book-v1`; the store gives `version`. */
export interface CompiledBookData {
  readonly book_id: string;
  readonly title: string;
  readonly full_text: string;
  readonly word_count: number;
  readonly character_count: number;
  /** A BCP 47 tag; absent where it is unknown. */
  readonly language?: string;
  /** This and the next three: absent where there is none. */
  readonly subtitle?: string;
  readonly author?: string;
  readonly rights?: string;
  readonly cover_blob_id?: string;
  readonly chapter_count: number;
  readonly source_blob_ids: readonly string[];
  readonly compile_config: {
    readonly use_expanded: boolean;
    readonly title: string | null;
    readonly author: string | null;
    readonly leave_out_missing: boolean;
    /** Keys of the chapters that had no draft. */
    readonly left_out: readonly number[];
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

/** The sources of the book as its chapters stand now, then its cover. @throws BlobgraphError BOOK_NOT_FOUND; InputErrors */
export async function planCompilation(
  { input, userId }: { readonly input: CompileInput; readonly userId: string },
  { state }: { readonly state: Pick<StateClient, 'book' | 'sources'> },
): Promise<{ sourceIds: string[]; plan: CompilePlan }> {
  const { bookId, config } = input;
  const book = await describedBook(state, userId, bookId);
  const planned = planChapters(book, config);
  const title = config.title ?? book.title;
  const front = await frontMatter(state, userId, book, config);
  const { coverBlobId } = front;
  return {
    // The first is the parent: a chapter.
    sourceIds: [...planned.chapters.map(sourceBlobId), ...(coverBlobId === null ? [] : [coverBlobId])],
    plan: { bookId, title, language: book.language, front, config, ...planned },
  };
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

const withoutNulls = (members: Readonly<Record<string, string | null>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(members).filter((member): member is [string, string] => member[1] !== null),
  );

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

/** Compiles a book of its chapters' texts. @throws InputErrors CHAPTER_MISSING, EXPANSION_FAILED; BlobgraphError BOOK_INVALID */
export async function compile(
  { plan, sources, signal }: Pick<RunRequest<CompilePlan>, 'plan' | 'sources' | 'signal'>,
  { composer }: { readonly composer: Composer },
): Promise<RunResult<CompiledBookData>> {
  const { bookId, title, front, config, leftOut } = plan;
  const chapters = readChapters(plan.chapters, sources);
  const { author, subtitle, rights, coverBlobId } = front;
  const text = { title, author, subtitle, rights, language: plan.language, chapters };
  const book = await composer.compose(text, signal);
  const { text: fullText, language } = book;
  return {
    title,
    preview: fullText,
    contentHash: createHash('sha256').update(fullText).digest('hex'),
    sizeBytes: Buffer.byteLength(JSON.stringify(fullText)),
    data: {
      book_id: bookId,
      title,
      full_text: fullText,
      word_count: sum(book.chapters.map(({ wordCount }) => wordCount)),
      character_count: sum(book.chapters.map(({ characterCount }) => characterCount)),
      ...withoutNulls({ language, subtitle, author, rights, cover_blob_id: coverBlobId }),
      chapter_count: chapters.length,
      source_blob_ids: [...chapters.map(sourceBlobId), ...(coverBlobId === null ? [] : [coverBlobId])],
      compile_config: {
        use_expanded: config.useExpanded,
        title: config.title,
        author: config.author,
        leave_out_missing: config.leaveOutMissing,
        left_out: leftOut,
      },
    },
    beside: {
      chapters: chapters.map((chapter, index) => ({
        chapter_num: chapter.chapterNum,
        position: index + 1,
        number: chapter.number,
        title: book.chapters[index]?.title,
        draft_blob_id: chapter.draftBlobId,
        expanded_blob_id: chapter.expandedBlobId,
        compiled_text: book.chapters[index]?.text,
        word_count: book.chapters[index]?.wordCount,
        character_count: book.chapters[index]?.characterCount,
      })),
    },
  };
}
