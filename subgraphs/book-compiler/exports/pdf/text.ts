/** What shows in place of a character that no font has. */
export const MARK = '\uFFFD';

/** A stretch of a line that nothing may be broken in would run over the margin: a break is allowed after so many units. */
const UNBROKEN = 48;
const LONG_TOKEN = new RegExp(`[^\\s\\u200b-]{${UNBROKEN + 1},}`, 'gu');
/** Scripts that break between any two letters, or by a dictionary that the compiler has. */
const BREAKS_ANYWHERE = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Hangul}]/u;

/** Controls, what is no character, marks that reorder a whole line, and tags: nothing of a text is lost with them. */
const UNSEEN =
  /[\p{Cc}\p{Noncharacter_Code_Point}\uFEFF\uFFF9-\uFFFB\u202A-\u202E\u2028\u2029\u{E0000}-\u{E007F}]+/gu;
/** More marks on a letter, and more of what is not seen in a row, than any script needs. */
const STACKED = /(\p{M}{8})\p{M}+|(\p{Cf}{4})\p{Cf}+/gu;

/** Lets a long token break: at most `UNBROKEN` units stay together, no pair of surrogates and no mark is cut off. */
function breakable(token: string): string {
  if (BREAKS_ANYWHERE.test(token)) return token;
  return token.replaceAll(/[\s\S]{48}(?![\p{M}\p{Cf}\uDC00-\uDFFF])/gu, '$&\u200b');
}

/** A text as it can be set: well-formed, without what is not seen, and breakable. */
export const settable = (text: string): string =>
  text.toWellFormed().replaceAll(UNSEEN, ' ').replaceAll(STACKED, '$1$2').replaceAll(LONG_TOKEN, breakable);

/** Text of a line: white space is one space each. */
export const flowing = (text: string): string => settable(text.replaceAll(/[ \t\r\n]+/g, ' '));

/** Text on one line, for heads and metadata: at most `length` units. */
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

const STRONG = /[\p{L}\p{N}]/u;
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** Whether a text reads from right to left, by its first letter; null where it has none. */
export function readsRightToLeft(text: string): boolean | null {
  const first = STRONG.exec(text)?.[0];
  return first === undefined ? null : RIGHT_TO_LEFT.test(first);
}
