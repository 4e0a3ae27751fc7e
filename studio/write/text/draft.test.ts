import { describe, expect, it } from 'vitest';
import { type Draft, faultsIn, faultsOf, inputOf, nextChapter, placeSaid } from './draft.ts';

const draft = (changed: Partial<Draft> = {}): Draft => ({
  text: 'Once',
  title: '',
  bookId: 'my-novel',
  chapter: '3',
  ...changed,
});

describe('what is wrong is said at its field', () => {
  it.each<[Partial<Draft>, string]>([
    [{ text: ' \n' }, 'text'],
    [{ text: 'a\0' }, 'text'],
    [{ text: 'é'.repeat(2_700_000) }, 'text'],
    [{ text: '"'.repeat(2_700_000) }, 'text'],
    [{ chapter: '' }, 'chapter'],
    [{ chapter: '0' }, 'chapter'],
    [{ chapter: '1.5' }, 'chapter'],
    [{ chapter: '1e3' }, 'chapter'],
    [{ chapter: '100001' }, 'chapter'],
    [{ title: 'x'.repeat(501) }, 'title'],
    [{ bookId: 'x'.repeat(201) }, 'bookId'],
  ])('%#', (changed, field) => {
    expect(Object.keys(faultsOf(draft(changed)))).toEqual([field]);
  });

  it('and nothing of what is right', () => {
    expect(faultsOf(draft())).toEqual({});
    expect(faultsOf(draft({ bookId: '', chapter: '' }))).toEqual({});
    expect(faultsOf(draft({ text: 'a'.repeat(5_200_000) }))).toEqual({});
  });

  it('as the graph names it', () => {
    expect(
      faultsIn([
        { field: 'data.metadata.chapter_num', message: 'chapter' },
        { field: 'data.metadata.book_id', message: 'book' },
        { field: 'data.content', message: 'text' },
        { field: 'title', message: 'title' },
        { field: null, message: 'other' },
      ]),
    ).toEqual({ chapter: 'chapter', bookId: 'book', text: 'text', title: 'title', other: 'other' });
  });
});

describe('a draft becomes', () => {
  it('a chapter’s draft in its book', () => {
    expect(inputOf(draft({ title: ' A title ' }), 'key')).toEqual({
      type: 'chapter_draft',
      schemaId: 'text-input-v1',
      title: 'A title',
      data: { content: 'Once', metadata: { book_id: 'my-novel', chapter_num: 3 } },
      idempotencyKey: 'key',
    });
  });

  it('a text of no book', () => {
    expect(inputOf(draft({ bookId: '', chapter: '7' }), 'key')).toEqual({
      type: 'text',
      schemaId: 'text-input-v1',
      data: { content: 'Once' },
      idempotencyKey: 'key',
    });
  });

  it('what keeps the members of the client’s own of the draft before', () => {
    const before = { metadata: { book_id: 'old', chapter_num: 1, title: 'Old', mood: 'dark' } };
    expect(inputOf(draft(), 'key', before).data).toEqual({
      content: 'Once',
      metadata: { mood: 'dark', book_id: 'my-novel', chapter_num: 3 },
    });
  });
});

it('a chapter’s number that is taken is told of', () => {
  const chapters = [
    { chapterNum: 1, title: 'One', draft: {} },
    { chapterNum: 7, title: 'Seven', draft: null },
  ];
  expect(nextChapter(chapters)).toBe(8);
  expect(nextChapter([])).toBe(1);
  expect(placeSaid('1', chapters)).toContain('A newer draft of “One”');
  expect(placeSaid('7', chapters)).toContain('The first draft of “Seven”');
  expect(placeSaid('8', chapters)).toBe('A new chapter.');
});
