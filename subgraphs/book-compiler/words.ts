/** Scripts that put no space between words: only there is a dictionary needed to tell words apart. */
const UNSPACED =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;
const WORD = /[\p{L}\p{N}][^\s\u2013\u2014]*/gu;
const RUN = /[\p{L}\p{M}\p{N}]+/gu;
/** `Intl.Segmenter` takes time that grows faster than its text (Node 20): it is given pieces of this length. */
const PIECE = 512;

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

function segmentedWords(run: string): number {
  let words = 0;
  for (let start = 0; start < run.length; start += PIECE) {
    for (const segment of segmenter.segment(run.slice(start, start + PIECE))) {
      if (segment.isWordLike) words += 1;
    }
  }
  return words;
}

function wordsOfToken(token: string): number {
  if (!UNSPACED.test(token)) return 1;
  return (token.match(RUN) ?? []).reduce((sum, run) => sum + segmentedWords(run), 0);
}

/**
 * The number of words as writers count them: what stands between white space or dashes and has a letter or a
 * digit, so that `florid-faced` and `don’t` are one each. In scripts without spaces, the words that
 * `Intl.Segmenter` finds.
 */
export function countWords(text: string): number {
  const tokens = text.match(WORD) ?? [];
  if (!UNSPACED.test(text)) return tokens.length;
  return tokens.reduce((sum, token) => sum + wordsOfToken(token), 0);
}

/**
 * The text in stretches of about `length` UTF-16 units, cut at white space, so that a long one can be counted
 * with pauses. A cut falls into a word only where `length` units more have no white space.
 */
export function* stretches(text: string, length = 8_192): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const space = /\s/g;
    space.lastIndex = start + length;
    const end = Math.min(
      space.exec(text.slice(0, start + 2 * length))?.index ?? start + 2 * length,
      text.length,
    );
    yield text.slice(start, end);
    start = end;
  }
}
