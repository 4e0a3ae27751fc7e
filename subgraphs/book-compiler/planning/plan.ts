import type { BookDocument } from '../../../platform/clients/state.ts';
import { InputErrors, type UserError } from '../../../platform/errors/errors.ts';
import type { CompileConfig } from './request.ts';

/** The source of a chapter's text: its expansion, or the draft when that is null. */
export interface ChapterSource {
  /** The chapter's key. */
  readonly chapterNum: number;
  /** The number that readers see; null: none. */
  readonly number: number | null;
  readonly title: string;
  readonly draftBlobId: string;
  readonly expandedBlobId: string | null;
}

/** The chapters of a compilation. */
export interface ChapterPlan {
  /** In the order of the book. */
  readonly chapters: readonly ChapterSource[];
  /** Keys of the chapters without a draft, left out as requested. */
  readonly leftOut: readonly number[];
}

type Chapter = BookDocument['chapters'][number];
type Options = Pick<CompileConfig, 'useExpanded' | 'leaveOutMissing'>;

/** An error about one chapter. `what` continues the sentence after the chapter's name. */
export const chapterError = (
  { chapterNum, title }: { readonly chapterNum: number; readonly title: string },
  code: UserError['code'],
  what: string,
): UserError => ({ field: 'bookId', code, message: `Chapter ${chapterNum} (“${title}”) ${what}` });

const DRAFTS_ONLY = 'or compile with `useExpanded: false`.';

/** Why a chapter has no expansion; null when no processor expands it. */
function withoutExpansion(state: Chapter['expansion_state']): [UserError['code'], string] | null {
  switch (state) {
    case 'PENDING':
    case 'PROCESSING':
      return ['EXPANSION_PENDING', `is still being expanded. Wait for it, ${DRAFTS_ONLY}`];
    case 'FAILED':
      return [
        'EXPANSION_FAILED',
        `could not be expanded. Ask for it again with \`retryProcessing\` or \`reprocess\`, ${DRAFTS_ONLY}`,
      ];
    case 'COMPLETED':
      return [
        'EXPANSION_MISSING',
        `has lost its expansion: it was deleted. Have it made again with \`reprocess\`, ${DRAFTS_ONLY}`,
      ];
    default:
      return null;
  }
}

function sourceOf(
  chapter: Chapter,
  number: number | null,
  options: Options,
): ChapterSource | UserError | null {
  const { chapter_num: chapterNum, title, draft_blob_id, expanded_blob_id, expansion_state } = chapter;
  if (draft_blob_id === null) {
    if (options.leaveOutMissing) return null;
    const fix = 'Create one, or compile with `leaveOutMissing: true`.';
    return chapterError({ chapterNum, title }, 'CHAPTER_MISSING', `has no draft yet. ${fix}`);
  }
  const source = { chapterNum, number, title, draftBlobId: draft_blob_id };
  if (!options.useExpanded) return { ...source, expandedBlobId: null };
  if (expanded_blob_id !== null) return { ...source, expandedBlobId: expanded_blob_id };
  const why = withoutExpansion(expansion_state);
  return why ? chapterError({ chapterNum, title }, ...why) : { ...source, expandedBlobId: null };
}

/** Chapters in the order of the book with their numbers: their keys when these ascend, otherwise counted. */
function numbered(book: BookDocument): { chapter: Chapter; number: number | null }[] {
  const chapters = book.chapters.toSorted(
    (a, b) => (a.position ?? a.chapter_num) - (b.position ?? b.chapter_num),
  );
  const grow = chapters.every(
    ({ chapter_num, numbered }, index) =>
      numbered && chapter_num > (chapters[index - 1]?.chapter_num ?? Number.NEGATIVE_INFINITY),
  );
  let count = 0;
  return chapters.map((chapter) => {
    if (!chapter.numbered) return { chapter, number: null };
    count += 1;
    return { chapter, number: grow ? chapter.chapter_num : count };
  });
}

/**
 * The chapters that go into the book.
 * @throws InputErrors with every chapter that prevents the compilation; BOOK_INVALID when no chapter is left
 */
export function planChapters(book: BookDocument, options: Options): ChapterPlan {
  const planned = numbered(book).map(({ chapter, number }) => sourceOf(chapter, number, options));
  const errors = planned.filter((chapter): chapter is UserError => chapter !== null && 'code' in chapter);
  if (errors.length > 0) throw new InputErrors(errors);
  const chapters = planned.filter(
    (chapter): chapter is ChapterSource => chapter !== null && !('code' in chapter),
  );
  if (chapters.length === 0) {
    const message = `The book “${book.title}” has no chapter with a draft yet. Create a draft, then compile again.`;
    throw new InputErrors([{ field: 'bookId', code: 'BOOK_INVALID', message }]);
  }
  const used = new Set(chapters.map(({ chapterNum }) => chapterNum));
  const leftOut = book.chapters.map(({ chapter_num }) => chapter_num).filter((number) => !used.has(number));
  return { chapters, leftOut };
}

/** The blob that the chapter's text comes from. */
export const sourceBlobId = (chapter: Pick<ChapterSource, 'draftBlobId' | 'expandedBlobId'>): string =>
  chapter.expandedBlobId ?? chapter.draftBlobId;
