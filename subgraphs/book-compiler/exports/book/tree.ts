import type { Element, ElementContent } from 'hast';
import { cleanText } from './clean.ts';

export type Properties = Element['properties'];

export const text = (value: string): ElementContent => ({ type: 'text', value });

export const element = (
  tagName: string,
  children: readonly ElementContent[],
  properties: Properties = {},
): Element => ({ type: 'element', tagName, properties, children: [...children] });

/** The plain text of nodes at any depth. */
export function wordsOf(nodes: readonly ElementContent[]): string {
  const words: string[] = [];
  const rest = nodes.toReversed();
  for (let next = rest.pop(); next; next = rest.pop()) {
    if (next.type === 'text') words.push(next.value);
    if (next.type === 'element' && next.tagName === 'br') words.push(' ');
    if (next.type === 'element') for (const child of next.children.toReversed()) rest.push(child);
  }
  return cleanText(words.join(''));
}

/** Whether nodes show nothing and have no id. */
export const isEmpty = (nodes: readonly ElementContent[]): boolean =>
  nodes.every((node) => {
    if (node.type === 'text') return node.value.trim() === '';
    if (node.type !== 'element') return true;
    const shows = node.tagName === 'img' || node.properties['id'] !== undefined;
    return !shows && isEmpty(node.children);
  });

const BLOCKS: ReadonlySet<string> = new Set([
  ...['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'pre', 'hr'],
  ...['div', 'figure', 'figcaption', 'table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'],
  ...['details', 'summary', 'address', 'article', 'aside', 'center', 'fieldset', 'footer', 'form', 'header'],
  ...['hgroup', 'main', 'nav', 'section'],
]);

/** Whether a node is a block. */
export const isBlock = (node: ElementContent): boolean => node.type === 'element' && BLOCKS.has(node.tagName);

/** Whether nodes hold a block, at any depth. */
export const holdsBlock = (nodes: readonly ElementContent[]): boolean =>
  nodes.some((node) => isBlock(node) || (node.type === 'element' && holdsBlock(node.children)));

/** Whether nodes hold a link, at any depth. */
export const holdsLink = (nodes: readonly ElementContent[]): boolean =>
  nodes.some((node) => node.type === 'element' && (node.tagName === 'a' || holdsLink(node.children)));
