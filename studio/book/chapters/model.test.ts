import { describe, expect, it } from 'vitest';
import { aRun } from '../../graph/work.fixture.ts';
import type { Run } from '../../graph/work.ts';
import { type Chapter, freeKey, numbersOf, progressOf } from './model.ts';
import { afterMoves } from './order.ts';

const expanders = ['expander'];

const runOf = (state: Run['state'], more: Partial<Run> = {}): Run =>
  aRun({ processorId: 'expander', state, ...more });

const blobOf = (id: string, runs: readonly Run[] = []) =>
  ({ id, processing: { state: 'PENDING', runs } }) as unknown as NonNullable<Chapter['draft']>;

const chapterOf = (more: Partial<Chapter> = {}): Chapter => ({
  chapterNum: 1,
  position: 1,
  numbered: true,
  title: 'One',
  draft: null,
  expanded: null,
  ...more,
});

describe('where a chapter is', () => {
  it.each([
    ['missing', chapterOf()],
    ['draft', chapterOf({ draft: blobOf('d') })],
    ['draft', chapterOf({ draft: blobOf('d', [runOf('FAILED', { processorId: 'other' })]) })],
    ['draft', chapterOf({ draft: blobOf('d', [runOf('FAILED', { artifact: 'epub' })]) })],
    ['waiting', chapterOf({ draft: blobOf('d', [runOf('PENDING')]) })],
    ['making', chapterOf({ draft: blobOf('d', [runOf('PROCESSING')]) })],
    ['failed', chapterOf({ draft: blobOf('d', [runOf('FAILED')]) })],
    ['gone', chapterOf({ draft: blobOf('d', [runOf('COMPLETED')]) })],
    ['expanded', chapterOf({ draft: blobOf('d', [runOf('COMPLETED')]), expanded: blobOf('e') })],
    ['expanded', chapterOf({ draft: blobOf('d', [runOf('PROCESSING')]), expanded: blobOf('e') })],
  ] as const)('is %s', (stage, chapter) => {
    expect(progressOf(chapter, { expanders }).stage).toBe(stage);
  });

  it('is still being made while its result is being read', () => {
    const chapter = chapterOf({ draft: blobOf('d', [runOf('COMPLETED')]) });
    expect(progressOf(chapter, { expanders, isBehind: true }).stage).toBe('making');
  });
});

describe('numbers', () => {
  const numbers = (...chapters: (readonly [chapterNum: number, numbered: boolean])[]) => [
    ...numbersOf(chapters.map(([chapterNum, numbered]) => ({ chapterNum, numbered }))).values(),
  ];
  it('are the keys where these ascend', () => {
    expect(numbers([1, true], [5, true], [9, true])).toEqual([1, 5, 9]);
  });
  it('are counted in another order, and beside front matter', () => {
    expect(numbers([5, true], [1, true])).toEqual([1, 2]);
    expect(numbers([7, false], [1, true], [4, true])).toEqual([null, 1, 2]);
  });
});

describe('order', () => {
  const book = [1, 2, 3, 4].map((chapterNum) => ({ chapterNum }));
  const keys = (chapters: readonly { chapterNum: number }[]) => chapters.map(({ chapterNum }) => chapterNum);
  it('has each move in its turn', () => {
    expect(keys(afterMoves(book, [{ chapterNum: 4, to: 0 }]))).toEqual([4, 1, 2, 3]);
    expect(
      keys(
        afterMoves(book, [
          { chapterNum: 4, to: 0 },
          { chapterNum: 1, to: 3 },
        ]),
      ),
    ).toEqual([4, 2, 3, 1]);
  });
  it('passes over what was removed meanwhile, and leaves the list as it was', () => {
    expect(keys(afterMoves(book, [{ chapterNum: 9, to: 0 }]))).toEqual([1, 2, 3, 4]);
    expect(keys(book)).toEqual([1, 2, 3, 4]);
  });
});

it('finds a key that no chapter has', () => {
  expect(freeKey([])).toBe(1);
  expect(freeKey([chapterOf({ chapterNum: 12 }), chapterOf({ chapterNum: 3 })])).toBe(13);
});
