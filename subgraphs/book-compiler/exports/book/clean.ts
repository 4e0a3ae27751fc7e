import type { ElementContent, Root } from 'hast';
import { type Schema, sanitize } from 'hast-util-sanitize';

const FLOW = [
  'p',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'blockquote',
  'ul',
  'ol',
  'li',
  'dl',
  'dt',
  'dd',
  'pre',
  'hr',
  'div',
  'figure',
  'figcaption',
  'table',
  'caption',
  'thead',
  'tbody',
  'tfoot',
  'tr',
  'th',
  'td',
  'details',
  'summary',
];
const PHRASING = [
  'a',
  'abbr',
  'b',
  'bdi',
  'bdo',
  'br',
  'cite',
  'code',
  'del',
  'dfn',
  'em',
  'i',
  'img',
  'input',
  'ins',
  'kbd',
  'mark',
  'q',
  'rp',
  'rt',
  'ruby',
  's',
  'samp',
  'small',
  'span',
  'strong',
  'sub',
  'sup',
  'u',
  'var',
  'wbr',
];
/** Blocks of web pages without a meaning in a book: each becomes a plain block. */
const BLOCKS = [
  'address',
  'article',
  'aside',
  'center',
  'fieldset',
  'footer',
  'form',
  'header',
  'hgroup',
  'main',
  'nav',
  'section',
];
/** Elements that are removed with their content. */
const DROPPED = [
  'applet',
  'audio',
  'base',
  'canvas',
  'embed',
  'frameset',
  'head',
  'iframe',
  'link',
  'math',
  'meta',
  'noembed',
  'noframes',
  'noscript',
  'object',
  'script',
  'select',
  'style',
  'svg',
  'template',
  'textarea',
  'title',
  'video',
];

const schema: Schema = {
  tagNames: [...FLOW, ...PHRASING, ...BLOCKS],
  strip: DROPPED,
  attributes: {
    '*': ['id', 'lang', 'dir', 'title'],
    a: ['href', 'name', ['className', 'noteref']],
    img: ['src', 'alt', 'height', 'width'],
    input: ['checked', 'type'],
    ol: ['start', 'reversed', 'type'],
    td: ['align', 'colSpan', 'rowSpan'],
    th: ['align', 'colSpan', 'rowSpan', 'scope'],
  },
  protocols: { href: ['http', 'https', 'mailto'] },
  // Ids are checked later, when all ids of the book are known.
  clobber: [],
  allowComments: false,
  allowDoctypes: false,
};

/** Removes from a stranger's HTML all that runs scripts, loads resources, asks for input or hides text. */
export function withoutDanger(children: readonly ElementContent[]): ElementContent[] {
  const root: Root = { type: 'root', children: [...children] };
  const clean = sanitize(root, schema);
  if (clean.type === 'root') return clean.children as ElementContent[];
  return [clean as ElementContent];
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids these
const NO_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFFE\uFFFF]/g;

/** Removes what XML and HTML forbid: lone surrogates, control characters, noncharacters. */
export const cleanText = (text: string): string =>
  text
    .toWellFormed()
    .replace(NO_XML, '')
    // The last two code points of each plane are noncharacters.
    .replace(
      /[\u{1FFFE}\u{1FFFF}\u{2FFFE}\u{2FFFF}\u{3FFFE}\u{3FFFF}\u{10FFFE}\u{10FFFF}\uFDD0-\uFDEF]/gu,
      '',
    );
