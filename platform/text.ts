/** The beginning of a text, verbatim, with no pair of surrogates cut. */
export const beginning = (text: string, length: number): string =>
  text.slice(0, length).replace(/[\ud800-\udbff]$/, '');

/** A text as every store and the event log can hold it: NUL is left out, U+FFFD stands for half of a surrogate pair. */
export const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed();

/** Of texts that are only sought, those that a store can hold: the others are nowhere. */
export const sought = (texts: readonly string[]): string[] => texts.filter((text) => !text.includes('\0'));

/** A text on one line: a space stands for control characters. */
export const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ').trim();
