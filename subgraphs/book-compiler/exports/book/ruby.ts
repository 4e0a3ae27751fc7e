import type { Element, ElementContent } from 'hast';
import { element, isEmpty, type Properties, text } from './tree.ts';

/** Valid ruby: one base and one reading each. Readings without a base are put in brackets. */
export function mendRuby(
  node: Element,
  properties: Properties,
  lines: (nodes: readonly ElementContent[]) => ElementContent[],
): ElementContent[] {
  const parts: ElementContent[] = [];
  let base: ElementContent[] = [];
  for (const child of node.children) {
    const name = child.type === 'element' ? child.tagName : '';
    if (name === 'rp') continue;
    if (name !== 'rt') {
      base.push(...lines([child]));
      continue;
    }
    const reading = lines((child as Element).children);
    if (isEmpty(base)) {
      parts.push(...base, text('('), ...reading, text(')'));
    } else {
      const rt = element('rt', reading);
      parts.push(
        element('ruby', [...base, element('rp', [text('(')]), rt, element('rp', [text(')')])], properties),
      );
    }
    base = [];
  }
  return [...parts, ...base];
}
