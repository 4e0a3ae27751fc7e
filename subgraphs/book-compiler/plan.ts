import type { BookDocument } from '../../platform/clients/state.ts';
import { InputErrors, type UserError } from '../../platform/errors.ts';

/** Where a chapter's text comes from: its expansion, or the draft where that is null. */
export interface ChapterSource {
  readonly chapterNum: number;
  readonly title: string;
  readonly draftBlobId: string;
  readonly expandedBlobId: string | null;
}

type Chapter = BookDocument['chapters'][number];

/** A mistake about one chapter; `what` goes on after the chapter's name. */
export const chapterError = (
  { chapterNum, title }: { readonly chapterNum: number; readonly title: string },
  code: UserError['code'],
  what: string,
): UserError => ({ field: 'bookId', code, message: `Chapter ${chapterNum} (“${title}”) ${what}` });

function sourceOf(chapter: Chapter, useExpanded: boolean): ChapterSource | UserError {
  const { chapter_num: chapterNum, title, draft_blob_id, expanded_blob_id, expansion_state } = chapter;
  const error = (code: UserError['code'], what: string) => chapterError({ chapterNum, title }, code, what);
  if (draft_blob_id === null) {
    return error('CHAPTER_MISSING', 'has no draft yet. Create one, then compile again.');
  }
  const source = { chapterNum, title, draftBlobId: draft_blob_id };
  if (!useExpanded) return { ...source, expandedBlobId: null };
  if (expanded_blob_id !== null) return { ...source, expandedBlobId: expanded_blob_id };
  switch (expansion_state) {
    case 'PENDING':
    case 'PROCESSING':
      return error(
        'EXPANSION_PENDING',
        'is still being expanded. Wait for it, or compile with `useExpanded: false`.',
      );
    case 'FAILED':
      return error(
        'EXPANSION_FAILED',
        'could not be expanded. Retry it with `retryProcessing`, or compile with `useExpanded: false`.',
      );
    default:
      return { ...source, expandedBlobId: null };
  }
}

/**
 * The chapters that go into the book, in their order.
 * @throws InputErrors with every chapter that keeps the book from being compiled, or BOOK_INVALID when it has none
 */
export function planChapters(book: BookDocument, useExpanded: boolean): ChapterSource[] {
  if (book.chapters.length === 0) {
    const message = `The book “${book.title}” has no chapters yet. Create a draft, then compile again.`;
    throw new InputErrors([{ field: 'bookId', code: 'BOOK_INVALID', message }]);
  }
  const chapters = book.chapters
    .toSorted((a, b) => a.chapter_num - b.chapter_num)
    .map((chapter) => sourceOf(chapter, useExpanded));
  const errors = chapters.filter((chapter): chapter is UserError => 'code' in chapter);
  if (errors.length > 0) throw new InputErrors(errors);
  return chapters.filter((chapter): chapter is ChapterSource => !('code' in chapter));
}

/** The blob that the chapter's text is taken from. */
export const sourceBlobId = (chapter: Pick<ChapterSource, 'draftBlobId' | 'expandedBlobId'>): string =>
  chapter.expandedBlobId ?? chapter.draftBlobId;
