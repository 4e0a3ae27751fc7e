import { describe, expect, it } from 'vitest';
import type { Chapter } from '../chapters/model.ts';
import { createIntent } from './intent.ts';
import { keepsBack, lookAt, refusalOf } from './look.ts';

const expanders = ['expander'];
const draft = (state: string, error: string | null = null) =>
  ({
    id: 'd',
    processing: {
      runs: [
        {
          processorId: 'expander',
          artifact: null,
          state,
          progress: 0.5,
          error: error ? { code: 'MODEL_FAILED', message: error } : null,
          obstacle: null,
        },
      ],
    },
  }) as unknown as Chapter['draft'];
const chapter = (chapterNum: number, more: Partial<Chapter> = {}): Chapter => ({
  chapterNum,
  position: chapterNum,
  numbered: true,
  title: `Title ${chapterNum}`,
  draft: null,
  expanded: null,
  ...more,
});
const book = [
  chapter(1, { draft: draft('COMPLETED'), expanded: draft('STORED') }),
  chapter(2, { draft: draft('PROCESSING') }),
  chapter(3, { draft: draft('FAILED', 'The model is away.') }),
  chapter(4),
  chapter(5, { draft: draft('COMPLETED') }),
];

describe('a look at what will go in', () => {
  const taken = (useExpanded: boolean, leaveOutMissing: boolean) =>
    lookAt(book, { useExpanded, leaveOutMissing }, { expanders }).map((each) => each.taken);
  it('takes expansions, and says what keeps the book back', () => {
    expect(taken(true, false)).toEqual(['expansion', 'making', 'failed', 'missing', 'gone']);
    expect(taken(true, false).map(keepsBack)).toEqual([false, true, true, true, true]);
  });
  it('takes drafts alone, and leaves out what is missing', () => {
    expect(taken(false, true)).toEqual(['draft', 'draft', 'draft', 'leftOut', 'draft']);
    expect(taken(false, false)[3]).toBe('missing');
  });
  it('has the reason of a failed run, and not of a draft that is taken', () => {
    expect(lookAt(book, { useExpanded: true, leaveOutMissing: false }, { expanders })[2]?.reason).toBe(
      'The model is away.',
    );
    expect(
      lookAt(book, { useExpanded: false, leaveOutMissing: false }, { expanders })[2]?.reason,
    ).toBeUndefined();
  });
});

it('puts each refusal where it belongs', () => {
  const shown = { chapters: [1, 2], fields: ['title'] };
  const { ofChapters, ofFields, others } = refusalOf(
    [
      {
        field: 'bookId',
        code: 'EXPANSION_PENDING',
        message: 'Chapter 2 (“Two (2)”) is still being expanded.',
      },
      { field: 'bookId', code: 'CHAPTER_MISSING', message: 'Chapter 9 (“Nine”) has no draft yet.' },
      { field: 'title', code: 'VALIDATION_FAILED', message: '`title` is too long.' },
      { field: 'bookId', code: 'BOOK_NOT_FOUND', message: 'You have no book of this id.' },
    ],
    shown,
  );
  expect([...ofChapters]).toEqual([[2, 'Chapter 2 (“Two (2)”) is still being expanded.']]);
  expect([...ofFields]).toEqual([['title', '`title` is too long.']]);
  expect(others).toEqual(['Chapter 9 (“Nine”) has no draft yet.', 'You have no book of this id.']);
});

it('has one key for one intent', () => {
  let keys = 0;
  const intent = createIntent(() => `key-${++keys}`);
  const first = intent.keyOf({ useExpanded: true });
  expect(intent.keyOf({ useExpanded: true })).toBe(first);
  const other = intent.keyOf({ useExpanded: false });
  expect(other).not.toBe(first);
  intent.done();
  expect(intent.keyOf({ useExpanded: false })).not.toBe(other);
});
