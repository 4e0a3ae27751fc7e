import { describe, expect, it } from 'vitest';
import { countCharacters, countWords } from './words.ts';

describe('countWords', () => {
  it.each([
    ['', 0],
    [' \n\t ', 0],
    ['# — … 🦉 ***', 0],
    ['It was a dark and stormy night.', 7],
    ['a florid-faced gentleman, don’t you think?', 6],
    ['He paused—then went on – slowly.', 6],
    ['“1,000 pounds” at 221b', 4],
    ['Ça coûte 3 €', 3],
    ['שלום עולם', 2],
    ['こんにちは世界。你好', 3],
    ['Watson said 你好 twice', 4],
    ['ภาษาไทย', 2],
  ])('%j has %i words', (text, words) => {
    expect(countWords(text)).toBe(words);
  });

  it('counts a text without a space in time that grows with its length only', () => {
    const sentence = '吾輩は猫である。';
    const words = countWords(sentence.repeat(4_000));
    expect(words).toBe(4_000 * countWords(sentence));
  });
});

describe('countCharacters', () => {
  it.each([
    ['', 0],
    [' \n\u3000', 0],
    ['It was dark.', 10],
    ['夜に手紙が来た。', 8],
    ['他们在晚上收到了一封信。', 12],
    ['e\u0301te\u0301', 3],
    ['👩‍👩‍👧 🇩🇪', 2],
    ['\u200bא\u05b8ב\u200f', 2],
    ['한국어', 3],
  ])('%j has %i characters', (text, characters) => {
    expect(countCharacters(text)).toBe(characters);
  });
});
