import { toString as textOf } from 'mdast-util-to-string';
import { visit } from 'unist-util-visit';
import { parseMarkdown } from '../../../platform/markdown/tree.ts';
import { blocksOf } from '../../../platform/prose/blocks.ts';

/** UTF-16 units of a block that are parsed as Markdown: parsing marks takes quadratic time. */
const MAX_MARKDOWN = 10_000;
/** Nodes that contain prose. */
const PROSE: ReadonlySet<string> = new Set(['paragraph', 'heading', 'tableCell']);

function proseOf(block: string): string[] {
  if (block.length > MAX_MARKDOWN) return [block];
  const found: string[] = [];
  visit(parseMarkdown(block), (node) => {
    if (!PROSE.has(node.type)) return undefined;
    found.push(textOf(node, { includeHtml: false }));
    return 'skip';
  });
  return found;
}

/** The prose of a Markdown text by paragraphs, without marks, code, HTML and URLs. */
export const paragraphsOf = (markdown: string): string[] =>
  blocksOf(markdown)
    .flatMap(({ start, end }) => proseOf(markdown.slice(start, end)))
    .map((text) => text.trim())
    .filter((text) => text !== '');
