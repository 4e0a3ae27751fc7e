import type { Span } from './sentences.ts';

/**
 * `heading`: a Markdown heading. `prose`: a paragraph. `verse`: lines that end where their author broke them, be it a
 * poem or a letter's head. `kept`: what stands as it is written, be it a list, a quotation, code, raw HTML, a table or
 * front matter. `blank`: white space before the first block.
 */
export type BlockKind = 'heading' | 'prose' | 'verse' | 'kept' | 'blank';

/** A block of a text: its own lines are `[start, end)`, and the blank lines after it end at `next`. */
export interface Block extends Span {
  readonly kind: BlockKind;
  readonly next: number;
  /** The words of a heading. */
  readonly title: string | null;
}

const atxHeading = /^ {0,3}#{1,6}(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const setextLine = /^ {0,3}(?:=+|-{2,})[ \t]*$/;
const fenceStart = /^ {0,3}(`{3,}|~{3,})/;
const listItem = /^[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)/;
const keptStart =
  /^(?:[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]|[ \t]*>|[ \t]*<[a-z!/]|[ \t]*!?\[[^\]]*\]:|[ \t]*!\[|[ \t]*\||[ \t]*:{3,}|[ \t]*(?:[*_-][ \t]*){3,}$)/i;
/** Ends a paragraph without a blank line before it (CommonMark: of numbered lists only one that begins with 1). */
const interrupts =
  /^ {0,3}(?:[-*+][ \t]+\S|1[.)][ \t]+\S|>|\||:{3,}|<!--|<\/?(?:div|section|table|pre|script|style|details|figure|blockquote|[uo]l|li|p|hr|h[1-6])\b)/i;
const tableRule = /^[ \t]*(?:\|[ \t]*)?:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+(?:\|[ \t]*)?$/;
const deeper = /^(?: {2}|\t)/;
/** Blocks that blank lines do not end: raw HTML and mathematics, each with its end. */
const spans: readonly (readonly [start: RegExp, end: RegExp])[] = [
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<(?:pre|script|style|textarea)\b/i, /<\/(?:pre|script|style|textarea)>/i],
  [/^ {0,3}\$\$/, /\$\$[ \t]*$/],
];
const indented = /^(?: {4}|\t)/;
const hardBreak = /(?: {2}|\\)$/;
const sentenceEnd = /[.!?…。！？؟۔][\p{Pe}\p{Pf}"'*_]*$/u;
const verseLine = /^[\s“"‘'*_—]*\p{Lu}/u;
const longestVerseLine = 65;
const shortLine = 45;

interface Line extends Span {
  /** Without the line's end. */
  readonly text: string;
  /** Where the next line starts. */
  readonly next: number;
}

function* linesOf(text: string): Generator<Line> {
  let start = 0;
  for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) {
    const next = index + end.length;
    yield { start, end: index, next, text: text.slice(start, index) };
    start = next;
  }
  if (start < text.length) yield { start, end: text.length, next: text.length, text: text.slice(start) };
}

const isVerse = (lines: readonly string[]): boolean =>
  lines.every((line) => line.length <= longestVerseLine && verseLine.test(line)) ||
  lines.slice(0, -1).every((line) => line.length <= shortLine);

function kindOf(lines: readonly string[]): BlockKind {
  const first = lines[0] ?? '';
  const last = lines.at(-1)?.trimEnd() ?? '';
  if (keptStart.test(first) || lines.some((line) => tableRule.test(line))) return 'kept';
  if (indented.test(first) && (lines.length > 1 || !sentenceEnd.test(last))) return 'kept';
  if (lines.length === 1) return 'prose';
  return lines.slice(0, -1).some((line) => hardBreak.test(line)) || isVerse(lines) ? 'verse' : 'prose';
}

/** True when each line is a paragraph by itself, as in texts that leave no blank line between paragraphs. */
const isLinePerParagraph = (lines: readonly Line[]): boolean =>
  lines.length > 1 &&
  lines.every((line) => line.text.length > shortLine && sentenceEnd.test(line.text.trimEnd()));

const opensFrontMatter = (text: string, line: Line): boolean =>
  line.start === 0 && line.text === '---' && /[\r\n]---/.test(text.slice(line.end));

type IsLast = (line: string) => boolean;

/** Whether a line is the last of what `line` opens, where that goes on over blank lines; null where it does not. */
function spanFrom(text: string, line: Line): IsLast | null {
  const fence = fenceStart.exec(line.text)?.[1];
  if (fence !== undefined) {
    const end = new RegExp(`^${fence}${fence[0]}*$`);
    return (later) => end.test(later.trim());
  }
  if (opensFrontMatter(text, line)) return (later) => /^---\s*$/.test(later);
  const [start, end] = spans.find(([begins]) => begins.test(line.text)) ?? [];
  if (!start || !end || end.test(line.text.replace(start, ''))) return null;
  return (later) => end.test(later);
}

/** Gathers lines into blocks. */
class Scanner {
  readonly #text: string;
  readonly #blocks: Block[] = [];
  #open: Line[] = [];
  /** The end of what goes on over blank lines. */
  #isLast: IsLast | null = null;
  /** Indented lines still belong to a list. */
  #inList = false;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Block[] {
    for (const line of linesOf(this.#text)) {
      if (this.#isLast === null) this.#read(line);
      else this.#readSpan(line, this.#isLast);
    }
    if (this.#isLast === null) this.#close();
    else this.#push(this.#open, 'kept');
    return this.#blocks;
  }

  #read(line: Line): void {
    const blank = line.text.trim() === '';
    const span = blank ? null : spanFrom(this.#text, line);
    const heading = blank ? null : atxHeading.exec(line.text);
    if (blank || heading || span || this.#isInterrupted(line.text)) this.#close();
    if (blank) this.#extendLast(line.next);
    else if (heading) {
      this.#inList = false;
      this.#push([line], 'heading', heading[1]?.trim() ?? '');
    } else this.#open.push(line);
    this.#isLast = span;
  }

  #isInterrupted(line: string): boolean {
    const first = this.#open[0]?.text;
    if (first === undefined || keptStart.test(first)) return false;
    return interrupts.test(line) && !tableRule.test(line);
  }

  #readSpan(line: Line, isLast: IsLast): void {
    this.#open.push(line);
    if (!isLast(line.text)) return;
    this.#push(this.#open, 'kept');
    this.#open = [];
    this.#isLast = null;
  }

  /** Ends the paragraph, or whatever it is, that is open. */
  #close(): void {
    const lines = this.#open;
    const texts = lines.map((line) => line.text);
    const [first = '', second] = texts;
    if (lines.length === 2 && setextLine.test(second ?? '')) this.#push(lines, 'heading', first.trim());
    else if (isLinePerParagraph(lines) && !keptStart.test(first)) {
      for (const line of lines) this.#push([line], 'prose');
    } else if (lines.length > 0) this.#push(lines, this.#kindOf(texts));
    this.#open = [];
  }

  #kindOf(lines: readonly string[]): BlockKind {
    const [first = ''] = lines;
    this.#inList = listItem.test(first) || (this.#inList && deeper.test(first));
    return this.#inList ? 'kept' : kindOf(lines);
  }

  #push(lines: readonly Line[], kind: BlockKind, title: string | null = null): void {
    const first = lines[0];
    const last = lines.at(-1);
    if (first && last) this.#blocks.push({ kind, start: first.start, end: last.end, next: last.next, title });
  }

  #extendLast(next: number): void {
    const last = this.#blocks.pop();
    this.#blocks.push(last ? { ...last, next } : { kind: 'blank', start: 0, end: 0, next, title: null });
  }
}

/**
 * Cuts a text (plain or Markdown) into its blocks, in linear time. They tile it: the first starts at 0, each
 * next one where the one before ends with its blank lines, and the last ends with the text.
 */
export const blocksOf = (text: string): Block[] => new Scanner(text).run();
