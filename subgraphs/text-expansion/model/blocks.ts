import type { Span } from './sentences.ts';

/**
 * `heading`: a Markdown heading. `prose`: a paragraph. `kept`: what stands as it is written, be it verse, a
 * list, a quotation, a letter's head, code, a table or front matter. `blank`: white space before the first block.
 */
export type BlockKind = 'heading' | 'prose' | 'kept' | 'blank';

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
const keptStart =
  /^(?:[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]|[ \t]*>|[ \t]*<[a-z!/]|[ \t]*!?\[[^\]]*\]:|[ \t]*!\[|[ \t]*\||[ \t]*(?:[*_-][ \t]*){3,}$)/i;
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
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const next = newline < 0 ? text.length : newline + 1;
    const stop = newline < 0 ? text.length : newline;
    const end = stop > start && text.charCodeAt(stop - 1) === 13 ? stop - 1 : stop;
    yield { start, end, next, text: text.slice(start, end) };
    start = next;
  }
}

const isVerse = (lines: readonly string[]): boolean =>
  lines.every((line) => line.length <= longestVerseLine && verseLine.test(line)) ||
  lines.slice(0, -1).every((line) => line.length <= shortLine);

function kindOf(lines: readonly string[]): BlockKind {
  const first = lines[0] ?? '';
  const last = lines.at(-1)?.trimEnd() ?? '';
  if (keptStart.test(first)) return 'kept';
  if (indented.test(first) && (lines.length > 1 || !sentenceEnd.test(last))) return 'kept';
  if (lines.length === 1) return 'prose';
  return lines.slice(0, -1).some((line) => hardBreak.test(line)) || isVerse(lines) ? 'kept' : 'prose';
}

/** True when each line is a paragraph by itself, as in texts that leave no blank line between paragraphs. */
const isLinePerParagraph = (lines: readonly Line[]): boolean =>
  lines.length > 1 &&
  lines.every((line) => line.text.length > shortLine && sentenceEnd.test(line.text.trimEnd()));

const opensFrontMatter = (text: string, line: Line): boolean =>
  line.start === 0 && line.text === '---' && text.indexOf('\n---', line.end) >= 0;

/** Gathers lines into blocks. */
class Scanner {
  readonly #text: string;
  readonly #blocks: Block[] = [];
  #open: Line[] = [];
  /** The fence of open code or front matter. */
  #fence: string | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Block[] {
    for (const line of linesOf(this.#text)) {
      if (this.#fence === null) this.#read(line);
      else this.#readFenced(line, this.#fence);
    }
    if (this.#fence === null) this.#close();
    else this.#push(this.#open, 'kept');
    return this.#blocks;
  }

  #read(line: Line): void {
    const blank = line.text.trim() === '';
    const fence = blank ? undefined : fenceStart.exec(line.text)?.[1];
    const heading = blank ? null : atxHeading.exec(line.text);
    const frontMatter = opensFrontMatter(this.#text, line);
    if (blank || heading || frontMatter || fence !== undefined) this.#close();
    if (blank) this.#extendLast(line.next);
    else if (heading) this.#push([line], 'heading', heading[1]?.trim() ?? '');
    else this.#open.push(line);
    if (frontMatter || fence !== undefined) this.#fence = fence ?? '---';
  }

  #readFenced(line: Line, fence: string): void {
    this.#open.push(line);
    const mark = line.text.trim();
    if (!mark.startsWith(fence) || !/^(?:`+|~+|---)$/.test(mark)) return;
    this.#push(this.#open, 'kept');
    this.#open = [];
    this.#fence = null;
  }

  /** Ends the paragraph, or whatever it is, that is open. */
  #close(): void {
    const lines = this.#open;
    const texts = lines.map((line) => line.text);
    const [first = '', second] = texts;
    if (lines.length === 2 && setextLine.test(second ?? '')) this.#push(lines, 'heading', first.trim());
    else if (isLinePerParagraph(lines) && !keptStart.test(first)) {
      for (const line of lines) this.#push([line], 'prose');
    } else this.#push(lines, kindOf(texts));
    this.#open = [];
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
