import type { Code, Root, RootContent } from 'mdast';
import { visit } from 'unist-util-visit';
import { stretchOf } from '../../../../platform/markdown/tree.ts';
import { type Edit, insertion } from './edits.ts';

/** A construct that a chapter opens and does not close. */
export interface Opening {
  /** Where it begins, in UTF-16 units of the chapter. */
  readonly at: number;
  /** The line that closes it. */
  readonly closing: string;
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

const linesOf = (text: string): number => (text === '' ? 0 : text.split('\n').length);

/** Closes an open code fence, with the marks of the enclosing quotes and lists. */
function closeFence(text: string, node: Code): Edit | null {
  const { start, end } = stretchOf(node);
  const source = text.slice(start, end);
  const fence = /^(`{3,}|~{3,})/.exec(source)?.[1];
  if (fence === undefined) return null;
  const last = source.includes('\n') ? source.slice(source.lastIndexOf('\n') + 1) : '';
  const closing = /^[\s>]*(`{3,}|~{3,})[ \t]*$/.exec(last)?.[1];
  const looksClosed = closing !== undefined && closing[0] === fence[0] && closing.length >= fence.length;
  // What looks like the closing fence may be a line of the code.
  if (looksClosed && (node.value === '' || linesOf(source) === linesOf(node.value) + 2)) return null;
  const prefix = text.slice(lineStart(text, start), start).replaceAll(/[^>\s]/g, ' ');
  return insertion(end, `\n${prefix}${fence}`);
}

/** The beginning of a pandoc div, e.g. `::: note` or `::: {#id .class}`. */
const DIV = /^ {0,3}:{3,}[ \t]*(?:\{[^{}]*\}|[^\s:{}]+)[ \t]*:*[ \t]*\n?$/;
const DIV_END = /^ {0,3}:{3,}[ \t]*\n?$/;

/** Pandoc divs that are left open. A div begins after an empty line or another div's fence, and may end anywhere. */
function openDivs(text: string, tree: Root): Opening[] {
  const verbatim: { start: number; end: number }[] = [];
  visit(tree, (node) => {
    if (node.type === 'code' || node.type === 'html') verbatim.push(stretchOf(node));
  });
  const open: Opening[] = [];
  let mayOpen = true;
  let next = 0;
  for (const { 0: line, index } of text.matchAll(/[^\n]*(?:\n|$)/g)) {
    while ((verbatim[next]?.end ?? Number.POSITIVE_INFINITY) <= index) next += 1;
    const isVerbatim: boolean = (verbatim[next]?.start ?? Number.POSITIVE_INFINITY) <= index;
    const isEnd = !isVerbatim && DIV_END.test(line);
    const isOpening: boolean = !isVerbatim && mayOpen && DIV.test(line);
    if (isEnd) open.pop();
    if (isOpening) open.push({ at: index, closing: ':::' });
    mayOpen = isEnd || isOpening || line.trim() === '';
  }
  return open;
}

const ENVIRONMENT = /\\(begin|end)\{([A-Za-z*]+)\}/g;

/** Escapes comments and TeX environments in text, which pandoc alone would let another chapter close. */
function escapes(text: string, tree: Root): Edit[] {
  const edits: Edit[] = [];
  const open: { name: string; at: number }[] = [];
  const close = (name: string) => {
    const last = open.findLastIndex((each) => each.name === name);
    if (last >= 0) open.splice(last);
  };
  visit(tree, 'text', (node) => {
    const { start, end } = stretchOf(node);
    const source = text.slice(start, end);
    for (const { index } of source.matchAll(/(?<!\\)<!--/g)) edits.push(insertion(start + index, '\\'));
    for (const { index, 1: kind, 2: name = '' } of source.matchAll(ENVIRONMENT)) {
      if (kind === 'begin') open.push({ name, at: start + index });
      else close(name);
    }
  });
  return [...edits, ...open.map(({ at }) => insertion(at, '\\'))];
}

/** Replaces a rule of dashes before a line of text: pandoc would read it as metadata that overrides the book's. */
function rule(text: string, block: RootContent): Edit | null {
  const { start, end } = stretchOf(block);
  if (block.type !== 'thematicBreak' || !/^-{3}[ \t]*$/.test(text.slice(start, end))) return null;
  return /^[ \t]*\n[ \t]*\S/.test(text.slice(end, end + 200)) ? { start, end, text: '***' } : null;
}

/** Adds an empty line after a table or footnote, whose end CommonMark would not see otherwise. */
function apart(text: string, block: RootContent, next: RootContent | undefined): Edit | null {
  const isUnknown = block.type === 'table' || block.type === 'footnoteDefinition';
  if (!isUnknown || !next || next.type === 'definition' || next.type === 'footnoteDefinition') return null;
  const line = lineStart(text, stretchOf(next).start);
  return line > 1 && text[line - 2] !== '\n' ? insertion(line, '\n') : null;
}

/** The closing lines, innermost first. */
export const closingLines = (open: readonly Opening[]): string =>
  open
    .toSorted((a, b) => b.at - a.at)
    .map(({ closing }) => closing)
    .join('\n\n');

/** Closes or escapes what a chapter leaves open. `open`: constructs to be closed after its last line. */
export function closeOpenings(text: string, tree: Root): { edits: Edit[]; open: Opening[] } {
  const edits = escapes(text, tree);
  visit(tree, 'code', (node) => {
    const edit = closeFence(text, node);
    if (edit) edits.push(edit);
  });
  for (const [index, block] of tree.children.entries()) {
    for (const edit of [rule(text, block), apart(text, block, tree.children[index + 1])])
      if (edit) edits.push(edit);
  }
  return { edits, open: openDivs(text, tree) };
}
