/** The beginning of a text, verbatim, with no pair of surrogates cut. */
export const beginning = (text: string, length: number): string =>
  text.slice(0, length).replace(/[\ud800-\udbff]$/, '');

/** A text as every store and the event log can hold it: NUL is left out, U+FFFD stands for half of a surrogate pair. */
export const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed();

/** Search terms that a store can hold; others can be nowhere. */
export const sought = (texts: readonly string[]): string[] => texts.filter((text) => !text.includes('\0'));

/** A text on one line: each stretch of white space and control characters becomes one space. */
export const collapsed = (text: string): string => text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();

/** A text on one line: a space stands for control characters. */
export const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').trim();
