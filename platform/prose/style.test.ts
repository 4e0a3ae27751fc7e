import { describe, expect, it } from 'vitest';
import { analyseStyle } from './style.ts';

const plain = 'The cat sat on the mat. The dog ran to the red house.';
const legal =
  'Notwithstanding the aforementioned stipulations, the undersigned representatives hereby acknowledge the indemnification obligations pursuant to subsection four.';

describe('readability', () => {
  it('is Flesch reading ease, not rounded', () => {
    // 13 words in 2 sentences, each word of one syllable.
    expect(analyseStyle(plain).readabilityScore).toBeCloseTo(206.835 - (1.015 * 13) / 2 - 84.6, 10);
    expect(analyseStyle(legal).readabilityScore).toBeLessThan(0);
  });

  it('takes a heading as a sentence and “Mr.” as no end of one', () => {
    const { readabilityScore } = analyseStyle('# The red cat\n\nMr. Holt sat on the mat.');
    expect(readabilityScore).toBeCloseTo(206.835 - (1.015 * 9) / 2 - 84.6, 10);
  });
});

describe('tone', () => {
  it.each([
    ['What a wonderful, happy day! I love the sun.', 'positive'],
    ['I hate this awful, terrible day. Everything went wrong and I cried.', 'negative'],
    ['It was not good, and I was not happy.', 'negative'],
    ['The table stands by the door. It has four legs.', 'neutral'],
    ['I love the joy of it and I hate the pain of it; happy, sad, good and bad.', 'mixed'],
  ])('%s', (text, tone) => {
    expect(analyseStyle(text).tone).toBe(tone);
  });
});

describe('complexity and vocabulary', () => {
  it.each([
    [plain, 'basic'],
    [legal, 'advanced'],
    ['The ladies walked, hurried, stopped, and came running to the children’s cries.', 'basic'],
    ['Then Mr. Wittgenstein and Mrs. Pfannkuchen came to the house and sat down.', 'basic'],
  ])('%s', (text, vocabularyLevel) => {
    expect(analyseStyle(text)).toMatchObject({ vocabularyLevel });
  });

  it('is the Gunning fog index over 20, at most 1', () => {
    // 13 words in 2 sentences, none of three syllables.
    expect(analyseStyle(plain).complexity).toBeCloseTo((0.4 * 13) / 2 / 20, 10);
    expect(analyseStyle(legal).complexity).toBe(1);
    const moderate = 'The committee considered the proposal. It was long, and the village was against it.';
    expect(analyseStyle(moderate).complexity).toBeGreaterThan(analyseStyle(plain).complexity);
    expect(analyseStyle(moderate).complexity).toBeLessThan(1);
  });
});

describe('any text has a style', () => {
  it.each([
    ['nothing', ''],
    ['white space', ' \n\n'],
    ['emoji', '😀😀 🎉'],
    ['marks', '... !!! ???'],
    ['one word', 'Go'],
    ['a number', '1234'],
    ['Hebrew', 'שלום עולם. מה שלומך היום?'],
    ['Arabic', 'ذهب الرجل إلى البيت القديم.'],
    ['Chinese', '我昨天去了图书馆。'],
    ['halves of surrogate pairs', 'a\ud800b. \udc00'],
    ['NUL', 'a\0b'],
    ['a word without end', 'a'.repeat(1_000_000)],
    ['names of objects’ properties', 'constructor __proto__ toString valueOf hasOwnProperty'],
    ['5 MB', 'The cat sat on the mat. '.repeat(210_000)],
  ])('%s', (_, text) => {
    const style = analyseStyle(text);
    expect(['positive', 'negative', 'mixed', 'neutral']).toContain(style.tone);
    expect(style.complexity).toBeGreaterThanOrEqual(0);
    expect(style.complexity).toBeLessThanOrEqual(1);
    expect(['basic', 'intermediate', 'advanced', 'unknown']).toContain(style.vocabularyLevel);
    expect(style.readabilityScore).toBeGreaterThanOrEqual(-100);
    expect(style.readabilityScore).toBeLessThanOrEqual(121.22);
  });

  it('of no words it is the zero of each', () => {
    expect(analyseStyle('')).toEqual({
      tone: 'neutral',
      complexity: 0,
      readabilityScore: 0,
      vocabularyLevel: 'unknown',
    });
  });
});
