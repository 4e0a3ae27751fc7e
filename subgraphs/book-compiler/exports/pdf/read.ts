import type { Heading, Nodes, PhrasingContent, Root, RootContent, Table } from 'mdast';
import { isBlank } from '../../../../platform/markdown/title.ts';
import { parseMarkdown } from '../../../../platform/markdown/tree.ts';
import { flowing, readsRightToLeft, settable } from './text.ts';
import type { Block, Cells, Inline, PlacedImage } from './tree.ts';

/** Levels of blocks in blocks, and of emphasis in emphasis: deeper ones lie flat. The compiler's own stack is bounded. */
const MAX_DEPTH = { blocks: 8, inlines: 8 } as const;
/** Columns of a table that is set as one; wider ones are set row by row. */
const MAX_COLUMNS = 12;
/** Cells of a table that is set as one: its columns' widths take time that grows with them. */
const MAX_CELLS = 4_000;

/** What a book's chapters share. */
export interface Reading {
  readonly rtl: boolean;
  /** The picture of an address, or null: it is not ours. */
  readonly image: (url: string) => Omit<PlacedImage, 't' | 'alt'> | null;
  /** The short id of a place by the name that the book gives it. */
  readonly idOf: (name: string) => string;
  /** Whether the book has a place of that short id. */
  readonly isPlace: (id: string) => boolean;
}

type Definitions = ReadonlyMap<string, { readonly url: string }>;
type Notes = ReadonlyMap<string, readonly RootContent[]>;

interface Within {
  readonly reading: Reading;
  readonly definitions: Definitions;
  readonly notes: Notes;
  /** False in a note, where no other may stand. */
  readonly mayNote: boolean;
  /** The level of the heading before: accessible documents skip none on the way down. */
  readonly outline: { level: number };
  readonly depth: number;
}

const deeper = (within: Within): Within => ({ ...within, depth: within.depth + 1 });

/** The leaves of a tree of any depth, without a stack. */
function leaves<T extends Nodes>(roots: readonly T[], isLeaf: (node: Nodes) => boolean): Nodes[] {
  const found: Nodes[] = [];
  const open: Nodes[] = [...roots].reverse();
  for (let node = open.pop(); node; node = open.pop()) {
    if (isLeaf(node) || !('children' in node)) found.push(node);
    else
      for (let index = node.children.length - 1; index >= 0; index -= 1)
        open.push(node.children[index] as Nodes);
  }
  return found;
}

const wordOf = (node: Nodes): string => ('value' in node ? node.value : node.type === 'break' ? ' ' : '');

/** The words of a tree of any depth. */
const wordsOf = (nodes: readonly Nodes[]): string =>
  leaves(nodes, () => false)
    .filter(({ type }) => type !== 'html')
    .map((node) => ('alt' in node && node.alt ? node.alt : wordOf(node)))
    .join('');

const WEB = /^(?:https?:\/\/[^\s<>]+|mailto:[^\s<>@]+@[^\s<>@]+)$/i;

