import type { Element } from 'hast';
import type { ParsedBook } from '../book/book.ts';
import { element, text } from '../book/tree.ts';

const COVER = { width: 1600, height: 2400 } as const;

/** Pairs of background and text colours with a contrast of at least 7 to 1. */
const COLORS = [
  ['#1f3a3d', '#f3ead7'],
  ['#3b2a3f', '#f4e9dc'],
  ['#22324f', '#f2ead9'],
  ['#4a2a22', '#f5eadb'],
  ['#2f3b24', '#f3ecd8'],
  ['#33302c', '#f1e9da'],
] as const;

/** A text's width in letters; East Asian letters count twice. */
const widthOf = (text: string): number => {
  let width = 0;
  for (const letter of text)
    width += /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}]/u.test(letter) ? 2 : 1;
  return width;
};

function pieces(word: string, width: number): string[] {
  const found: string[] = [];
  let piece = '';
  for (const letter of word) {
    if (widthOf(piece + letter) > width) {
      found.push(piece);
      piece = '';
    }
    piece += letter;
  }
  return [...found, piece];
}

/** Breaks words into at most `most` lines of at most `width` letters; the last line ends in `…` when words are left. */
function lines(text: string, width: number, most: number): string[] {
  const found: string[] = [];
  for (const word of text.split(' ').flatMap((each) => pieces(each, width))) {
    const last = found.at(-1);
    if (last !== undefined && widthOf(`${last} ${word}`) <= width)
      found[found.length - 1] = `${last} ${word}`;
    else found.push(word);
  }
  return found.length <= most ? found : [...found.slice(0, most - 1), `${found[most - 1]}…`];
}

const hash = (text: string): number => {
  let sum = 0;
  for (const letter of text) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return sum;
};

/** A line of a cover, with its position and size. */
export interface CoverLine {
  readonly text: string;
  /** Of the baseline, in the units of {@link COVER}. */
  readonly y: number;
  /** Of the font, in the units of {@link COVER}. */
  readonly size: number;
  readonly isItalic: boolean;
}

export interface CoverDesign {
  /** The background's colour, as `#rrggbb`. */
  readonly ground: string;
  /** The text's colour, as `#rrggbb`. */
  readonly ink: string;
  /** Title, subtitle and author, each from the top. */
  readonly lines: readonly CoverLine[];
}

const TITLE_SIZES = [
  { width: 11, size: 220, most: 4 },
  { width: 15, size: 165, most: 5 },
  { width: 20, size: 125, most: 7 },
  { width: 28, size: 90, most: 10 },
] as const;

/** The title in the largest size in which it fits without a broken word. */
function titleLines(title: string) {
  const longest = Math.max(...title.split(' ').map(widthOf));
  const fitting = TITLE_SIZES.find(
    ({ width, most }) => longest <= width && lines(title, width, most + 1).length <= most,
  );
  const { width, size, most } = fitting ?? TITLE_SIZES[3];
  return { size, found: lines(title, width, most) };
}

/** Designs a cover from title, subtitle and author. Deterministic. */
function designCover({ title, subtitle, author }: ParsedBook): CoverDesign {
  const [ground, ink] = COLORS[hash(title) % COLORS.length] ?? COLORS[0];
  const { size, found } = titleLines(title);
  const drawn: CoverLine[] = [];
  let y = 470 + size;
  for (const text of found) {
    drawn.push({ text, y, size, isItalic: false });
    y += Math.round(size * 1.2);
  }
  for (const text of subtitle === null ? [] : lines(subtitle, 32, 4)) {
    drawn.push({ text, y: y + 20, size: 72, isItalic: true });
    y += 90;
  }
  const named = author === null ? [] : lines(author, 26, 3);
  for (const [index, text] of named.entries())
    drawn.push({ text, y: 2_130 - (named.length - 1 - index) * 105, size: 84, isItalic: false });
  return { ground, ink, lines: drawn };
}

const SERIF = "'Iowan Old Style', Palatino, 'Palatino Linotype', Georgia, 'Noto Serif', serif";

const numbers = (values: Readonly<Record<string, number>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

/** The drawn cover as an `svg` with a text alternative. */
export function coverDrawing(book: ParsedBook): Element {
  const { ground, ink, lines: drawn } = designCover(book);
  const { width, height } = COVER;
  const frame = (inset: number, stroke: string) =>
    element('rect', [], {
      ...numbers({ x: inset, y: inset, width: width - 2 * inset, height: height - 2 * inset }),
      ...{ fill: 'none', stroke: ink, strokeWidth: stroke },
    });
  const words = drawn.map(({ text: line, y, size, isItalic }) =>
    element('text', [text(line)], {
      ...numbers({ x: width / 2, y, fontSize: size }),
      ...{ textAnchor: 'middle', fill: ink, fontFamily: SERIF },
      ...(isItalic ? { fontStyle: 'italic' } : {}),
    }),
  );
  const label = [book.title, book.subtitle, book.author].filter((part) => part !== null).join(', ');
  return element(
    'svg',
    [
      element('rect', [], { ...numbers({ width, height }), fill: ground }),
      frame(70, '6'),
      frame(96, '2'),
      element('path', [], { d: `M${width / 2 - 130} 400h260`, stroke: ink, strokeWidth: '5' }),
      ...words,
    ],
    {
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      ariaLabel: label,
      ...(book.direction === 'rtl' ? { direction: 'rtl' } : {}),
    },
  );
}
