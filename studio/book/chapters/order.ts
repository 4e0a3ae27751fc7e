/** A chapter that is put at a place, from 0. */
export interface Move {
  readonly chapterNum: number;
  readonly to: number;
}

interface Keyed {
  readonly chapterNum: number;
}

/** The chapters after moves, as the server will have them. What was removed meanwhile is not moved. */
export function afterMoves<Chapter extends Keyed>(
  chapters: readonly Chapter[],
  moves: readonly Move[],
): Chapter[] {
  const result = [...chapters];
  for (const { chapterNum, to } of moves) {
    const from = result.findIndex((each) => each.chapterNum === chapterNum);
    if (from < 0) continue;
    const [chapter] = result.splice(from, 1);
    if (chapter) result.splice(to, 0, chapter);
  }
  return result;
}