function linked(url: string, c: Inline[], { reading }: Within): Inline[] {
  if (url.startsWith('#')) {
    const id = reading.idOf(decode(url.slice(1)));
    return reading.isPlace(id) ? [{ t: 'ref', id, c }] : c;
  }
  return WEB.test(url) && url.length <= 2_000 && url.isWellFormed() ? [{ t: 'link', u: url, c }] : c;
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const ID = /\bid\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi;

/** The places that HTML names. */
export const idsOfHtml = (html: string): string[] =>
  [...html.matchAll(/<[a-z][^>]*>/gi)].flatMap(([tag]) =>
    [...tag.matchAll(ID)].map(([, a, b, c]) => a ?? b ?? c ?? ''),
  );

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

/** The words that HTML shows. */
const textOfHtml = (html: string): string =>
  html
    .replaceAll(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replaceAll(/<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '')
    .replaceAll(/<\/?[a-z][^>]*(?:>|$)/gi, ' ')
    .replaceAll(/&(amp|lt|gt|quot|apos|nbsp);/g, (_, name: string) => ENTITIES[name] ?? '');

const anchorsOf = (html: string, { reading }: Within) =>
  idsOfHtml(html)
    .map((name) => reading.idOf(name))
    .filter((id) => reading.isPlace(id))
    .map((id) => ({ t: 'anchor', id }) as const);

function pictured(url: string, alt: string, { reading }: Within): Inline[] {
  const words = flowing(alt).trim();
  const image = reading.image(url);
  if (image) return [{ t: 'image', alt: words || '…', ...image }];
  return words === '' ? [] : [{ t: 'em', c: [words] }];
}

function noted(identifier: string, within: Within): Inline[] {
  const body = within.notes.get(identifier);
  if (!body || !within.mayNote) return [];
  return [{ t: 'note', c: readBlocks(body, { ...within, mayNote: false, depth: MAX_DEPTH.blocks - 2 }) }];
}

/** Attributes as pandoc reads them, at the end of a heading or behind a picture. */
const ATTRIBUTES = /\s*\{[#.][^{}]*\}\s*$/;

function inline(node: PhrasingContent, within: Within): Inline[] {
  switch (node.type) {
    case 'text':
      return [flowing(node.value)];
    case 'emphasis':
    case 'strong':
    case 'delete':
      return within.depth >= MAX_DEPTH.inlines
        ? [flowing(wordsOf(node.children))]
        : [{ t: node.type === 'strong' ? 'strong' : 'em', c: readInlines(node.children, deeper(within)) }];
    case 'inlineCode':
      return [{ t: 'code', v: flowing(node.value) }];
    case 'break':
      return [{ t: 'br' }];
    case 'html':
      return /^<br\b/i.test(node.value) ? [{ t: 'br' }] : anchorsOf(node.value, within);
    case 'link':
      return linked(node.url, readInlines(node.children, deeper(within)), within);
    case 'linkReference': {
      const c = readInlines(node.children, deeper(within));
      const url = within.definitions.get(node.identifier)?.url;
      return url === undefined ? c : linked(url, c, within);
    }
    case 'image':
      return pictured(node.url, node.alt ?? '', within);
    case 'imageReference':
      return pictured(within.definitions.get(node.identifier)?.url ?? '', node.alt ?? '', within);
    case 'footnoteReference':
      return noted(node.identifier, within);
    default:
      return [];
  }
}

/** Text joined where it stands side by side. */
export function readInlines(nodes: readonly PhrasingContent[], within: Within): Inline[] {
  const read: Inline[] = [];
  for (const part of nodes.flatMap((node) => inline(node, within))) {
    const last = read.at(-1);
    if (typeof part === 'string' && typeof last === 'string') read[read.length - 1] = last + part;
    else read.push(part);
  }
  return read;
}

const directed = (nodes: readonly Nodes[], { reading }: Within): { rtl?: boolean } => {
  const rtl = readsRightToLeft(wordsOf(nodes).slice(0, 2_000));
  return rtl === null || rtl === reading.rtl ? {} : { rtl };
};

/** A paragraph, and the pictures that stand alone in it as blocks. */
function paragraph(children: readonly PhrasingContent[], within: Within): Block[] {
  const c = readInlines(children, { ...within, depth: 0 });
  const isAlone = c.every((each) => (typeof each === 'string' ? each.trim() === '' : each.t === 'image'));
  if (isAlone) return c.filter((each): each is PlacedImage => typeof each !== 'string' && each.t === 'image');
  return [{ t: 'p', c, ...directed(children, within) }];
}

function tabular(node: Table, within: Within): Block[] {
  const rows = node.children.map(
    (row): Cells => row.children.map((cell) => readInlines(cell.children, { ...within, depth: 0 })),
  );
  const columns = Math.max(...rows.map(({ length }) => length));
  const [head = [], ...rest] = rows;
  if (columns > MAX_COLUMNS || columns * rows.length > MAX_CELLS)
    return rows.map((row) => ({
      t: 'p',
      c: row.flatMap((cell, index) => (index === 0 ? cell : [' · ', ...cell])),
    }));
  const padded = (row: Cells): Cells => Array.from({ length: columns }, (_, index) => row[index] ?? []);
  const align = Array.from({ length: columns }, (_, index) => node.align?.[index] ?? 'left');
  return [{ t: 'table', align, head: padded(head), rows: rest.map(padded) }];
}

function heading(node: Heading, within: Within): Block[] {
  const { outline } = within;
  const c = readInlines(node.children, { ...within, depth: 0 });
  const last = c.at(-1);
  if (typeof last === 'string') c[c.length - 1] = last.replace(ATTRIBUTES, '');
  // A note has no place in the book's outline.
  if (!within.mayNote) return [{ t: 'p', c: [{ t: 'strong', c }] }];
  outline.level = Math.min(5, outline.level + 1, Math.max(2, node.depth - 1));
  return [{ t: 'h', l: outline.level, c, ...directed(node.children, within) }];
}

const isLeafBlock = ({ type }: Nodes): boolean =>
  !['blockquote', 'list', 'listItem', 'footnoteDefinition'].includes(type);

function block(node: RootContent, within: Within): Block[] {
  switch (node.type) {
    case 'paragraph':
      return paragraph(node.children, within);
    case 'heading':
      return heading(node, within);
    case 'thematicBreak':
      return [{ t: 'break' }];
    case 'code':
      return [{ t: 'code', v: node.value.split(/\r?\n/).map(settable).join('\n') }];
    case 'table':
      return tabular(node, within);
    case 'html': {
      const text = flowing(textOfHtml(node.value)).trim();
      return [...anchorsOf(node.value, within), ...(isBlank(text) ? [] : [{ t: 'p', c: [text] } as const])];
    }
    case 'blockquote':
      return [{ t: 'quote', c: readBlocks(node.children, deeper(within)) }];
    case 'list': {
      const items = node.children.map((item) => readBlocks(item.children, deeper(within)));
      return [{ t: 'list', start: node.ordered ? (node.start ?? 1) : null, tight: !node.spread, items }];
    }
    default:
      return [];
  }
}

/** Blocks of any depth as blocks of a depth that can be set. */
export function readBlocks(nodes: readonly RootContent[], within: Within): Block[] {
  const flat = within.depth >= MAX_DEPTH.blocks ? (leaves(nodes, isLeafBlock) as RootContent[]) : nodes;
  return flat.flatMap((node) => block(node, within));
}

/** A chapter's text, parsed. */
export interface ParsedChapter {
  readonly tree: Root;
  readonly definitions: Definitions;
  readonly notes: Notes;
}

/** Parses a chapter, and finds its definitions and notes. */
export function parseChapter(text: string): ParsedChapter {
  const tree = parseMarkdown(text);
  const definitions = new Map<string, { url: string }>();
  const notes = new Map<string, readonly RootContent[]>();
  for (const node of leaves(
    tree.children,
    ({ type }) => !['blockquote', 'list', 'listItem'].includes(type),
  )) {
    if (node.type === 'definition' && !definitions.has(node.identifier))
      definitions.set(node.identifier, node);
    if (node.type === 'footnoteDefinition' && !notes.has(node.identifier))
      notes.set(node.identifier, node.children);
  }
  return { tree, definitions, notes };
}

/** The names of the places in a chapter. */
export const placesOf = ({ tree, notes }: ParsedChapter): string[] =>
  leaves([...tree.children, ...[...notes.values()].flat()], () => false).flatMap((node) =>
    node.type === 'html' ? idsOfHtml(node.value) : [],
  );

/** What a chapter is read within. */
export const withinChapter = ({ definitions, notes }: ParsedChapter, reading: Reading): Within => ({
  reading,
  definitions,
  notes,
  mayNote: true,
  outline: { level: 1 },
  depth: 0,
});
