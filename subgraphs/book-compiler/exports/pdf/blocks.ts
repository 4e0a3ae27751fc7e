import type { Element, ElementContent } from 'hast';
import { isBlock, isEmpty, wordsOf } from '../book/tree.ts';
import { placed, type Reading, readLine } from './lines.ts';
import { settable } from './text.ts';
import type { Block, Cells, Inline, PlacedImage } from './tree.ts';

/** Nesting of lists and quotes that is kept, as the compiler's stack is bounded; deeper ones are flattened. */
const MAX_DEPTH = 8;
/** Columns up to which a table is set as a table; wider ones are set row by row. */
const MAX_COLUMNS = 12;
/** Cells up to which a table is set as a table: the time to size its columns grows with them. */
const MAX_CELLS = 4_000;

const isElement = (node: ElementContent): node is Element => node.type === 'element';

/** Blocks that only contain blocks. */
const HOLDERS: ReadonlySet<string> = new Set(['blockquote', 'div', 'dl', 'figure', 'li', 'ol', 'ul']);

/** The content of nested holders, in order. Not recursive. */
function leaves(nodes: readonly ElementContent[]): ElementContent[] {
  const found: ElementContent[] = [];
  const rest = nodes.toReversed();
  for (let next = rest.pop(); next; next = rest.pop()) {
    if (isElement(next) && HOLDERS.has(next.tagName)) rest.push(...next.children.toReversed());
    else found.push(next);
  }
  return found;
}

const directed = ({ properties: { dir } }: Element, { rtl }: Reading): { rtl?: boolean } =>
  (dir === 'rtl') === rtl || (dir !== 'rtl' && dir !== 'ltr') ? {} : { rtl: !rtl };

const isPicture = (part: Inline): part is PlacedImage => typeof part !== 'string' && part.t === 'image';

/** A paragraph. A picture alone in it becomes a block. */
function paragraph(nodes: readonly ElementContent[], reading: Reading, how: { rtl?: boolean } = {}): Block[] {
  const c = readLine(nodes, reading);
  const isAlone = c.every((part) => isPicture(part) || (typeof part === 'string' && part.trim() === ''));
  return isAlone ? c.filter(isPicture) : [{ t: 'p', c, ...how }];
}

function heading(node: Element, reading: Reading): Block[] {
  const { outline } = reading;
  const c = readLine(node.children, reading);
  const wanted = Number(node.tagName[1]) - 1;
  outline.level = Math.min(5, outline.level + 1, Math.max(2, wanted));
  return [{ t: 'h', l: outline.level, c, ...directed(node, reading) }];
}

const rowsIn = (nodes: readonly ElementContent[]): Element[] =>
  nodes.filter(isElement).flatMap((node) => (node.tagName === 'tr' ? node : rowsIn(node.children)));

const SIDES = { 'align-center': 'center', 'align-right': 'right' } as const;

function sideOf(cell: Element | undefined): 'left' | 'center' | 'right' {
  const [name] = Array.isArray(cell?.properties['className']) ? cell.properties['className'] : [];
  return SIDES[name as keyof typeof SIDES] ?? 'left';
}

const cellsOf = (row: Element): Element[] => row.children.filter(isElement);
/** A row's cells; empty ones fill the columns that a cell spans. */
const cellLines = (row: Element, reading: Reading): Cells =>
  cellsOf(row).flatMap((cell) => [
    readLine(leaves(cell.children), reading),
    ...Array.from({ length: Math.max(0, Number(cell.properties['colSpan'] ?? 1) - 1) }, (): Inline[] => []),
  ]);

function table(node: Element, reading: Reading): Block[] {
  const caption = node.children.filter(isElement).find(({ tagName }) => tagName === 'caption');
  const named = caption ? paragraph(caption.children, reading) : [];
  const found = rowsIn(node.children);
  const rows = found.map((row) => cellLines(row, reading));
  const columns = rows.reduce((most, { length }) => Math.max(most, length), 0);
  if (columns > MAX_COLUMNS || columns * rows.length > MAX_CELLS) {
    const flat = (row: Cells) => row.flatMap((cell, index) => (index === 0 ? cell : [' · ', ...cell]));
    return [...named, ...rows.map((row) => ({ t: 'p', c: flat(row) }) as const)];
  }
  const filled = (row: Cells): Cells => Array.from({ length: columns }, (_, index) => row[index] ?? []);
  const hasHead = found[0] ? cellsOf(found[0]).every(({ tagName }) => tagName === 'th') : false;
  const first = found[0] ? cellsOf(found[0]) : [];
  return [
    ...named,
    {
      t: 'table',
      align: Array.from({ length: columns }, (_, index) => sideOf(first[index])),
      head: hasHead ? filled(rows[0] ?? []) : null,
      rows: (hasHead ? rows.slice(1) : rows).map(filled),
    },
  ];
}

function list(node: Element, reading: Reading, depth: number): Block {
  const items = node.children.filter(isElement);
  const { start } = node.properties;
  return {
    t: 'list',
    start: node.tagName === 'ol' ? Number(start ?? 1) : null,
    tight: items.every(({ children }) => !children.some((each) => isElement(each) && each.tagName === 'p')),
    items: items.map((item) => [...placed(item, reading), ...readBlocks(item.children, reading, depth + 1)]),
  };
}

/** A list of definitions: emphasised terms, the definitions below. */
const described = (node: Element, reading: Reading, depth: number): Block[] =>
  node.children.filter(isElement).flatMap((child): Block[] => {
    if (child.tagName === 'dt')
      return [{ t: 'p', c: [{ t: 'strong', c: readLine(leaves(child.children), reading) }] }];
    return [{ t: 'quote', c: readBlocks(child.children, reading, depth + 1) }];
  });

function blockOf(node: Element, reading: Reading, depth: number): Block[] {
  switch (node.tagName) {
    case 'p':
    case 'figcaption':
      return paragraph(node.children, reading, directed(node, reading));
    case 'hr':
      return [{ t: 'break' }];
    case 'pre':
      return [{ t: 'code', v: preformatted(node).split('\n').map(settable).join('\n') }];
    case 'table':
      return table(node, reading);
    case 'ul':
    case 'ol':
      return [list(node, reading, depth)];
    case 'dl':
      return described(node, reading, depth);
    case 'blockquote':
      return [{ t: 'quote', c: readBlocks(node.children, reading, depth + 1) }];
    default:
      return /^h[1-6]$/.test(node.tagName)
        ? heading(node, reading)
        : readBlocks(node.children, reading, depth + 1);
  }
}

/** The text of a listing. */
const preformatted = (node: Element): string => wordsOf(node.children).replace(/\n$/, '');

/** Reads nodes as blocks. Text among them becomes paragraphs. */
export function readBlocks(nodes: readonly ElementContent[], reading: Reading, depth = 0): Block[] {
  const flat = depth >= MAX_DEPTH ? leaves(nodes) : nodes;
  const blocks: Block[] = [];
  let line: ElementContent[] = [];
  const endLine = () => {
    if (!isEmpty(line)) blocks.push(...paragraph(line, reading));
    line = [];
  };
  for (const node of flat) {
    if (!isElement(node) || !isBlock(node)) {
      line.push(node);
      continue;
    }
    endLine();
    blocks.push(...placed(node, reading), ...blockOf(node, reading, depth));
  }
  endLine();
  return blocks;
}
