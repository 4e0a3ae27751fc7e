import type { Element, ElementContent } from 'hast';
import { addressOf } from './address.ts';
import { attributesOf } from './attributes.ts';
import { cleanText } from './clean.ts';
import { type Direction, directionOf } from './direction.ts';
import type { Ids } from './ids.ts';
import { mendRuby } from './ruby.ts';
import { mendTable } from './table.ts';
import { element, holdsBlock, holdsLink, isBlock, isEmpty, text, wordsOf } from './tree.ts';

/** The context of a chapter's repair. */
export interface Mending {
  readonly ids: Ids;
  readonly direction: Direction;
  /** Ids of the references to the chapter's notes. */
  readonly references: ReadonlySet<string>;
  /** Replaces a picture by an `img` that the book has, or by its description. */
  readonly picture: (image: Element) => ElementContent;
}

/** Nesting of elements that is kept; deeper ones become plain text. */
const MAX_DEPTH = 80;
/** `h1` is the book's, `h2` the chapter's. */
const FIRST_LEVEL = 3;

/** Makes any HTML tree valid: misplaced elements are moved, unwrapped or removed, and their text is kept. */
export class Mender {
  readonly #mending: Mending;
  /** Original levels of the enclosing headings. */
  readonly #above: number[] = [];
  #depth = 0;

  constructor(mending: Mending) {
    this.#mending = mending;
  }

  /** As blocks only: text between them becomes paragraphs. */
  blocks(nodes: readonly ElementContent[]): ElementContent[] {
    return this.#deeper(nodes, () => this.#flow(nodes));
  }

  /** As phrasing content only. */
  lines(nodes: readonly ElementContent[]): ElementContent[] {
    return this.#deeper(nodes, () => nodes.flatMap((node) => this.#line(node)));
  }

  /** As blocks when there is one among the nodes, otherwise as phrasing content. */
  content(nodes: readonly ElementContent[]): ElementContent[] {
    return holdsBlock(nodes) ? this.blocks(nodes) : this.lines(nodes);
  }

  #deeper(nodes: readonly ElementContent[], work: () => ElementContent[]): ElementContent[] {
    if (this.#depth >= MAX_DEPTH) return [text(wordsOf(nodes))];
    this.#depth += 1;
    try {
      return work();
    } finally {
      this.#depth -= 1;
    }
  }

