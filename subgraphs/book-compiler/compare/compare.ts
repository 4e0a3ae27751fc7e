import { type Budget, compareTexts, type Hunk } from './texts.ts';

/** A chapter as a version has it. */
export interface VersionChapter {
  /** The chapter's key: the same in all versions. */
  readonly chapter_num: number;
  readonly position: number;
  readonly title: string;
  /** Its heading and its text. */
  readonly compiled_text: string;
}

/** A version of a book. */
export interface Version {
  readonly id: string;
  readonly version: number;
  /** A BCP 47 tag; null: unknown. */
  readonly language: string | null;
  /** In order. */
  readonly chapters: readonly VersionChapter[];
}

export type Change = 'ADDED' | 'REMOVED' | 'MOVED' | 'RENAMED' | 'CHANGED';

/** What became of a chapter. */
export interface ChapterComparison {
  readonly chapter_num: number;
  readonly changes: readonly Change[];
  /** The newer one; of a chapter that is gone, the one that it had. */
  readonly title: string;
  readonly title_before: string | null;
  readonly position: number | null;
  readonly position_before: number | null;
  readonly words_added: number;
  readonly words_removed: number;
  readonly hunks: readonly Hunk[];
  readonly complete: boolean;
}

/** What became of a book between two versions of it. */
export interface Comparison {
  readonly a: string;
  readonly b: string;
  readonly version_a: number;
  readonly version_b: number;
  readonly words_added: number;
  readonly words_removed: number;
  /** Chapters that are as they were. */
  readonly unchanged: number;
  /** Those that are not, in the order of `b`, then those that it has not. */
  readonly chapters: readonly ChapterComparison[];
}

/** Milliseconds, hunks and UTF-16 units of one comparison. */
const LIMITS = { ms: 4_000, hunks: 500, text: 200_000 } as const;

const HEADING = /^#{1,6} [^\n]*\n+(?:<div id="[^"\n]*"><\/div>\n*)?/;
/** The text below the title: that is compared by itself. */
const bodyOf = ({ compiled_text: text }: VersionChapter): string => text.replace(HEADING, '');

/** The places in a list of numbers of a longest part of it that only grows. In n log n. */
function longestGrowing(numbers: readonly number[]): Set<number> {
  const ends: number[] = [];
  const before = new Map<number, number | undefined>();
  for (const [index, number] of numbers.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[ends[middle] ?? 0] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    before.set(index, ends[low - 1]);
    ends[low] = index;
  }
  const kept = new Set<number>();
  for (let at = ends.at(-1); at !== undefined; at = before.get(at)) kept.add(at);
  return kept;
}

/** Keys of the chapters that stand elsewhere among those that both versions have: as few as tell the new order. */
function moved(a: Version, b: Version): Set<number> {
  const placeOf = new Map(a.chapters.map(({ chapter_num }, place) => [chapter_num, place]));
  const common = b.chapters.filter(({ chapter_num }) => placeOf.has(chapter_num));
  const kept = longestGrowing(common.map(({ chapter_num }) => placeOf.get(chapter_num) ?? 0));
  return new Set(common.filter((_, index) => !kept.has(index)).map(({ chapter_num }) => chapter_num));
}

function chapterComparison(
  before: VersionChapter | undefined,
  after: VersionChapter | undefined,
  how: { readonly isMoved: boolean; readonly language: string | null; readonly budget: Budget },
): ChapterComparison | null {
  const chapter = after ?? before;
  if (!chapter) return null;
  const text = compareTexts(
    before ? bodyOf(before) : '',
    after ? bodyOf(after) : '',
    how.language,
    how.budget,
  );
  const isThere = before !== undefined && after !== undefined;
  const changes: Change[] = [
    ...(before ? [] : (['ADDED'] as const)),
    ...(after ? [] : (['REMOVED'] as const)),
    ...(how.isMoved ? (['MOVED'] as const) : []),
    ...(isThere && before.title !== after.title ? (['RENAMED'] as const) : []),
    ...(isThere && text ? (['CHANGED'] as const) : []),
  ];
  if (changes.length === 0) return null;
  return {
    chapter_num: chapter.chapter_num,
    changes,
    title: chapter.title,
    title_before: before?.title ?? null,
    position: after?.position ?? null,
    position_before: before?.position ?? null,
    words_added: text?.words_added ?? 0,
    words_removed: text?.words_removed ?? 0,
    // Of a chapter that came or went the text is known where it is.
    hunks: isThere ? (text?.hunks ?? []) : [],
    complete: isThere ? (text?.complete ?? true) : true,
  };
}

/** What became of a book from `a` to `b`, chapter by chapter. Takes a bounded time, and gives a bounded answer. */
export function compareVersions(a: Version, b: Version): Comparison {
  const budget = { until: performance.now() + LIMITS.ms, hunks: LIMITS.hunks, text: LIMITS.text };
  const before = new Map(a.chapters.map((chapter) => [chapter.chapter_num, chapter]));
  const after = new Set(b.chapters.map(({ chapter_num }) => chapter_num));
  const elsewhere = moved(a, b);
  const how = (chapterNum: number) => ({
    isMoved: elsewhere.has(chapterNum),
    language: b.language,
    budget,
  });
  const gone = a.chapters.filter(({ chapter_num }) => !after.has(chapter_num));
  const chapters = [
    ...b.chapters.map((chapter) =>
      chapterComparison(before.get(chapter.chapter_num), chapter, how(chapter.chapter_num)),
    ),
    ...gone.map((chapter) => chapterComparison(chapter, undefined, how(chapter.chapter_num))),
  ].filter((chapter) => chapter !== null);
  const sum = (side: 'words_added' | 'words_removed') =>
    chapters.reduce((total, chapter) => total + chapter[side], 0);
  return {
    a: a.id,
    b: b.id,
    version_a: a.version,
    version_b: b.version,
    words_added: sum('words_added'),
    words_removed: sum('words_removed'),
    unchanged: b.chapters.length + gone.length - chapters.length,
    chapters,
  };
}
