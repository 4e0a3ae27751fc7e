import type { Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFootnoteFromMarkdown } from 'mdast-util-gfm-footnote';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { toString as textOf } from 'mdast-util-to-string';
import { gfmFootnote } from 'micromark-extension-gfm-footnote';
import { gfmTable } from 'micromark-extension-gfm-table';
import { collapsed } from '../text/text.ts';

/**
 * The tree of a Markdown text (CommonMark with GFM's tables and footnotes), every node with its place in the text. GFM's
 * strikethrough, task lists and bare links are text here: nothing is done to them.
 */
export const parseMarkdown = (text: string): Root =>
  fromMarkdown(text, {
    extensions: [gfmFootnote(), gfmTable()],
    mdastExtensions: [gfmFootnoteFromMarkdown(), gfmTableFromMarkdown()],
  });

/** A node's stretch of its text, in UTF-16 units. */
export function stretchOf({ position }: Nodes): { readonly start: number; readonly end: number } {
  return { start: position?.start.offset ?? 0, end: position?.end.offset ?? 0 };
}

/** The attributes that pandoc reads at the end of a heading, e.g. ` {#id .class}`. */
const ATTRIBUTES = /\s*\{[^{}]*\}\s*$/;

/** The words of a node, or of Markdown, on one line, without marks, HTML, footnotes and attributes. */
export function plainText(of: Nodes | string): string {
  const text = textOf(typeof of === 'string' ? parseMarkdown(of) : of, { includeHtml: false });
  return collapsed(text.replace(ATTRIBUTES, ''));
}
