import { toString as textOf } from 'mdast-util-to-string';
import { visit } from 'unist-util-visit';
import { parseMarkdown } from '../../../platform/markdown/tree.ts';

/** Nodes that hold lines of prose. */
const PROSE = new Set(['paragraph', 'heading', 'tableCell']);

/** The prose of a Markdown text, paragraph by paragraph, without marks, code, HTML and addresses. */
export function paragraphsOf(markdown: string): string[] {
  const paragraphs: string[] = [];
  visit(parseMarkdown(markdown), (node) => {
    if (!PROSE.has(node.type)) return undefined;
    const text = textOf(node, { includeHtml: false }).trim();
    if (text !== '') paragraphs.push(text);
    return 'skip';
  });
  return paragraphs;
}
