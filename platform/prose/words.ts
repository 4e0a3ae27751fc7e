import { LRUCache } from 'lru-cache';

/** Scripts that put no space between words: only there is a dictionary needed to tell words apart. */
const UNSPACED =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;
const WORD = /[\p{L}\p{N}][^\s\u2013\u2014]*/gu;
const RUN = /[\p{L}\p{M}\p{N}]+/gu;
/** `Intl.Segmenter` takes time that grows faster than its text (Node 20): it is given pieces of this length. */
const PIECE = 512;

type Granularity = 'word' | 'grapheme';
/** A book may be in any language that its user names. */
const segmenters = new LRUCache<string, Intl.Segmenter>({ max: 50 });

function segmenterOf(language: string | null, granularity: Granularity): Intl.Segmenter {
  const key = `${language} ${granularity}`;
  const segmenter = segmenters.get(key) ?? new Intl.Segmenter(language ?? 'und', { granularity });
  segmenters.set(key, segmenter);
  return segmenter;
}

function segmentedWords(run: string, segmenter: Intl.Segmenter): number {
  let words = 0;
  for (let start = 0; start < run.length; start += PIECE) {
    for (const segment of segmenter.segment(run.slice(start, start + PIECE))) {
      if (segment.isWordLike) words += 1;
    }
  }
  return words;
}

function wordsOfToken(token: string, segmenter: Intl.Segmenter): number {
  if (!UNSPACED.test(token)) return 1;
  return (token.match(RUN) ?? []).reduce((sum, run) => sum + segmentedWords(run, segmenter), 0);
}

/**
 * The number of words as writers count them: what stands between white space or dashes and has a letter or a
 * digit, so that `florid-faced` and `don’t` are one each. In scripts without spaces, the words that
 * `Intl.Segmenter` finds.
 * @param language a BCP 47 tag; null: unknown
 */
export function countWords(text: string, language: string | null = null): number {
  const tokens = text.match(WORD) ?? [];
  if (!UNSPACED.test(text)) return tokens.length;
  const segmenter = segmenterOf(language, 'word');
  return tokens.reduce((sum, token) => sum + wordsOfToken(token, segmenter), 0);
}

/** One UTF-16 unit is one character, whatever stands beside it. */
const SIMPLE =
  /^[\u0021-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u3001-\u3029\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uff01-\uff9d]*$/;

function charactersOfToken(token: string): number {
  if (SIMPLE.test(token)) return token.length;
  const segmenter = segmenterOf(null, 'grapheme');
  let characters = 0;
  for (let start = 0; start < token.length; start += PIECE) {
    for (const { segment } of segmenter.segment(token.slice(start, start + PIECE)))
      if (!/^\p{Default_Ignorable_Code_Point}+$/u.test(segment)) characters += 1;
  }
  return characters;
}

/** The number of characters as readers see them (graphemes), without white space: how Chinese and Japanese texts are counted. */
export function countCharacters(text: string): number {
  let characters = 0;
  for (const [token] of text.matchAll(/\S+/g)) characters += charactersOfToken(token);
  return characters;
}
