import type { Element, ElementContent } from 'hast';
import { element, isEmpty, type Properties } from './tree.ts';

interface CellMending {
  readonly attributes: (cell: Element) => Properties;
  readonly content: (nodes: readonly ElementContent[]) => ElementContent[];
  readonly turned: (nodes: readonly ElementContent[], properties: Properties) => Properties;
}

const elements = (nodes: readonly ElementContent[], ...names: readonly string[]): Element[] =>
  nodes.filter((node): node is Element => node.type === 'element' && names.includes(node.tagName));

function rowsOf(part: Element, mending: CellMending, isHead: boolean): Element[] {
  return elements(part.children, 'tr').flatMap((row) => {
    const cells = elements(row.children, 'td', 'th').map((cell, place) => {
      const content = mending.content(cell.children);
      const own = mending.attributes(cell);
      const isBare = cell.tagName === 'th' && own['scope'] === undefined;
      const scope = isBare ? { scope: isHead || place > 0 ? 'col' : 'row' } : {};
      return element(cell.tagName, content, mending.turned(content, { ...own, ...scope }));
    });
    return cells.length === 0 ? [] : [element('tr', cells, mending.attributes(row))];
  });
}

const partOf = (name: string, rows: readonly Element[]): Element[] =>
  rows.length === 0 ? [] : [element(name, rows)];

/** A table with caption, head, body and foot in that order; nothing without cells. */
export function mendTable(node: Element, mending: CellMending): ElementContent[] {
  const [head, ...moreHeads] = elements(node.children, 'thead');
  const [foot, ...moreFeet] = elements(node.children, 'tfoot');
  const bodies = [
    ...elements(node.children, 'tbody'),
    ...[...moreHeads, ...moreFeet],
    ...(elements(node.children, 'tr').length > 0 ? [node] : []),
  ];
  const parts = [
    ...partOf('thead', head ? rowsOf(head, mending, true) : []),
    ...bodies.flatMap((body) => partOf('tbody', rowsOf(body, mending, false))),
    ...partOf('tfoot', foot ? rowsOf(foot, mending, false) : []),
  ];
  if (parts.length === 0) return [];
  const [first] = elements(node.children, 'caption');
  const words = first ? mending.content(first.children) : [];
  const caption = isEmpty(words) ? [] : [element('caption', words)];
  return [element('table', [...caption, ...parts], mending.attributes(node))];
}
