import { describe, expect, it } from 'vitest';
import { MAX_ENTRY_WORDS, soughtWords, wordsOf } from './words.ts';

const finds = (text: string, sought: string) => {
  const words = new Set(wordsOf({ title: '', preview: text }));
  const wanted = soughtWords(sought, 100);
  return wanted.length > 0 && wanted.every((word) => words.has(word));
};

describe('words', () => {
  it.each([
    ['It was a dark and STORMY night.', 'stormy  Dark'],
    ['Die Straße', 'STRASSE'],
    ['STRASSE', 'straße'],
    ['ὁ φιλόσοφος', 'ΦΙΛΟΣΟΦΟΣ'],
    ['İstanbul', 'istanbul'],
    ['ISTANBUL', 'İstanbul'],
    ['café', 'CAFE'],
    ['cafe', 'cafe\u0301'],
    ['naïve ﬁne ＡＢＣ', 'naive fine abc'],
    ["l'homme", 'homme'],
    ['don’t', "don't"],
    ['co\u00adop', 'coop'],
    ['שָׁלוֹם', 'שלום'],
    ['كِتَابـــ', 'كتاب'],
    ['нем\u200cи', 'неми'],
    ['हिन्दी में', 'हिन्दी'],
    ['東京都庁へ行く', '東京'],
    ['東京都庁へ行く', '都庁'],
    ['猫が好き', '猫'],
    ['ｶﾀｶﾅ', 'カタカナ'],
    ['ラーメン', 'ラーメン'],
    ['학교에서', '학교'],
    ['สวัสดีครับ', 'ครับ'],
    ['iPhoneを買う', 'iphone'],
    ['第3章 draft2', '3'],
    ['version 1.2.3-beta', 'beta 1.2.3'],
    ['𠮷野家', '𠮷野'],
    ['a_b', 'b'],
  ])('%j is found by %j', (text, sought) => {
    expect(finds(text, sought)).toBe(true);
  });

  it.each([
    ['storm', 'stormy'],
    ['stormy', 'storm'],
    ['か', 'が'],
    ['東京', '京都'],
    ['की', 'कु'],
    ['dark night', 'dark day'],
  ])('%j is not found by %j', (text, sought) => {
    expect(finds(text, sought)).toBe(false);
  });

  it('there are none in what holds no letter', () => {
    for (const text of ['', ' \n\t', '…—!?', '🥊🌩', '\ud800', '\0', '\u200b\u00ad'])
      expect(soughtWords(text, 10)).toEqual([]);
    expect(wordsOf({ title: '!', preview: '🌩' })).toEqual([]);
  });

  it('stand each once, the title’s first, and are bounded in number and length', () => {
    expect(wordsOf({ title: 'B a', preview: 'a B c' })).toEqual(['b', 'a', 'c']);
    const long = `${'x'.repeat(63)}𝒳${'y'.repeat(500)}`;
    for (const word of wordsOf({ title: '', preview: `${'a'.repeat(500)} ${'𠀀'.repeat(9)} ${long}` })) {
      expect(word.length).toBeLessThanOrEqual(64);
      expect(word.isWellFormed()).toBe(true);
    }
    const many = Array.from({ length: 700 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join('');
    expect(wordsOf({ title: many, preview: 'end' })).toHaveLength(MAX_ENTRY_WORDS);
    expect(finds('b'.repeat(300), 'b'.repeat(300))).toBe(true);
    // One character that stands for eighteen.
    expect(wordsOf({ title: '\ufdfa'.repeat(500), preview: '' }).length).toBeLessThanOrEqual(MAX_ENTRY_WORDS);
  });

  it('never change by being folded again', () => {
    const preview = 'Straße ΣΟΦΟΣ İı Ǆ ŉ ﬃ ẞ Åå ϴ ſ Ω ℌ ⅷ ½ ㌔ が ｶﾞ 각 ᾳ ΐ';
    const words = wordsOf({ title: '', preview });
    for (const word of words)
      if (!/\p{scx=Han}|\p{scx=Kana}|\p{scx=Hira}|\p{scx=Hangul}/u.test(word))
        expect(soughtWords(word, 10)).toEqual([word]);
  });
});
