import { describe, expect, it } from 'vitest';
import { inOrder, moved } from './order.ts';

const chapter = (chapterNum: number, position: number | null = null, numbered = true) => ({
  chapterNum,
  position,
  numbered,
});
const numbers = (chapters: Parameters<typeof inOrder>[0]) =>
  inOrder(chapters).map(({ chapterNum }) => chapterNum);

describe('inOrder', () => {
  it.each([
    ['by number where no place was given', [chapter(3), chapter(1), chapter(2, null, false)], [1, 2, 3]],
    ['by the places', [chapter(1, 3), chapter(2, 1), chapter(3, 2)], [2, 3, 1]],
    [
      'a new one behind the number before it',
      [chapter(1, 2), chapter(9, 3, false), chapter(2), chapter(3)],
      [1, 2, 3, 9],
    ],
    ['a new one behind a prologue', [chapter(50, 1, false), chapter(1)], [50, 1]],
    ['a new one before greater numbers', [chapter(50, 1, false), chapter(2, 2), chapter(1)], [50, 1, 2]],
  ])('is %s', (_what, chapters, order) => {
    expect(numbers(chapters)).toEqual(order);
  });
});

describe('moved', () => {
  it.each([
    [[{ chapterNum: 3, position: 1 }], [3, 1, 2]],
    [[{ chapterNum: 1, position: 99 }], [2, 3, 1]],
    [[{ chapterNum: 2, position: 2 }], [1, 2, 3]],
    [
      [
        { chapterNum: 1, position: 3 },
        { chapterNum: 3, position: 1 },
      ],
      [3, 2, 1],
    ],
    [[{ chapterNum: 7, position: 2 }], [1, 7, 2, 3]],
  ])('%j', (moves, order) => {
    expect(moved([1, 2, 3], moves)).toEqual(order);
  });
});
