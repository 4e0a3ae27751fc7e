import { describe, expect, it } from 'vitest';
import type { BookDocument } from '../../../platform/clients/state.ts';
import { InputErrors, type UserError } from '../../../platform/errors/errors.ts';
import { planChapters, sourceBlobId } from './plan.ts';

const EXPANDED = { useExpanded: true, leaveOutMissing: false };
const DRAFTS = { useExpanded: false, leaveOutMissing: false };

type Chapter = BookDocument['chapters'][number];

const chapter = (chapter_num: number, over: Partial<Chapter> = {}): Chapter => ({
  chapter_num,
  title: `Title ${chapter_num}`,
  draft_blob_id: `draft-${chapter_num}`,
  expanded_blob_id: null,
  expansion_state: null,
  numbered: true,
  ...over,
});
const book = (...chapters: Chapter[]): BookDocument => ({
  id: 'my-novel',
  title: 'My Novel',
  language: null,
  subtitle: null,
  author: null,
  rights: null,
  cover_blob_id: null,
  chapters,
});
const expanded = { expanded_blob_id: 'expansion' };

const errorsOf = (document: BookDocument, options = EXPANDED): readonly UserError[] => {
  try {
    planChapters(document, options);
  } catch (error) {
    if (error instanceof InputErrors) return error.errors;
    throw error;
  }
  return [];
};

describe('planChapters', () => {
  it('takes the expansion, or the draft without one, in the order of the numbers', () => {
    const { chapters: plan } = planChapters(book(chapter(3), chapter(1, expanded), chapter(2)), EXPANDED);
    expect(plan.map(({ chapterNum }) => chapterNum)).toEqual([1, 2, 3]);
    expect(plan.map(sourceBlobId)).toEqual(['expansion', 'draft-2', 'draft-3']);
    expect(plan[0]).toEqual({
      chapterNum: 1,
      title: 'Title 1',
      number: 1,
      draftBlobId: 'draft-1',
      expandedBlobId: 'expansion',
    });
  });

  it('takes only drafts on request, whatever the state of their expansions', () => {
    const failed = { expansion_state: 'FAILED' } as const;
    const { chapters: plan } = planChapters(book(chapter(1, expanded), chapter(2, failed)), DRAFTS);
    expect(plan.map(sourceBlobId)).toEqual(['draft-1', 'draft-2']);
    expect(plan.map(({ expandedBlobId }) => expandedBlobId)).toEqual([null, null]);
  });

  it.each([
    ['PENDING', 'EXPANSION_PENDING'],
    ['PROCESSING', 'EXPANSION_PENDING'],
    ['FAILED', 'EXPANSION_FAILED'],
    ['COMPLETED', 'EXPANSION_MISSING'],
  ] as const)('refuses a chapter whose expansion is %s', (state, code) => {
    const errors = errorsOf(book(chapter(1, { expansion_state: state })));
    expect(errors).toMatchObject([{ field: 'bookId', code }]);
    expect(errors[0]?.message).toContain('Chapter 1 (“Title 1”)');
  });

  it.each(['PENDING', 'PROCESSING', 'FAILED'] as const)(
    'takes an expansion that is there although another run is %s',
    (state) => {
      const { chapters: plan } = planChapters(
        book(chapter(1, { ...expanded, expansion_state: state })),
        EXPANDED,
      );
      expect(plan.map(sourceBlobId)).toEqual(['expansion']);
    },
  );

  it('takes the draft when no processor expands it', () => {
    const { chapters: plan } = planChapters(book(chapter(1)), EXPANDED);
    expect(plan.map(sourceBlobId)).toEqual(['draft-1']);
  });

  it('names all blocking chapters at once', () => {
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

  it('leaves out chapters without a draft on request, and lists them', () => {
    const document = book(chapter(1), chapter(2, { draft_blob_id: null }), chapter(3));
    const plan = planChapters(document, { ...EXPANDED, leaveOutMissing: true });
    expect(plan.chapters.map(({ number }) => number)).toEqual([1, 3]);
    expect(plan.leftOut).toEqual([2]);
    const empty = book(chapter(1, { draft_blob_id: null }));
    expect(errorsOf(empty, { ...EXPANDED, leaveOutMissing: true })).toMatchObject([{ code: 'BOOK_INVALID' }]);
  });

  it('orders by position, and counts when the numbers do not ascend', () => {
    const document = book(
      chapter(3, { position: 2 }),
      chapter(50, { position: 1, numbered: false }),
      chapter(1, { position: 3 }),
    );
    const { chapters } = planChapters(document, DRAFTS);
    expect(chapters.map(({ chapterNum, number }) => [chapterNum, number])).toEqual([
      [50, null],
      [3, 1],
      [1, 2],
    ]);
  });
});
