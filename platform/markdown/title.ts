import type { Root, RootContent } from 'mdast';
import { toString as textOf } from 'mdast-util-to-string';
import { textLimits } from '../input/limits.ts';
import { collapsed } from '../text/text.ts';
import { openDocument } from './document.ts';
import { parseMarkdown, plainText } from './tree.ts';

/** UTF-16 units of a title that is made of a text's first words. */
const MAX_WORDS = 60;
/** UTF-16 units of a text that are looked at, leading comments aside. */
const LOOKED_AT = 1_200;

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\s]+/gu;

/** Whether a text shows nothing: white space, joiners, marks of direction. */
export const isBlank = (text: string): boolean => text.replaceAll(INVISIBLE, '') === '';

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/** The end of the last word that ends within `MAX_WORDS` units; 0 where the first is longer. */
function lastWordEnd(text: string): number {
  let end = 0;
  for (const { index, segment, isWordLike } of segmenter.segment(text.slice(0, MAX_WORDS * 4))) {
    if (index + segment.length > MAX_WORDS) break;
    if (isWordLike) end = index + segment.length;
  }
  return end;
}

/** The first words, `MAX_WORDS` units at most; of a longer word its beginning. */
function firstWords(text: string): string {
  if (text.length <= MAX_WORDS) return text;
  const end = lastWordEnd(text);
  if (end === 0) return text.slice(0, MAX_WORDS).replace(/[\ud800-\udbff]$/, '');
  // “well-known” is two words of one: what is written with spaces is cut at one.
  const space = /^\p{P}*(?:\s|$)/u.test(text.slice(end)) ? -1 : text.lastIndexOf(' ', end - 1);
  return text.slice(0, space > 0 ? space : end).replace(/[\s,;:\p{Pd}]+$/u, '');
}

/** A title that a writer gave, on one line; null where it is none. */
export function givenTitle(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const line = collapsed(String(value));
  return isBlank(line) || line.length > textLimits.title || !line.isWellFormed() ? null : line;
}

const COMMENT = /<!--[\s\S]*?(?:-->|$)/g;
const isComment = (node: RootContent): boolean =>
  node.type === 'html' && node.value.trim() !== '' && node.value.replaceAll(COMMENT, '').trim() === '';

/** The blocks that readers see where they stand: no comments, notes and definitions of links. */
export const visibleBlocks = ({ children }: Root): RootContent[] =>
  children.filter(
    (node) => node.type !== 'definition' && node.type !== 'footnoteDefinition' && !isComment(node),
  );

const beginning = (text: string): string =>
  text
    .replace(/^(?:\s*<!--[\s\S]*?-->)+/, '')
    .trimStart()
    .slice(0, LOOKED_AT)
    .toWellFormed();

/** Blocks that hold others, or cells. */
const CONTAINERS: ReadonlySet<string> = new Set(['blockquote', 'list', 'listItem', 'table', 'tableRow']);

/** The first line of a block that shows something. */
function firstLine(block: RootContent): string | undefined {
  if (!('children' in block) || !CONTAINERS.has(block.type)) {
    const lines = textOf(block, { includeHtml: false }).split('\n');
    return lines.find((line) => !isBlank(line));
  }
  for (const child of block.children) {
    const line = firstLine(child);
    if (line !== undefined) return line;
  }
  return undefined;
}

/** Words that Markdown takes for nothing else. */
const WORDS = String.raw`[\p{L}“‘"'(¿¡][\p{L}\p{M}\p{N} ,.;:!?'"()“”‘’…–—-]*`;
const PLAIN_HEADING = new RegExp(String.raw`^#{1,6} +(${WORDS})(?:\r?\n|$)`, 'u');
/** With a blank line behind it: no line underlines it. */
const PLAIN_LINE = new RegExp(String.raw`^(${WORDS})(?:\r?\n[ \t]*(?:\r?\n|$)|$)`, 'u');

/** The title of a text that opens plainly: it need not be parsed, which takes longer than storing it. */
function titleOfPlain(text: string): string | null {
  const [, heading] = PLAIN_HEADING.exec(text) ?? [];
  if (heading !== undefined) return givenTitle(heading);
  const [, line] = PLAIN_LINE.exec(text) ?? [];
  return line === undefined ? null : firstWords(collapsed(line));
}

/**
 * The title that a Markdown text gives itself: its front matter's, else the heading that it opens with, else its first
 * words, cut at a word's end. Null where it says nothing.
 */
export function titleOfMarkdown(source: string): string | null {
  const { text, frontMatter } = openDocument(source);
  const given = givenTitle(frontMatter['title']);
  if (given !== null) return given;
  const opening = beginning(text);
  const plain = titleOfPlain(opening);
  if (plain !== null) return plain;
  const blocks = visibleBlocks(parseMarkdown(opening));
  const [first] = blocks;
  const heading = first?.type === 'heading' ? givenTitle(plainText(first)) : null;
  if (heading !== null) return heading;
  for (const block of blocks) {
    const line = firstLine(block);
    if (line !== undefined) return firstWords(collapsed(line));
  }
  return null;
}
