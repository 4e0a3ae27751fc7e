import { describe, expect, it } from 'vitest';
import { detectLanguage, isRightToLeft, languageTag } from './language.ts';

describe('detectLanguage', () => {
  it.each([
    ['en', 'The lamp in the harbour office burned all night and Mara read the letter twice and folded it.'],
    [
      'de',
      'Am Abend kam der Brief. Niemand wollte ihn lesen, also legte sie ihn zu den anderen auf den Tisch.',
    ],
    [
      'fr',
      'Le soir, la lettre arriva. Personne ne voulait la lire, alors elle la posa sur la table avec les autres.',
    ],
    ['ja', '夜になって手紙が来た。'],
    ['zh', '他们在晚上收到了一封信。'],
    ['he', 'לעת ערב הגיע המכתב'],
    ['ko', '밤에 편지가 왔다'],
    [
      'ar',
      'في المساء وصلت الرسالة. لم يرد أحد أن يقرأها، فوضعتها مع الرسائل الأخرى على الطاولة القديمة في المطبخ الصغير.',
    ],
  ])('is %s', (language, text) => {
    expect(detectLanguage(text)).toBe(language);
  });

  it.each(['', 'It was dark.', '1, 2, 3 … 🦉', '# — ***'])('does not guess from %j', (text) => {
    expect(detectLanguage(text)).toBeNull();
  });

  it('hears a quotation in another script as one', () => {
    const text =
      'He said 你好 and nothing else, then he closed the door and went down the stairs to the harbour again.';
    expect(detectLanguage(text)).toBe('en');
  });
});

describe('languageTag', () => {
  it.each([
    ['EN-gb', 'en-GB'],
    ['pt_BR', 'pt-BR'],
    ['zh-hant-TW', 'zh-Hant-TW'],
    ['no language', null],
    ['', null],
    [7, null],
  ])('of %j is %j', (value, tag) => {
    expect(languageTag(value)).toBe(tag);
  });
});

it('knows what is written from right to left', () => {
  expect(['ar', 'he-IL', 'fa', 'en', 'az-Latn', 'ar-Latn'].map(isRightToLeft)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
