import type { Heading, Root } from 'mdast';
import { visit } from 'unist-util-visit';
import { isBlank, visibleBlocks } from '../../../../platform/markdown/title.ts';
import { plainText, stretchOf } from '../../../../platform/markdown/tree.ts';
import { type Edit, insertion } from './edits.ts';

/** Heading levels of a compiled book: its title, chapters' titles, the highest level within a chapter. */
export const LEVEL = { book: 1, chapter: 2, own: 3 } as const;

/** A heading in a chapter. */
export interface HeadingSpot {
  /** 1 to 6. */
  readonly depth: number;
  /** Plain text, on one line. */
  readonly words: string;
  /** In UTF-16 units of the chapter, as its end, which is exclusive. */
  readonly start: number;
  readonly end: number;
  /** Inside a quote or list, and so not part of the book's outline. */
  readonly nested: boolean;
}

const comparable = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** Whether a heading contains the title, so that a second one would repeat it. */
export function holdsTitle(words: string, title: string): boolean {
  const [heading, wanted] = [comparable(words), comparable(title)];
  return wanted === '' ? words.trim() === title.trim() : ` ${heading} `.includes(` ${wanted} `);
}

/** All headings, in order. */
export function findHeadings(tree: Root): HeadingSpot[] {
  const found: HeadingSpot[] = [];
  visit(tree, 'heading', (node: Heading, _index, parent) => {
    const nested = parent?.type !== 'root';
    found.push({ ...stretchOf(node), depth: node.depth, words: plainText(node), nested });
  });
  return found;
}

/** The heading that a chapter begins with; null without one. */
export function openingHeading(tree: Root, headings: readonly HeadingSpot[]): HeadingSpot | null {
  const [first] = visibleBlocks(tree);
  if (first?.type !== 'heading') return null;
  const { start } = stretchOf(first);
  const heading = headings.find((each) => each.start === start);
  return heading && !isBlank(heading.words) ? heading : null;
}

/** The number of levels by which a chapter's headings are lowered, so that all are below its title. */
export function shiftOf(headings: readonly HeadingSpot[], title: HeadingSpot | null): number {
  const own = headings.filter((heading) => heading !== title);
  const highest = Math.min(LEVEL.own, ...own.map(({ depth }) => depth));
  return Math.max(title ? LEVEL.chapter - title.depth : 0, LEVEL.own - highest, 0);
}

/** The `#` marks of a heading that is lowered by `shift` levels. */
export const marks = (depth: number, shift: number): string =>
  '#'.repeat(Math.min(6, Math.max(1, depth + shift)));

/** Turns an underlined heading into one with `#` marks: joins its lines, and escapes what looks like closing marks. */
function raise(text: string, { start, end }: HeadingSpot, level: string): Edit[] {
  const edits: Edit[] = [insertion(start, `${level} `)];
  const source = text.slice(start, end);
  const content = source.slice(0, source.lastIndexOf('\n')).trimEnd();
  for (const { index, 0: found } of content.matchAll(/[ \t]*\\?\n[ \t>]*/g)) {
    edits.push({ start: start + index, end: start + index + found.length, text: ' ' });
  }
  const closing = /(?<=\s)#+$/.exec(content);
  if (closing) edits.push(insertion(start + closing.index, '\\'));
  return [...edits, { start: start + content.length, end, text: '' }];
}

/** Sets a heading's level, and puts an empty line before it, which pandoc requires. */
export function relevel(text: string, heading: HeadingSpot, level: string): Edit[] {
  const { start, nested } = heading;
  const written = /^#{1,6}(?=[ \t\n]|$)/.exec(text.slice(start, start + 7))?.[0];
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const crowded = !nested && line > 1 && text[line - 2] !== '\n';
  const edits = crowded ? [insertion(line, '\n')] : [];
  if (written === undefined) return [...edits, ...raise(text, heading, level)];
  if (written === level) return edits;
  return [...edits, { start, end: start + written.length, text: level }];
}