  #flow(nodes: readonly ElementContent[]): ElementContent[] {
    const blocks: ElementContent[] = [];
    let run: ElementContent[] = [];
    const flush = () => {
      if (!isEmpty(run)) blocks.push(this.#paragraph(run, {}));
      run = [];
    };
    for (const node of nodes) {
      if (node.type === 'element' && isBlock(node)) {
        flush();
        for (const block of this.#block(node)) addBlock(blocks, block);
      } else if (node.type === 'element' && holdsBlock(node.children)) {
        flush();
        blocks.push(...this.blocks(node.children));
      } else run.push(...this.#line(node));
    }
    flush();
    return blocks;
  }

  #line(node: ElementContent): ElementContent[] {
    if (node.type === 'text') return [text(cleanText(node.value))];
    if (node.type !== 'element') return [];
    if (isBlock(node))
      return node.tagName === 'hr' ? [] : [text(' '), ...this.lines(node.children), text(' ')];
    const { children, tagName } = node;
    switch (tagName) {
      case 'a':
        return this.#link(node);
      case 'img':
        return [this.#mending.picture(node)];
      case 'br':
      case 'wbr':
        return [element(tagName, [])];
      case 'input':
        return node.properties['type'] === 'checkbox' ? [text(node.properties['checked'] ? '☑' : '☐')] : [];
      case 'ruby':
        return mendRuby(node, attributesOf(node, this.#mending.ids), (nodes) => this.lines(nodes));
      case 'rp':
        return [];
      case 'rt':
        return [text(' '), ...this.lines(children)];
      default:
        return this.#marked(node);
    }
  }

  #marked(node: Element): ElementContent[] {
    const { tagName } = node;
    const properties = attributesOf(node, this.#mending.ids);
    const children = this.lines(node.children);
    if (isEmpty(children) && properties['id'] === undefined) return children;
    const isPlain = tagName === 'bdo' && properties['dir'] === undefined;
    const isNested =
      tagName === 'dfn' &&
      children.some((child) => wordsOf([child]) && child.type === 'element' && child.tagName === 'dfn');
    return [element(isPlain || isNested ? 'span' : tagName, children, properties)];
  }

  #link(node: Element): ElementContent[] {
    const { className, href, id, name } = node.properties;
    if (
      Array.isArray(className) &&
      className.includes('noteref') &&
      this.#mending.references.has(String(id))
    ) {
      const own = this.#mending.ids.claimOwn(String(id));
      const properties = { className: ['noteref'], href: String(href), ...(own === null ? {} : { id: own }) };
      return [element('a', node.children, properties)];
    }
    const isAnchor = id === undefined && typeof name === 'string';
    const given = isAnchor ? { ...node, properties: { ...node.properties, id: name } } : node;
    const properties = attributesOf(given, this.#mending.ids);
    const address = addressOf(href);
    const children = this.lines(node.children);
    if (address === null || holdsLink(children) || wordsOf(children).trim() === '') {
      return Object.keys(properties).length === 0 ? children : [element('span', children, properties)];
    }
    return [element('a', children, { ...properties, href: address })];
  }

  #paragraph(lines: readonly ElementContent[], properties: Element['properties']): ElementContent {
    const shown = lines.filter((line) => line.type !== 'text' || line.value.trim() !== '');
    const [only] = shown;
    if (shown.length === 1 && only?.type === 'element' && only.tagName === 'img') {
      const { title, ...rest } = only.properties;
      const caption = typeof title === 'string' ? [element('figcaption', [text(title)])] : [];
      return element('figure', [element('img', [], rest), ...caption], properties);
    }
    return element('p', lines, this.#turned(lines, properties));
  }

  /** Adds `dir` when the text's direction differs from the book's. */
  #turned(lines: readonly ElementContent[], properties: Element['properties']): Element['properties'] {
    if (properties['dir'] !== undefined) return properties;
    const direction = directionOf(wordsOf(lines));
    return direction === null || direction === this.#mending.direction
      ? properties
      : { ...properties, dir: direction };
  }

  #block(node: Element): ElementContent[] {
    const { tagName, children } = node;
    const properties = () => attributesOf(node, this.#mending.ids);
    switch (tagName) {
      case 'p':
      case 'summary':
        return this.#ifShown(this.lines(children), properties(), (lines, own) => this.#paragraph(lines, own));
      case 'h1':
      case 'h2':
      case 'h3':
      case 'h4':
      case 'h5':
      case 'h6':
        return this.#heading(node);
      case 'pre':
        return this.#ifShown(this.lines(children), properties(), (lines, own) => element('pre', lines, own));
      case 'hr':
        return [element('hr', [])];
      case 'blockquote':
        return this.#ifShown(this.blocks(children), properties(), (blocks, own) =>
          element('blockquote', blocks, own),
        );
      case 'ul':
      case 'ol':
        return this.#list(node);
      case 'dl':
        return this.#definitions(node);
      case 'figure':
        return this.#figure(node);
      case 'table':
        return mendTable(node, {
          attributes: (cell) => attributesOf(cell, this.#mending.ids),
          content: (nodes) => this.content(nodes),
          turned: (lines, own) => this.#turned(lines, own),
        });
      default:
        return this.#division(node);
    }
  }

  #ifShown(
    children: ElementContent[],
    properties: Element['properties'],
    made: (children: ElementContent[], properties: Element['properties']) => ElementContent,
  ): ElementContent[] {
    if (!isEmpty(children)) return [made(children, properties)];
    return properties['id'] === undefined
      ? children.filter((child) => child.type === 'element')
      : [element('div', children, { id: properties['id'] })];
  }

  #division(node: Element): ElementContent[] {
    const properties = attributesOf(node, this.#mending.ids);
    const blocks = this.blocks(node.children);
    return Object.keys(properties).length === 0 ? blocks : [element('div', blocks, properties)];
  }

  #heading(node: Element): ElementContent[] {
    const written = Number(node.tagName.slice(1));
    const properties = attributesOf(node, this.#mending.ids);
    return this.#ifShown(this.lines(node.children), properties, (lines, own) => {
      while ((this.#above.at(-1) ?? 0) >= written) this.#above.pop();
      this.#above.push(written);
      const level = Math.min(6, FIRST_LEVEL - 1 + this.#above.length);
      return element(`h${level}`, lines, this.#turned(lines, own));
    });
  }

  #list(node: Element): ElementContent[] {
    const items: Element[] = [];
    for (const child of node.children) {
      if (child.type === 'element' && child.tagName === 'li') {
        const content = this.content(child.children);
        const properties = attributesOf(child, this.#mending.ids);
        if (!isEmpty(content) || properties['id'] !== undefined)
          items.push(element('li', content, this.#turned(content, properties)));
      } else if (!isEmpty([child])) items.push(element('li', this.content([child])));
    }
    if (items.length === 0) return [];
    return [element(node.tagName, items, attributesOf(node, this.#mending.ids))];
  }

  /** A list of terms with definitions; one of anything else becomes paragraphs. */
  #definitions(node: Element): ElementContent[] {
    const parts = node.children
      .flatMap((child) => (child.type === 'element' && child.tagName === 'div' ? child.children : [child]))
      .filter((child) => !isEmpty([child]));
    const names = parts.map((part) => (part.type === 'element' ? part.tagName : '')).join(' ');
    if (!/^(?:(?:dt )+(?:dd )+)+$/.test(`${names} `)) return this.blocks(parts.map(asDivision));
    const mended = (parts as Element[]).map((part) => {
      const content = part.tagName === 'dt' ? this.lines(part.children) : this.content(part.children);
      return element(part.tagName, content, this.#turned(content, attributesOf(part, this.#mending.ids)));
    });
    return [element('dl', mended, attributesOf(node, this.#mending.ids))];
  }

  #figure(node: Element): ElementContent[] {
    const isCaption = (child: ElementContent) => child.type === 'element' && child.tagName === 'figcaption';
    const [caption, ...others] = node.children.filter(isCaption) as Element[];
    const shown = this.blocks([
      ...node.children.filter((child) => !isCaption(child)),
      ...others.map(asDivision),
    ])
      // A picture alone in a paragraph has become a figure already.
      .flatMap((block) =>
        block.type === 'element' && block.tagName === 'figure' ? block.children : [block],
      );
    const words = caption ? this.content(caption.children) : [];
    const hasCaption = shown.some(isCaption);
    const own = isEmpty(words) || hasCaption ? [] : [element('figcaption', words)];
    return this.#ifShown([...shown, ...own], attributesOf(node, this.#mending.ids), (children, properties) =>
      element(shown.filter(isCaption).length > 1 ? 'div' : 'figure', children, properties),
    );
  }
}

/** Adds a block. An empty one that only has an id gives it to the heading before it, if that has none. */
function addBlock(blocks: ElementContent[], block: ElementContent): void {
  const last = blocks.at(-1);
  const { id, ...others } = block.type === 'element' ? block.properties : {};
  const isPlace = block.type === 'element' && block.tagName === 'div' && block.children.length === 0;
  const isHeading =
    last?.type === 'element' && /^h\d$/.test(last.tagName) && last.properties['id'] === undefined;
  if (isPlace && isHeading && id !== undefined && Object.keys(others).length === 0)
    last.properties = { ...last.properties, id };
  else blocks.push(block);
}

const asDivision = (node: ElementContent): ElementContent =>
  node.type === 'element' && isBlock(node) ? { ...node, tagName: 'div' } : node;
