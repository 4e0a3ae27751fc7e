import { createHash } from 'node:crypto';
import type { Element, ElementContent } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { contentsHeading } from '../../compose/contents-heading.ts';
import type { ParsedBook, Picture } from '../book/book.ts';
import { element, text } from '../book/tree.ts';
import type { MakeFile, OnProgress } from '../formats/format.ts';
import { notesHeading } from '../page/labels.ts';
import { leftOutNote } from '../page/left-out.ts';
import { Places } from '../page/places.ts';
import { chapterSection, idsIn } from '../page/section.ts';
import { STYLE } from './style.ts';

const encoder = new TextEncoder();
const render = (nodes: readonly ElementContent[]): string => toHtml([...nodes]);
const meta = (name: string, content: string) => element('meta', [], { name, content });

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
/** The file loads nothing and runs nothing, wherever it is opened. */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'`;

const dataUrl = ({ mediaType, bytes }: Picture): string =>
  `data:${mediaType};base64,${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}`;

function head({ title, author, rights, compiledAt }: ParsedBook): Element {
  return element('head', [
    element('meta', [], { charSet: 'utf-8' }),
    element('meta', [], { httpEquiv: ['Content-Security-Policy'], content: POLICY }),
    meta('viewport', 'width=device-width, initial-scale=1'),
    meta('referrer', 'no-referrer'),
    element('title', [text(title)]),
    ...(author === null ? [] : [meta('author', author)]),
    ...(rights === null ? [] : [meta('rights', rights)]),
    meta('date', compiledAt),
    element('style', [text(STYLE)]),
  ]);
}

function opening(book: ParsedBook): Element {
  const { title, subtitle, author, rights, cover } = book;
  const line = (className: string, words: string | null): Element[] =>
    words === null ? [] : [element('p', [text(words)], { className: [className] })];
  const { width, height } = cover ?? {};
  const front = cover
    ? [element('img', [], { src: dataUrl(cover), alt: '', className: ['cover'], width, height })]
    : [];
  return element('header', [
    ...front,
    element('h1', [text(title)]),
    ...line('subtitle', subtitle),
    ...line('author', author),
    ...line('rights', rights),
  ]);
}

function contents(language: string, chapters: readonly { readonly id: string; readonly title: string }[]) {
  const words = contentsHeading(language);
  const items = chapters.map(({ id, title }) =>
    element('li', [element('a', [text(title)], { href: `#${encodeURIComponent(id)}` })]),
  );
  return element('nav', [element('h2', [text(words)]), element('ol', items)], {
    id: 'contents',
    ariaLabel: words,
  });
}

interface Part {
  readonly id: string;
  readonly title: string;
  /** Encoded to save memory: all chapters are held until all ids of the book are known. */
  readonly markup: Uint8Array;
}

function* parts(
  book: ParsedBook,
  places: Places,
  leftOut: string[],
  onProgress: OnProgress,
): Generator<Part> {
  const { titles, pictures, title, direction } = book;
  const notes = notesHeading(book.language);
  const picture = (key: string) => {
    const found = pictures.get(key);
    return found ? dataUrl(found) : '';
  };
  for (const chapter of book.chapters()) {
    const section = chapterSection(chapter, { level: 2, direction, notes, isEpub: false, picture });
    places.add('', idsIn(section));
    leftOut.push(...chapter.leftOut);
    yield { id: chapter.id, title: chapter.title || title, markup: encoder.encode(render([section])) };
    onProgress((0.9 * chapter.place) / titles.length, 'setting chapters');
  }
}

/** A self-contained HTML file with its style and pictures. */
export const makeHtml: MakeFile = function* (book, onProgress) {
  const { language, direction } = book;
  const places = new Places();
  const leftOut: string[] = [];
  const written = [...parts(book, places, leftOut, onProgress)];
  const attributes = `lang="${language}" dir="${direction}"`;
  yield encoder.encode(
    `<!DOCTYPE html>\n<html ${attributes}>\n${render([head(book)])}\n<body>\n${render([opening(book), contents(language, written)])}\n<main>\n`,
  );
  const decoder = new TextDecoder();
  for (const { markup } of written) yield encoder.encode(`${places.close(decoder.decode(markup), '')}\n`);
  const note =
    leftOut.length === 0 ? '' : `<footer>${render([leftOutNote(leftOut, { isEpub: false })])}</footer>\n`;
  yield encoder.encode(`</main>\n${note}</body>\n</html>\n`);
};
