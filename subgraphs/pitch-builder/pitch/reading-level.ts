import { analyseStyle } from '../../../platform/prose/style.ts';
import { primaryLanguage } from '../../../platform/text/language.ts';

/** How difficult a text is to read. */
export interface ReadingLevel {
  /** Flesch reading ease. */
  readonly readability_score: number;
  /** US school grade, by the score. */
  readonly grade: (typeof grades)[number][1];
  /** From 0 (simple) to 1 (difficult). */
  readonly complexity: number;
  /** `basic`, `intermediate`, `advanced` or `unknown`. */
  readonly vocabulary_level: string;
}

/** Minimum reading ease of US school grades (Flesch, 1949). */
const grades = [
  [90, '5'],
  [80, '6'],
  [70, '7'],
  [60, '8–9'],
  [50, '10–12'],
  [30, 'COLLEGE'],
  [Number.NEGATIVE_INFINITY, 'GRADUATE'],
] as const;

/** The reading level of an English text; null for other languages, for which the measures do not hold. */
export function readingLevelOf(text: string, language: string | null): ReadingLevel | null {
  if (language === null || primaryLanguage(language) !== 'en') return null;
  const { readabilityScore, complexity, vocabularyLevel } = analyseStyle(text);
  const [, grade] = grades.find(([least]) => readabilityScore >= least) ?? grades[6];
  return { readability_score: readabilityScore, grade, complexity, vocabulary_level: vocabularyLevel };
}
