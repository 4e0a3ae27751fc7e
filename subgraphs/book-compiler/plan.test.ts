import { describe, expect, it } from 'vitest';
import type { BookDocument } from '../../platform/clients/state.ts';
import { InputErrors, type UserError } from '../../platform/errors.ts';
import { planChapters, sourceBlobId } from './plan.ts';

type Chapter = BookDocument['chapters'][number];

const chapter = (chapter_num: number, over: Partial<Chapter> = {}): Chapter => ({
  chapter_num,
  title: `Title ${chapter_num}`,
  draft_blob_id: `draft-${chapter_num}`,
  expanded_blob_id: null,
  expansion_state: null,
  ...over,
});
const book = (...chapters: Chapter[]): BookDocument => ({ id: 'my-novel', title: 'My Novel', chapters });
const expanded = { expanded_blob_id: 'expansion' };

const errorsOf = (document: BookDocument, useExpanded = true): readonly UserError[] => {
  try {
    planChapters(document, useExpanded);
  } catch (error) {
    if (error instanceof InputErrors) return error.errors;
    throw error;
  }
  return [];
};

describe('planChapters', () => {
  it('takes the expansion where there is one, else the draft, in the order of the numbers', () => {
    const plan = planChapters(book(chapter(3), chapter(1, expanded), chapter(2)), true);
    expect(plan.map(({ chapterNum }) => chapterNum)).toEqual([1, 2, 3]);
    expect(plan.map(sourceBlobId)).toEqual(['expansion', 'draft-2', 'draft-3']);
    expect(plan[0]).toEqual({
      chapterNum: 1,
      title: 'Title 1',
      draftBlobId: 'draft-1',
      expandedBlobId: 'expansion',
    });
  });

  it('takes drafts alone when told so, whatever became of their expansions', () => {
    const failed = { expansion_state: 'FAILED' } as const;
    const plan = planChapters(book(chapter(1, expanded), chapter(2, failed)), false);
    expect(plan.map(sourceBlobId)).toEqual(['draft-1', 'draft-2']);
    expect(plan.map(({ expandedBlobId }) => expandedBlobId)).toEqual([null, null]);
  });

  it.each([
    ['PENDING', 'EXPANSION_PENDING'],
    ['PROCESSING', 'EXPANSION_PENDING'],
    ['FAILED', 'EXPANSION_FAILED'],
  ] as const)('refuses a chapter whose expansion is %s', (state, code) => {
    const errors = errorsOf(book(chapter(1, { expansion_state: state })));
    expect(errors).toMatchObject([{ field: 'bookId', code }]);
    expect(errors[0]?.message).toContain('Chapter 1 (“Title 1”)');
  });

  it.each(['PENDING', 'PROCESSING', 'FAILED'] as const)(
    'takes an expansion that is there although another run is %s',
    (state) => {
      const plan = planChapters(book(chapter(1, { ...expanded, expansion_state: state })), true);
      expect(plan.map(sourceBlobId)).toEqual(['expansion']);
    },
  );

  it('takes the draft where nothing expands it', () => {
    const plan = planChapters(book(chapter(1)), true);
    expect(plan.map(sourceBlobId)).toEqual(['draft-1']);
  });

  it('names every chapter that is in the way at once', () => {
    const errors = errorsOf(
      book(
        chapter(1, { draft_blob_id: null }),
        chapter(2),
        chapter(3, { expansion_state: 'PENDING' }),
        chapter(4, { draft_blob_id: null, title: 'Dawn' }),
      ),
    );
    expect(errors.map(({ code }) => code)).toEqual([
      'CHAPTER_MISSING',
      'EXPANSION_PENDING',
      'CHAPTER_MISSING',
    ]);
    expect(errors[2]?.message).toContain('Chapter 4 (“Dawn”)');
  });

  it('refuses a book without chapters', () => {
    expect(errorsOf(book())).toMatchObject([{ field: 'bookId', code: 'BOOK_INVALID' }]);
  });
});
