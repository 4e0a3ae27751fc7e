import { sentencesOf } from '../../../platform/prose/sentences.ts';

/** A box on a slide, in inches. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/** A text and the size at which it fits into its box. */
export interface Fitted {
  /** The whole text, or its beginning and an ellipsis. */
  readonly text: string;
  /** In points. */
  readonly size: number;
}

const POINTS_PER_INCH = 72;
const LINE = 1.3;
/** Widths of characters relative to the font size, as in DejaVu, the fallback on machines without our fonts. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const widths: readonly (readonly [RegExp, number])[] = [
  [WIDE, 1.05],
  [/[\p{M}\p{Cf}]/u, 0],
  [/[ilIjtfr.,;:'’‘!|()[\]\s-]/u, 0.38],
  [/[mwMW@%—]/u, 0.98],
  [/\p{Lu}/u, 0.76],
];
const USUAL = 0.62;

const widthOf = (text: string): number => {
  let width = 0;
  for (const character of text) width += widths.find(([pattern]) => pattern.test(character))?.[1] ?? USUAL;
  return width;
};

/** Number of lines of a paragraph, broken at spaces where there are any. */
function linesOf(paragraph: string, available: number): number {
  let lines = 1;
  let used = 0;
  for (const [word] of paragraph.matchAll(/\S+\s*/g)) {
    const width = widthOf(word);
    if (used > 0 && used + width > available) {
      lines += 1;
      used = 0;
    }
    // A word longer than a line, or a script without spaces, continues on the next line.
    used += width;
    if (used > available) {
      lines += Math.ceil(used / available) - 1;
      used %= available;
    }
  }
  return lines;
}

/** The height of a text in inches; a high estimate. */
function heightOf(text: string, size: number, width: number): number {
  const available = (width * POINTS_PER_INCH) / size;
  const lines = text.split('\n').reduce((sum, paragraph) => sum + linesOf(paragraph, available), 0);
  return (lines * size * LINE) / POINTS_PER_INCH;
}

/** The first of the sizes, given in descending order, at which a text fits; null when none does. */
export const sizeFor = (text: string, { width, height }: Box, sizes: readonly number[]): number | null =>
  sizes.find((size) => heightOf(text, size, width) <= height) ?? null;

const ENDING = '…';

/** Fits a text into a box; one that is too long at the smallest size is cut after a word, with an ellipsis. */
export function shortened(text: string, box: Box, sizes: readonly number[]): Fitted {
  const size = sizeFor(text, box, sizes);
  if (size !== null) return { text, size };
  const smallest = sizes.at(-1) ?? 12;
  let [fits, beyond] = [0, text.length];
  while (beyond - fits > 1) {
    const middle = Math.floor((fits + beyond) / 2);
    if (heightOf(text.slice(0, middle) + ENDING, smallest, box.width) <= box.height) fits = middle;
    else beyond = middle;
  }
  const cut = text.slice(0, fits).replace(/[\ud800-\udbff]$/, '');
  const space = cut.search(/\s\S*$/u);
  return { text: (space > cut.length / 2 ? cut.slice(0, space) : cut).trimEnd() + ENDING, size: smallest };
}

/** Parts of a text between which a slide may end, each with the separator before it. */
function* partsOf(text: string): Generator<{ readonly part: string; readonly between: string }> {
  for (const [index, paragraph] of text.split(/\n{2,}/).entries()) {
    const line = paragraph.replaceAll(/\s+/g, ' ').trim();
    for (const [place, { start, end }] of sentencesOf(line).entries())
      yield { part: line.slice(start, end), between: place > 0 ? ' ' : index > 0 ? '\n\n' : '' };
  }
}

/** Splits a text into pieces that fit at the smallest size; a piece ends once it is longer than `enough`. */
function piecesOf(text: string, box: Box, size: number, enough: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const { part, between } of partsOf(text)) {
    const longer = piece === '' ? part : piece + between + part;
    if (piece !== '' && (piece.length >= enough || sizeFor(longer, box, [size]) === null)) {
      pieces.push(piece);
      piece = part;
    } else piece = longer;
  }
  return [...pieces, piece];
}

/**
 * Spreads a text evenly over as few boxes as possible, each ending with a sentence, at the largest common size that
 * fits.
 */
export function spread(text: string, box: Box, sizes: readonly number[]): Fitted[] {
  const whole = sizeFor(text, box, sizes);
  if (whole !== null) return [{ text, size: whole }];
  const smallest = sizes.at(-1) ?? 12;
  const { length: least } = piecesOf(text, box, smallest, Number.POSITIVE_INFINITY);
  const even = piecesOf(text, box, smallest, (text.length / least) * 0.9);
  const pieces = even.length === least ? even : piecesOf(text, box, smallest, Number.POSITIVE_INFINITY);
  // One size for all. A single sentence may be longer than a slide.
  const size = Math.min(...pieces.map((piece) => sizeFor(piece, box, sizes) ?? smallest));
  return pieces.map((piece) => shortened(piece, box, [size, smallest]));
}
