import { franc } from 'franc-min';
import { textLimits } from '../input/limits.ts';

/** Languages that are told apart by their words, by their codes in ISO 639-3. */
const BY_WORDS: Readonly<Record<string, string>> = {
  arb: 'ar',
  bul: 'bg',
  ces: 'cs',
  dan: 'da',
  deu: 'de',
  eng: 'en',
  fra: 'fr',
  hin: 'hi',
  hun: 'hu',
  ind: 'id',
  ita: 'it',
  nld: 'nl',
  nob: 'nb',
  pes: 'fa',
  pol: 'pl',
  por: 'pt',
  ron: 'ro',
  rus: 'ru',
  spa: 'es',
  srp: 'sr',
  swe: 'sv',
  tur: 'tr',
  ukr: 'uk',
  urd: 'ur',
  vie: 'vi',
};

/** Languages that their letters alone tell, the rarer script first: Japanese has Chinese letters too. */
const BY_LETTERS: readonly (readonly [RegExp, string])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 'ja'],
  [/\p{Script=Hangul}/gu, 'ko'],
  [/\p{Script=Han}/gu, 'zh'],
  [/\p{Script=Hebrew}/gu, 'he'],
  [/\p{Script=Greek}/gu, 'el'],
  [/\p{Script=Thai}/gu, 'th'],
];

/** UTF-16 units that are looked at, and letters that words must have for a guess to be worth more than none. */
const LOOKED_AT = 8_000;
const MIN_LETTERS = 60;

/** The language of a text as a BCP 47 tag, e.g. `de`; null where there is too little of it to tell. */
export function detectLanguage(text: string): string | null {
  const looked = text.slice(0, LOOKED_AT);
  const letters = looked.match(/\p{L}/gu)?.length ?? 0;
  for (const [script, language] of BY_LETTERS) {
    const share = language === 'ja' ? 0.1 : 0.3;
    if (letters > 0 && (looked.match(script)?.length ?? 0) > letters * share) return language;
  }
  if (letters < MIN_LETTERS) return null;
  return BY_WORDS[franc(looked, { only: Object.keys(BY_WORDS) })] ?? null;
}

/** A BCP 47 tag in its canonical form, e.g. `pt-BR`; null when it is none. */
export function languageTag(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > textLimits.language) return null;
  try {
    return Intl.getCanonicalLocales(value.trim().replaceAll('_', '-'))[0] ?? null;
  } catch {
    return null;
  }
}

/** The language of a tag without script and region, e.g. `zh` of `zh-TW`. */
export const primaryLanguage = (tag: string): string => tag.split('-')[0]?.toLowerCase() ?? tag;

/** Whether a language is written from right to left. */
export const isRightToLeft = (tag: string): boolean =>
  /^(?:ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)$/.test(primaryLanguage(tag)) && !/-Latn\b/i.test(tag);
