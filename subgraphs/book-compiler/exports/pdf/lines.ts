import type { Element, ElementContent } from 'hast';
import { isEmpty, wordsOf } from '../book/tree.ts';
import { flowing } from './text.ts';
import type { Inline, PlacedImage } from './tree.ts';

/** The context of reading a chapter. */
export interface Reading {
  /** Whether the book is written from right to left. */
  readonly rtl: boolean;
  /** A picture by its key; null when it could not be read. */
  readonly picture: (key: string) => Omit<PlacedImage, 't' | 'alt'> | null;
  /** The short name of an id in the book. */
  readonly placeOf: (id: string) => string;
  /** A reference to a note, by the note's id; null when there is no such note. */
  readonly note: (id: string) => Inline | null;
  /** The level of the heading before: accessible documents skip none downwards. */
  readonly outline: { level: number };
}

/** Nesting of emphasis that is kept: the compiler's stack is bounded. */
const MAX_DEPTH = 8;

/** Elements and the nodes that they become. Other elements are replaced by their children. */
const MARKS: Readonly<Record<string, Extract<Inline, { readonly c: readonly Inline[] }>['t']>> = {
  b: 'strong',
  cite: 'em',
  del: 'strike',
  dfn: 'em',
  em: 'em',
  i: 'em',
  ins: 'under',
  mark: 'mark',
  s: 'strike',
  small: 'small',
  strong: 'strong',
  sub: 'sub',
  sup: 'sup',
  u: 'under',
  var: 'em',
};
const CODE: ReadonlySet<string> = new Set(['code', 'kbd', 'samp', 'tt']);

const isNoteReference = ({ properties: { className } }: Element): boolean =>
  Array.isArray(className) && className.includes('noteref');

const MAX_ADDRESS = 2_000;

function linked(node: Element, c: readonly Inline[], reading: Reading): readonly Inline[] {
  const { href } = node.properties;
  if (typeof href !== 'string' || isEmpty(node.children)) return c;
  if (!href.startsWith('#'))
    return href.length > MAX_ADDRESS || !href.isWellFormed() ? c : [{ t: 'link', u: href, c }];
  const id = href.slice(1);
  if (!isNoteReference(node)) return [{ t: 'ref', id: reading.placeOf(id), c }];
  const note = reading.note(id);
  return note ? [note] : [];
}

function pictured({ properties }: Element, { picture }: Reading): Inline[] {
  const words = flowing(String(properties['alt'] ?? '')).trim();
  const found = picture(String(properties['src']));
  if (found) return [{ t: 'image', alt: words || '…', ...found }];
  return words === '' ? [] : [{ t: 'em', c: [words] }];
}

function shown(node: Element, reading: Reading, depth: number): readonly Inline[] {
  const { tagName, children } = node;
  if (tagName === 'br') return [{ t: 'br' }];
  if (tagName === 'wbr') return ['\u200b'];
  if (tagName === 'img') return pictured(node, reading);
  if (CODE.has(tagName)) return [{ t: 'code', v: flowing(wordsOf(children)) }];
  const c = depth >= MAX_DEPTH ? [flowing(wordsOf(children))] : readLine(children, reading, depth + 1);
  if (tagName === 'a') return linked(node, c, reading);
  if (tagName === 'q') return ['“', ...c, '”'];
  const mark = Object.hasOwn(MARKS, tagName) ? MARKS[tagName] : undefined;
  return mark === undefined ? c : [{ t: mark, c } as Inline];
}

/** A target of links. */
export function placed({ properties: { id } }: Element, { placeOf }: Reading) {
  return typeof id === 'string' ? [{ t: 'anchor', id: placeOf(id) } as const] : [];
}

const isBreak = (part: Inline | undefined): boolean => typeof part === 'object' && part.t === 'br';

/** Reads nodes as the content of a line. Adjacent text is joined. */
export function readLine(nodes: readonly ElementContent[], reading: Reading, depth = 0): Inline[] {
  const line: Inline[] = [];
  for (const node of nodes) {
    if (node.type !== 'text' && node.type !== 'element') continue;
    const parts =
      node.type === 'text'
        ? [flowing(node.value)]
        : [...placed(node, reading), ...shown(node, reading, depth)];
    for (const part of parts) {
      const last = line.at(-1);
      if (typeof part === 'string' && typeof last === 'string') line[line.length - 1] = last + part;
      else if (typeof part === 'string' && isBreak(last)) line.push(part.trimStart());
      else line.push(part);
    }
  }
  return line;
}
