import { type Budget, compareTexts, type Hunk } from './texts.ts';

/** A chapter in one version of a book. */
export interface VersionChapter {
  /** The chapter's key: the same in all versions. */
  readonly chapter_num: number;
  /** From 1. */
  readonly position: number;
  readonly title: string;
  /** Heading and text. */
  readonly compiled_text: string;
}

/** A version of a book. */
export interface Version {
  readonly id: string;
  /** From 1. */
  readonly version: number;
  /** A BCP 47 tag; null: unknown. */
  readonly language: string | null;
  /** In order. */
  readonly chapters: readonly VersionChapter[];
}

export type Change = 'ADDED' | 'REMOVED' | 'MOVED' | 'RENAMED' | 'CHANGED';

/** How a chapter changed between two versions. */
export interface ChapterComparison {
  /** The chapter's key: the same in both versions. */
  readonly chapter_num: number;
  /** At least one: a chapter may be moved, renamed and changed at once. */
  readonly changes: readonly Change[];
  /** The title in the newer version; of a removed chapter, the last one that it had. */
  readonly title: string;
  /** Null for an added chapter. */
  readonly title_before: string | null;
  /** From 1; null for a removed chapter. */
  readonly position: number | null;
  /** From 1; null for an added chapter. */
  readonly position_before: number | null;
  /** Without the title; all words of an added chapter. */
  readonly words_added: number;
  /** Without the title; all words of a removed chapter. */
  readonly words_removed: number;
  /** In the text's order, at most 50; none for a chapter that was added or removed. */
  readonly hunks: readonly Hunk[];
  /** False when it has changes that are not among the hunks. */
  readonly complete: boolean;
}

/** How a book changed between two versions. */
export interface Comparison {
  /** The blob's id of the version before; `b`, of the one after. */
  readonly a: string;
  readonly b: string;
  readonly version_a: number;
  readonly version_b: number;
  /** Of all chapters. */
  readonly words_added: number;
  readonly words_removed: number;
  /** Number of chapters without a change. */
  readonly unchanged: number;
  /** Changed chapters in the order of `b`, then those that were removed. */
  readonly chapters: readonly ChapterComparison[];
}

/** Milliseconds, hunks and UTF-16 units of one comparison. */
const LIMITS = { ms: 4_000, hunks: 500, text: 200_000 } as const;

const HEADING = /^#{1,6} [^\n]*\n+(?:<div id="[^"\n]*"><\/div>\n*)?/;
/** The text below the heading: titles are compared separately. */
const bodyOf = ({ compiled_text: text }: VersionChapter): string => text.replace(HEADING, '');

/** The indexes of a longest increasing subsequence. O(n log n). */
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

/** Keys of the moved chapters: the fewest that explain the new order of those that both versions have. */
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
    // An added or removed chapter's text is in its version.
    hunks: isThere ? (text?.hunks ?? []) : [],
    complete: isThere ? (text?.complete ?? true) : true,
  };
}

/**
 * Compares a book's versions `a` and `b`, chapter by chapter. Time and size of the result are bounded: see `LIMITS`.
 */
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
