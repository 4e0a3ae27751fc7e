import type { Nodes, PhrasingContent, Root } from 'mdast';

/**
 * Nesting of quotes, lists and emphasis that is kept: no page shows more, and the readers of the tree are recursive.
 */
const MAX_DEPTH = 40;

/** The text under a node, at any depth. */
function wordsUnder(node: Nodes): string {
  const words: string[] = [];
  const rest: Nodes[] = [node];
  for (let next = rest.pop(); next; next = rest.pop()) {
    if ('value' in next && next.type !== 'html') words.push(next.value);
    if ('children' in next) for (const child of next.children.toReversed()) rest.push(child);
  }
  return words.join(' ');
}

/** Replaces what is nested too deeply by its plain text. */
export function flatten(tree: Root): void {
  const rest: { readonly node: Nodes; readonly depth: number }[] = [{ node: tree, depth: 0 }];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { node, depth } = next;
    if (!('children' in node)) continue;
    if (depth < MAX_DEPTH) {
      for (const child of node.children) rest.push({ node: child, depth: depth + 1 });
      continue;
    }
    const text: PhrasingContent = { type: 'text', value: wordsUnder(node) };
    const isBlock = node.type === 'blockquote' || node.type === 'listItem';
    if (node.type === 'list' || node.type === 'table') Object.assign(node, { type: 'paragraph' });
    node.children = isBlock ? [{ type: 'paragraph', children: [text] }] : [text];
  }
}
