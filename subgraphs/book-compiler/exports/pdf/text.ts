/** Replaces a character that no font has. */
export const MARK = '\uFFFD';

/** UTF-16 units of a token after which a line break is allowed: a longer one would run over the margin. */
const UNBROKEN = 48;
const LONG_TOKEN = new RegExp(`[^\\s\\u200b-]{${UNBROKEN + 1},}`, 'gu');
/** Scripts that break between any two letters, or by the compiler's dictionary. */
const BREAKS_ANYWHERE = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Hangul}]/u;

/** Invisible: control characters, noncharacters, directional overrides, tags. */
const UNSEEN =
  /[\p{Cc}\p{Noncharacter_Code_Point}\uFEFF\uFFF9-\uFFFB\u202A-\u202E\u2028\u2029\u{E0000}-\u{E007F}]+/gu;
/** More combining marks on a letter, or more format characters in a row, than any script needs. */
const STACKED = /(\p{M}{8})\p{M}+|(\p{Cf}{4})\p{Cf}+/gu;

/** Lets a long token break after `UNBROKEN` units. Splits no surrogate pair and no letter from its marks. */
function breakable(token: string): string {
  if (BREAKS_ANYWHERE.test(token)) return token;
  return token.replaceAll(/[\s\S]{48}(?![\p{M}\p{Cf}\uDC00-\uDFFF])/gu, '$&\u200b');
}

/** A text that can be set: well-formed, without invisible characters, breakable. */
export const settable = (text: string): string =>
  text.toWellFormed().replaceAll(UNSEEN, ' ').replaceAll(STACKED, '$1$2').replaceAll(LONG_TOKEN, breakable);

/** Text of a line: each stretch of white space becomes one space. */
export const flowing = (text: string): string => settable(text.replaceAll(/[ \t\r\n]+/g, ' '));

/** Text on one line for running heads and metadata, at most `length` UTF-16 units. */
export function oneLine(text: string, length = 300): string {
  const line = text
    .toWellFormed()
    .replaceAll(UNSEEN, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(STACKED, '$1$2')
    .trim();
  return line.length <= length
    ? line
    : `${line
        .slice(0, length - 1)
        .toWellFormed()
        .replace(/\uFFFD$/, '')}…`;
}
