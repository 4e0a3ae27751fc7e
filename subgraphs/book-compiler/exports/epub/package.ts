import { type Child, x } from 'xastscript';
import type { ParsedBook } from '../book/book.ts';
import { DECLARATION, serialise } from './xml.ts';

/** A file in the book's manifest. */
export interface Item {
  readonly id: string;
  /** Relative to the package document. */
  readonly href: string;
  readonly mediaType: string;
  /** E.g. `nav`, `cover-image`, `svg`. */
  readonly properties?: string;
  /** Whether it is in the reading order. Default: false. */
  readonly inSpine?: boolean;
}

export const CONTAINER = `${DECLARATION}${serialise(
  x('container', { version: '1.0', xmlns: 'urn:oasis:names:tc:opendocument:xmlns:container' }, [
    x('rootfiles', [
      x('rootfile', { 'full-path': 'EPUB/package.opf', 'media-type': 'application/oebps-package+xml' }),
    ]),
  ]),
)}\n`;

const meta = (property: string, value: string, refines?: string) =>
  x('meta', { property, ...(refines === undefined ? {} : { refines }) }, value);

export interface Accessibility {
  readonly hasPictures: boolean;
  /** Whether each picture has a description. */
  readonly hasAllWords: boolean;
}

/** The book's accessibility metadata (EPUB Accessibility 1.1, section 2). */
function accessibility({ hasPictures, hasAllWords }: Accessibility): Child[] {
  const features = ['readingOrder', 'structuralNavigation', 'tableOfContents', 'displayTransformability'];
  return [
    meta('schema:accessMode', 'textual'),
    ...(hasPictures ? [meta('schema:accessMode', 'visual')] : []),
    ...(hasPictures && !hasAllWords ? [] : [meta('schema:accessModeSufficient', 'textual')]),
    ...features.map((feature) => meta('schema:accessibilityFeature', feature)),
    ...(hasPictures && hasAllWords ? [meta('schema:accessibilityFeature', 'alternativeText')] : []),
    meta('schema:accessibilityHazard', 'none'),
    meta(
      'schema:accessibilitySummary',
      hasPictures && !hasAllWords
        ? 'The text can be read by any means. Not all pictures are described.'
        : 'The book can be read by any means: all of it is text, in its order, under headings.',
    ),
  ];
}

/** A time in the package's format: whole seconds. */
const seconds = (time: string): string => new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');

function metadata(book: ParsedBook, access: Accessibility): Child[] {
  const { id, title, subtitle, author, rights, language, compiledAt, version } = book;
  return [
    x('dc:identifier', { id: 'id' }, `urn:uuid:${id}`),
    x('dc:title', { id: 'title' }, title),
    meta('title-type', 'main', '#title'),
    ...(subtitle === null
      ? []
      : [x('dc:title', { id: 'subtitle' }, subtitle), meta('title-type', 'subtitle', '#subtitle')]),
    x('dc:language', language),
    ...(author === null
      ? []
      : [
          x('dc:creator', { id: 'author' }, author),
          x('meta', { refines: '#author', property: 'role', scheme: 'marc:relators' }, 'aut'),
        ]),
    ...(rights === null ? [] : [x('dc:rights', rights)]),
    x('dc:date', seconds(compiledAt)),
    meta('dcterms:modified', seconds(compiledAt)),
    meta('schema:version', String(version)),
    ...accessibility(access),
  ];
}

function manifestItem({ id, href, mediaType, properties }: Item) {
  const more = properties === undefined ? {} : { properties };
  return x('item', { id, href, 'media-type': mediaType, ...more });
}

/** The package document (EPUB 3.3, section 5). */
export function packageDocument(book: ParsedBook, items: readonly Item[], access: Accessibility): string {
  const { language, direction } = book;
  const spine = items.filter(({ inSpine }) => inSpine).map(({ id }) => x('itemref', { idref: id }));
  const root = x(
    'package',
    {
      xmlns: 'http://www.idpf.org/2007/opf',
      version: '3.0',
      'unique-identifier': 'id',
      'xml:lang': language,
      dir: direction,
      prefix: 'schema: http://schema.org/',
    },
    [
      x('metadata', { 'xmlns:dc': 'http://purl.org/dc/elements/1.1/' }, ...metadata(book, access)),
      x('manifest', items.map(manifestItem)),
      x('spine', direction === 'rtl' ? { 'page-progression-direction': 'rtl' } : {}, spine),
    ],
  );
  return `${DECLARATION}${serialise(root)}\n`;
}
