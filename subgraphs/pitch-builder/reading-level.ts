import { primaryLanguage } from '../../platform/language.ts';
import { analyseStyle } from '../../platform/prose/style.ts';

/** How hard a text is to read. */
export interface ReadingLevel {
  /** Flesch reading ease. */
  readonly readability_score: number;
  readonly grade: (typeof grades)[number][1];
  /** 0 (simple) to 1 (hard). */
  readonly complexity: number;
  readonly vocabulary_level: string;
}

/** School grades in the USA by the least reading ease (Flesch, 1949). */
const grades = [
  [90, '5'],
  [80, '6'],
  [70, '7'],
  [60, '8–9'],
  [50, '10–12'],
  [30, 'COLLEGE'],
  [Number.NEGATIVE_INFINITY, 'GRADUATE'],
] as const;

/** The reading level of a text; null where it is not English: the measures are made for that alone. */
export function readingLevelOf(text: string, language: string | null): ReadingLevel | null {
  if (language === null || primaryLanguage(language) !== 'en') return null;
  const { readabilityScore, complexity, vocabularyLevel } = analyseStyle(text);
  const [, grade] = grades.find(([least]) => readabilityScore >= least) ?? grades[6];
  return { readability_score: readabilityScore, grade, complexity, vocabulary_level: vocabularyLevel };
}
