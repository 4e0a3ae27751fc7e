import lists from 'stopwords-iso/stopwords-iso.json' with { type: 'json' };
import { primaryLanguage } from '../text/language.ts';

const byLanguage: Readonly<Record<string, readonly string[]>> = lists;
/** Languages that the lists know by another code. */
const CODES: ReadonlyMap<string, string> = new Map([
  ['nb', 'no'],
  ['nn', 'no'],
]);

/** Words that say nothing of a text, by `stopwords-iso`; none where its language is not known, or has no list. */
export function stopwordsOf(language: string | null): ReadonlySet<string> {
  const primary = primaryLanguage(language ?? '');
  const code = CODES.get(primary) ?? primary;
  const list = Object.hasOwn(byLanguage, code) ? byLanguage[code] : undefined;
  return new Set(list?.map((word) => word.toLowerCase().replaceAll('’', "'")));
}

const WORD = /[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu;
const UNSPACED =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;
/** `Intl.Segmenter` takes time that grows faster than its text (Node 20): it is given pieces of this length. */
const PIECE = 512;
const LONGEST = 64;
const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

function* segmented(text: string): Generator<string> {
  for (let start = 0; start < text.length; start += PIECE) {
    for (const { segment, isWordLike } of segmenter.segment(text.slice(start, start + PIECE)))
      if (isWordLike) yield segment;
  }
}

/** A sentence's words as they are written, in order; in scripts without spaces, those of a dictionary. */
export function* wordsOf(sentence: string): Generator<string> {
  for (const [word] of sentence.matchAll(WORD)) {
    if (UNSPACED.test(word)) yield* segmented(word);
    else if (word.length <= LONGEST) yield word;
  }
}

/** A word as it is counted. */
export const termOf = (word: string): string => word.toLowerCase().replaceAll('’', "'").replace(/'s$/, '');

/** Whether a term may say something of its text. */
export const saysSomething = (term: string, stopwords: ReadonlySet<string>): boolean =>
  !stopwords.has(term) && !/^[\p{N}'-]+$/u.test(term) && (UNSPACED.test(term) || term.length > 2);
