import type { Element, ElementContent, Root as HtmlRoot, Nodes } from 'hast';
import { raw } from 'hast-util-raw';
import type { FootnoteDefinition, FootnoteReference, Heading, Paragraph, Root, RootContent } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { type Handler, type State, toHast } from 'mdast-util-to-hast';
import { gfm } from 'micromark-extension-gfm';
import { visit } from 'unist-util-visit';
import { flatten } from './flatten.ts';

/** A chapter's Markdown as unsanitised HTML. */
export interface RawChapter {
  /** Content of the chapter's heading; empty without one. */
  readonly heading: ElementContent[];
  /** Without heading and notes. */
  readonly body: ElementContent[];
  /** Those that the text refers to, by their numbers. */
  readonly notes: RawNote[];
}

export interface RawNote {
  /** From 1, in the order of the first references. */
  readonly number: number;
  /** The ids of its references, in order. */
  readonly references: readonly string[];
  readonly body: ElementContent[];
}

/** The prefix of generated ids. */
export const OWN_ID = 'bg-';
export const noteId = (place: number, number: number): string => `${OWN_ID}note-${place}-${number}`;

/** The level of chapters' titles in a compiled book. */
const CHAPTER = 2;

/** Pandoc's attributes at the end of a heading. */
const ATTRIBUTES = /\s*\{[#.][^{}]*\}\s*$/;
/** The beginning or end of a pandoc div. */
const FENCE = /^:{3,}[ \t]*(?:\{[^{}]*\}|[\w-]*)[ \t]*:*$/;

/** Removes pandoc's syntax, which would show as text. */
function withoutPandoc(tree: Root): void {
  visit(tree, (node) => {
    if (node.type === 'heading') stripAttributes(node);
    if (node.type === 'paragraph') stripFences(node);
  });
  tree.children = tree.children.filter((node) => node.type !== 'paragraph' || node.children.length > 0);
}

function stripAttributes({ children }: Heading): void {
  const last = children.at(-1);
  if (last?.type === 'text') last.value = last.value.replace(ATTRIBUTES, '');
}

function stripFences({ children }: Paragraph): void {
  const [first, last] = [children[0], children.at(-1)];
  if (first?.type === 'text' && first.value.startsWith(':::')) {
    const [line = '', ...rest] = first.value.split('\n');
    if (FENCE.test(line) && (rest.length > 0 || children.length === 1)) first.value = rest.join('\n');
  }
  if (last?.type === 'text') {
    const lines = last.value.split('\n');
    if (lines.length > 1 && FENCE.test(lines.at(-1) ?? '')) last.value = lines.slice(0, -1).join('\n');
  }
  if (first === last && first?.type === 'text' && first.value === '') children.length = 0;
}

interface Numbered {
  readonly number: number;
  readonly references: string[];
}

/** Numbers notes in the order of their first references. */
class Notes {
  readonly #place: number;
  readonly #notes = new Map<string, Numbered>();

  constructor(place: number) {
    this.#place = place;
  }

  /** A new reference to a note. */
  refer(label: string): Element {
    const note = this.#notes.get(label) ?? { number: this.#notes.size + 1, references: [] };
    this.#notes.set(label, note);
    const { number, references } = note;
    const count = references.length === 0 ? '' : `-${references.length + 1}`;
    const id = `${OWN_ID}ref-${this.#place}-${number}${count}`;
    references.push(id);
    return {
      type: 'element',
      tagName: 'a',
      properties: { className: ['noteref'], href: `#${noteId(this.#place, number)}`, id },
      children: [{ type: 'text', value: String(number) }],
    };
  }

  /** Null when nothing refers to it. */
  find(label: string): Numbered | null {
    return this.#notes.get(label) ?? null;
  }
}

const NOTE = 'book-note';

/** A note as a block, so that it is translated with the text. */
const asBlock = ({ identifier, children }: FootnoteDefinition): RootContent =>
  ({ type: NOTE, identifier, children }) as unknown as RootContent;

function translate(tree: Root, notes: Notes): HtmlRoot {
  const definitions = tree.children.filter((node) => node.type === 'footnoteDefinition');
  const blocks = tree.children.filter((node) => node.type !== 'footnoteDefinition');
  // Notes come last, so that they are numbered by the text's references.
  const whole: Root = { type: 'root', children: [...blocks, ...definitions.map(asBlock)] };
  const aside = (state: State, node: FootnoteDefinition): Element => ({
    type: 'element',
    tagName: NOTE,
    properties: { label: node.identifier },
    children: state.all(node) as ElementContent[],
  });
  const footnoteReference = (_state: State, { identifier }: FootnoteReference) => notes.refer(identifier);
  const handlers: Readonly<Record<string, Handler>> = { footnoteReference, [NOTE]: aside };
  const html = toHast(whole, { allowDangerousHtml: true, handlers });
  return html.type === 'root' ? html : { type: 'root', children: [] };
}

const isElement = (node: Nodes, name: string): node is Element =>
  node.type === 'element' && node.tagName === name;

/** Parses raw HTML within the nodes. An element left open ends with them. */
function parsed(children: readonly Nodes[]): ElementContent[] {
  const root = raw({ type: 'root', children: children as HtmlRoot['children'] });
  return root.type === 'root' ? (root.children as ElementContent[]) : [];
}

/** Reads a chapter's Markdown: CommonMark with GFM, footnotes and HTML. The ids of its notes contain `place`. */
export function readMarkdown(text: string, place: number): RawChapter {
  const tree = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  flatten(tree);
  withoutPandoc(tree);
  const notes = new Notes(place);
  const { children } = translate(tree, notes);
  const opening = children.findIndex((node) => isElement(node, `h${CHAPTER}`));
  const heading = opening === -1 ? undefined : (children[opening] as Element);
  const blocks = children.filter((node, index) => index !== opening && !isElement(node, NOTE));
  const read = children.flatMap((node): RawNote[] => {
    if (!isElement(node, NOTE)) return [];
    const numbered = notes.find(String(node.properties['label']));
    return numbered ? [{ ...numbered, body: parsed(node.children) }] : [];
  });
  return {
    heading: parsed(heading?.children ?? []),
    body: parsed(blocks),
    notes: read.toSorted((a, b) => a.number - b.number),
  };
}
