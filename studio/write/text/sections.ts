import { diffWordsWithSpace } from 'diff';

/** A stretch of a draft and what came of it, by UTF-16 units. */
export interface SectionPlace {
  readonly index: number;
  readonly title: string | null;
  readonly originalStart: number;
  readonly originalLength: number;
  readonly expandedStart: number;
  readonly expandedLength: number;
  readonly kept: boolean;
  readonly why: string | null;
}

/** A word or more of a text, and whether the other text has it too. */
export interface Stretch {
  readonly text: string;
  readonly isOwn: boolean;
}

export interface Compared {
  readonly index: number;
  readonly title: string | null;
  readonly kept: boolean;
  readonly why: string | null;
  readonly before: readonly Stretch[];
  readonly after: readonly Stretch[];
}

/** UTF-16 units of both texts that words are compared in; of longer ones nothing is marked. */
const MAX_COMPARED = 40_000;
const COMPARED_MS = 300;

const plain = (text: string): Stretch[] => (text === '' ? [] : [{ text, isOwn: false }]);

function stretches(before: string, after: string): Pick<Compared, 'before' | 'after'> {
  const unmarked = { before: plain(before), after: plain(after) };
  if (before === after || before.length + after.length > MAX_COMPARED) return unmarked;
  const parts = diffWordsWithSpace(before, after, { timeout: COMPARED_MS });
  if (!parts) return unmarked;
  return {
    before: parts
      .filter(({ added }) => !added)
      .map(({ value, removed }) => ({ text: value, isOwn: removed })),
    after: parts.filter(({ removed }) => !removed).map(({ value, added }) => ({ text: value, isOwn: added })),
  };
}

/** A section's stretch of both texts, with the words that only one of them has. */
export function compared(original: string, expanded: string, section: SectionPlace): Compared {
  const { index, title, kept, why } = section;
  const before = original.slice(section.originalStart, section.originalStart + section.originalLength);
  const after = expanded.slice(section.expandedStart, section.expandedStart + section.expandedLength);
  return { index, title, kept, why, ...stretches(before, after) };
}

const SEGMENTED_AT_MOST = 400_000;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** Words as readers see them; null of a text so long that counting would be felt. */
export function wordsIn(text: string): number | null {
  if (text.length > SEGMENTED_AT_MOST) return null;
  let words = 0;
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike) words += 1;
  return words;
}

/** A reading ease in words (Flesch). */
export function easeOf(score: number): string {
  if (score >= 80) return 'very easy';
  if (score >= 60) return 'easy';
  if (score >= 50) return 'fairly hard';
  if (score >= 30) return 'hard';
  return 'very hard';
}
