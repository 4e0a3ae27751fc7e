/** The language in which something may be added to a text; `other` where none of ours is the text's own. */
export type Language = 'english' | 'hebrew' | 'arabic' | 'other';

const sampleLength = 50_000;
const commonEnglish =
  /\b(?:the|and|of|to|a|in|is|was|that|it|i|he|she|you|for|with|on|as|be|at|have|not|this|but)\b/gi;
const leastShare = 0.08;
const fewWords = 20;

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** Judges by the text's beginning (up to 50,000 characters). A text without letters counts as English. */
export function languageOf(text: string): Language {
  const sample = text.slice(0, sampleLength);
  const letters = count(sample, /\p{L}/gu);
  if (count(sample, /\p{Script=Hebrew}/gu) > letters / 2) return 'hebrew';
  if (count(sample, /\p{Script=Arabic}/gu) > letters / 2) return 'arabic';
  if (count(sample, /\p{Script=Latin}/gu) * 2 < letters) return 'other';
  const words = count(sample, /\p{L}+/gu);
  return words < fewWords || count(sample, commonEnglish) >= words * leastShare ? 'english' : 'other';
}
