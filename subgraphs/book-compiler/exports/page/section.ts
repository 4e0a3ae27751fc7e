import type { Element, ElementContent } from 'hast';
import type { Note, ParsedChapter } from '../book/book.ts';
import { type Direction, directionOf } from '../book/direction.ts';
import { element, type Properties, text } from '../book/tree.ts';
import { placeMark } from './places.ts';

/** How a chapter is rendered. */
export interface SectionStyle {
  /** Heading level of the chapter's title, 1 to 4. */
  readonly level: number;
  /** The book's direction. */
  readonly direction: Direction;
  /** The heading of its notes. */
  readonly notes: string;
  /** Whether elements get an `epub:type`. */
  readonly isEpub: boolean;
  /** Returns a picture's address. `words`: its description, `''` without one. */
  readonly picture: (key: string, words: string) => string;
}

/** The highest level of headings in a parsed chapter. */
const FIRST_OWN = 3;

class Section {
  readonly #style: SectionStyle;

  constructor(style: SectionStyle) {
    this.#style = style;
  }

  /** An element's type for reading systems and its role for assistive technology (DPUB-ARIA 1.1). */
  type(type: string, role: string | null): Properties {
    return { ...(this.#style.isEpub ? { 'epub:type': type } : {}), ...(role === null ? {} : { role }) };
  }

  shown(nodes: readonly ElementContent[]): ElementContent[] {
    return nodes.map((node) => (node.type === 'element' ? this.#element(node) : node));
  }

  #element(node: Element): Element {
    const { tagName, properties } = node;
    const children = this.shown(node.children);
    const heading = /^h([3-6])$/.exec(tagName)?.[1];
    if (heading !== undefined) {
      const level = Math.min(6, this.#style.level + 1 + Number(heading) - FIRST_OWN);
      return { ...node, tagName: `h${level}`, children };
    }
    if (tagName === 'img') {
      const src = this.#style.picture(String(properties['src']), String(properties['alt'] ?? ''));
      return { ...node, properties: { ...properties, src } };
    }
    if (tagName !== 'a') return { ...node, children };
    return this.#link({ ...node, children });
  }

  #link(node: Element): Element {
    const { className, href, ...rest } = node.properties;
    const address = typeof href === 'string' && href.startsWith('#') ? placeMark(href.slice(1)) : href;
    const isNote = Array.isArray(className) && className.includes('noteref');
    if (!isNote) return { ...node, properties: { ...rest, href: address } };
    const type = this.type('noteref', 'doc-noteref');
    const link = { ...node, properties: { ...rest, href: address, ...type, className: ['noteref'] } };
    return element('sup', [link]);
  }

  note({ id, number, references, body }: Note): Element {
    const links = references.flatMap((reference, index) => {
      const label = index === 0 ? {} : { ariaLabel: `${number}, ${index + 1}` };
      const properties = { href: placeMark(reference), ...this.type('backlink', 'doc-backlink'), ...label };
      return [element('a', [text(index === 0 ? String(number) : '↩')], properties), text(' ')];
    });
    const [first, ...rest] = this.shown(body);
    const opens = first?.type === 'element' && first.tagName === 'p';
    const blocks = opens
      ? [element('p', [...links, ...first.children], first.properties), ...rest]
      : [element('p', links), ...(first ? [first] : []), ...rest];
    return element('aside', blocks, { id, className: ['note'], ...this.type('footnote', 'doc-footnote') });
  }
}

/** Renders a chapter as a section. Links into the book are placeholders: see `places.ts`. */
export function chapterSection(chapter: ParsedChapter, style: SectionStyle): Element {
  const section = new Section(style);
  const { id, language, heading, body, notes } = chapter;
  const own = directionOf(chapter.title);
  const title = element(`h${style.level}`, section.shown(heading), {
    className: ['chapter-title'],
    ...(own === null || own === style.direction ? {} : { dir: own }),
  });
  const noted = element(
    'section',
    [
      element(`h${style.level + 1}`, [text(style.notes)], { className: ['notes-title'] }),
      ...notes.map((note) => section.note(note)),
    ],
    { className: ['notes'], ...section.type('footnotes', null) },
  );
  return element('section', [title, ...section.shown(body), ...(notes.length === 0 ? [] : [noted])], {
    id,
    className: ['chapter'],
    ...section.type('chapter', 'doc-chapter'),
    ...(language === null ? {} : { lang: language }),
  });
}

/** The ids in an element, its own included. */
export function idsIn(node: Element): string[] {
  const ids: string[] = [];
  const rest: ElementContent[] = [node];
  for (let next = rest.pop(); next; next = rest.pop()) {
    if (next.type !== 'element') continue;
    const { id } = next.properties;
    if (typeof id === 'string') ids.push(id);
    for (const child of next.children) rest.push(child);
  }
  return ids;
}
