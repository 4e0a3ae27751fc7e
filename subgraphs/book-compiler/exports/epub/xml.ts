import type { Element, ElementContent } from 'hast';
import { toXast } from 'hast-util-to-xast';
import type { Nodes } from 'xast';
import { toXml } from 'xast-util-to-xml';
import { element, type Properties, text } from '../book/tree.ts';

const XHTML = 'http://www.w3.org/1999/xhtml';
const OPS = 'http://www.idpf.org/2007/ops';
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

const VOID: ReadonlySet<string> = new Set(['br', 'hr', 'img', 'link', 'wbr']);

/** Elements that may have content keep both tags: HTML parsers read `<div />` as an open `<div>`. */
function filled(node: Element): Element {
  const children = node.children.map((child) => (child.type === 'element' ? filled(child) : child));
  const isBare = children.length === 0 && !VOID.has(node.tagName);
  return { ...node, children: isBare ? [text('')] : children };
}

/** Serialises a tree. The library does not escape `]]>`, which XML forbids (XML 1.0, section 2.4). */
export const serialise = (node: Nodes): string =>
  toXml(node, { closeEmptyElements: true }).replaceAll(']]>', ']]&gt;');

/** HTML as XML in the XHTML namespace. */
export const toXhtml = (node: Element): string => serialise(toXast(filled(node)));

export interface Page {
  readonly title: string;
  /** A BCP 47 tag; `und` where it is unknown. */
  readonly language: string;
  readonly direction: 'ltr' | 'rtl';
  /** Attributes of the body. */
  readonly properties?: Properties;
}

/** A whole XHTML document. */
export function xhtmlPage(
  { title, language, direction, properties = {} }: Page,
  body: readonly ElementContent[],
) {
  const head = element('head', [
    element('title', [text(title)]),
    element('link', [], { rel: ['stylesheet'], type: 'text/css', href: 'book.css' }),
  ]);
  const html = element('html', [head, element('body', body, properties)], {
    xmlns: XHTML,
    'xmlns:epub': OPS,
    lang: language,
    'xml:lang': language,
    dir: direction,
  });
  return `${DECLARATION}<!DOCTYPE html>\n${toXhtml(html)}\n`;
}

export { DECLARATION };
