import { describe, expect, it } from 'vitest';
import { countWords, stretches } from './words.ts';

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

describe('stretches', () => {
  it.each([
    'one two three four five six seven',
    'nospaceatallinthisveryverylongword',
    '',
    ' ',
    'a\n\nb\n\nc\n\nd\n\ne',
  ])('put together again, %j is the same, with as many words', (text) => {
    const parts = [...stretches(text, 4)];
    expect(parts.join('')).toBe(text);
    if (text.includes(' ')) {
      expect(parts.reduce((sum, part) => sum + countWords(part), 0)).toBe(countWords(text));
    }
  });

  it('keeps each stretch below twice the length', () => {
    const parts = [...stretches('x'.repeat(1_000), 50)];
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(100);
    expect(parts.join('')).toHaveLength(1_000);
  });
});
