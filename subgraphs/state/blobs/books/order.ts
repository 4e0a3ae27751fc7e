import type { ChapterRecord } from '../../store/records.ts';

type Placed = Pick<ChapterRecord, 'chapterNum' | 'position' | 'numbered'>;

/** The index at which to insert a chapter without a position: after the chapter with the next lower number. */
function placeFor(chapter: Placed, among: readonly Placed[]): number {
  const before = among.filter(({ numbered, chapterNum }) => numbered && chapterNum < chapter.chapterNum);
  const closest = Math.max(...before.map(({ chapterNum }) => chapterNum));
  const index = among.findIndex(({ chapterNum }) => chapterNum === closest);
  if (index >= 0) return index + 1;
  const next = among.findIndex(({ numbered }) => numbered);
  return next < 0 ? among.length : next;
}

/** Chapters in the order of their book: by position, those without one by number. */
export function inOrder<Chapter extends Placed>(chapters: readonly Chapter[]): Chapter[] {
  const byNumber = chapters.toSorted((a, b) => a.chapterNum - b.chapterNum);
  const ordered = byNumber
    .filter(({ position }) => position !== null)
    .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0));
  if (ordered.length === 0) return byNumber;
  for (const chapter of byNumber) {
    if (chapter.position === null) ordered.splice(placeFor(chapter, ordered), 0, chapter);
  }
  return ordered;
}

/** The order of chapter numbers after each move to a position, from 1. New numbers are inserted. */
export function moved(
  order: readonly number[],
  moves: readonly { readonly chapterNum: number; readonly position: number }[],
): number[] {
  const going = new Set(moves.map(({ chapterNum }) => chapterNum));
  const result = order.filter((chapterNum) => !going.has(chapterNum));
  for (const { chapterNum, position } of moves.toSorted((a, b) => a.position - b.position))
    result.splice(position - 1, 0, chapterNum);
  return result;
}
