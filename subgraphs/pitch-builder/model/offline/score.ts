import { primaryLanguage } from '../../../../platform/text/language.ts';
import type { Name } from './names.ts';
import type { Ranked, Sentence } from './rank.ts';

/** A sentence and its score. */
export interface Scored {
  readonly sentence: Sentence;
  /** From 0; comparable within one text only. */
  readonly score: number;
}

/** Length in words of a sentence that reads well by itself. */
const GOOD = { least: 9, most: 32 } as const;
const DASH = /^['‘—–-]\s?/u;
const SPEECH_FACTOR = 0.35;
/** A sentence's beginning that refers to the one before. */
const POINTS_BACK =
  /^(?:he|she|it|they|this|that|these|those|then|there|his|her|its|their|and|but|or|so|yet|for|such|which|who|him|them|however|thus|therefore)\b/i;
const POINTS_BACK_FACTOR = 0.6;
const FIRST_PERSON = /\b(?:I|me|my|you|your)\b/;
const FIRST_PERSON_FACTOR = 0.8;
const NAMED_FACTOR = 1.3;

function lengthFactor(words: number): number {
  if (words < GOOD.least) return words / GOOD.least / 2;
  return words > GOOD.most ? GOOD.most / words : 1;
}

/** Scores each sentence by the mean weight of its terms, its length, and whether it can stand alone. */
export function scored(
  { sentences, terms }: Ranked,
  names: readonly Name[],
  language: string | null,
): Scored[] {
  const weight = new Map(terms.map((term) => [term.term, term.weight]));
  const named = new Set(
    names.slice(0, 3).flatMap(({ words }) => [...words].map((word) => word.toLowerCase())),
  );
  const isEnglish = language !== null && primaryLanguage(language) === 'en';
  return sentences.map((sentence) => {
    const { text, spoken, words, terms: own } = sentence;
    const sum = own.reduce((total, term) => total + (weight.get(term) ?? 0), 0);
    // The square root, so that a long sentence does not lose to a short one with two important words.
    let score = (sum / Math.sqrt(Math.max(1, own.length))) * lengthFactor(words);
    if (spoken || DASH.test(text)) score *= SPEECH_FACTOR;
    if (isEnglish && POINTS_BACK.test(text)) score *= POINTS_BACK_FACTOR;
    if (isEnglish && FIRST_PERSON.test(text)) score *= FIRST_PERSON_FACTOR;
    if (own.some((term) => named.has(term))) score *= NAMED_FACTOR;
    return { sentence, score };
  });
}

/** Picks `count` sentences, the best of each of as many equal stretches, so that the whole text is covered. */
export function pickAcross(all: readonly Scored[], count: number): Sentence[] {
  const stretches = Math.min(count, all.length);
  return Array.from({ length: stretches }, (_, index) => {
    const stretch = all.slice(
      Math.floor((index * all.length) / stretches),
      Math.floor(((index + 1) * all.length) / stretches),
    );
    return stretch.reduce((top, each) => (each.score > top.score ? each : top)).sentence;
  });
}
