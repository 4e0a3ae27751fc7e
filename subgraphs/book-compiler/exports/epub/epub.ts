import type { Element } from 'hast';
import { contentsHeading } from '../../compose/contents-heading.ts';
import type { ParsedBook, ParsedChapter, Picture } from '../book/book.ts';
import { element, text } from '../book/tree.ts';
import type { MakeFile, OnProgress } from '../formats/format.ts';
import { coverDrawing } from '../page/cover.ts';
import { notesHeading } from '../page/labels.ts';
import { leftOutNote } from '../page/left-out.ts';
import { Places } from '../page/places.ts';
import { chapterSection, idsIn } from '../page/section.ts';
import { CONTAINER, type Item, packageDocument } from './package.ts';
import { STYLE } from './style.ts';
import { DECLARATION, toXhtml, xhtmlPage } from './xml.ts';
import { type ZipEntry, zipped } from './zip.ts';

const FOLDER = 'EPUB';
const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
};

const encoder = new TextEncoder();
const entry = (path: string, markup: string): ZipEntry => ({
  path: `${FOLDER}/${path}`,
  bytes: encoder.encode(markup),
});
const picture = (path: string, { bytes }: Picture): ZipEntry => ({
  path: `${FOLDER}/${path}`,
  bytes,
  compress: false,
});

const XHTML = 'application/xhtml+xml';

/** A chapter's page, its links still open. */
interface ChapterPage {
  readonly href: string;
  readonly id: string;
  readonly title: string;
  /** Encoded: a book's pages are held until all of its places are known. */
  readonly markup: Uint8Array;
}

class Epub {
  readonly #book: ParsedBook;
  readonly #onProgress: OnProgress;
  readonly #places = new Places();
  readonly #items: Item[] = [];
  readonly #shown = new Set<string>();
  readonly #leftOut: string[] = [];
  #hasAllWords = true;

  constructor(book: ParsedBook, onProgress: OnProgress) {
    this.#book = book;
    this.#onProgress = onProgress;
  }

  *entries(): Generator<ZipEntry> {
    yield { path: 'mimetype', bytes: encoder.encode('application/epub+zip'), compress: false };
    yield { path: 'META-INF/container.xml', bytes: encoder.encode(CONTAINER) };
    this.#item({ id: 'css', href: 'book.css', mediaType: 'text/css' });
    yield entry('book.css', STYLE);
    yield* this.#cover();
    yield* this.#titlePage();
    const chapters = [...this.#chapters()];
    const contents: Item = {
      id: 'nav',
      href: 'nav.xhtml',
      mediaType: XHTML,
      properties: 'nav',
      inSpine: true,
    };
    this.#items.splice(this.#items.findIndex(({ id }) => id === 'title-page') + 1, 0, contents);
    yield entry('nav.xhtml', this.#contents(chapters));
    const decoder = new TextDecoder();
    for (const { href, markup } of chapters)
      yield entry(href, this.#places.close(decoder.decode(markup), href));
    yield* this.#pictures();
    yield* this.#colophon();
    const access = { hasPictures: this.#shown.size > 0, hasAllWords: this.#hasAllWords };
    yield entry('package.opf', packageDocument(this.#book, this.#items, access));
  }

  #item(item: Item): void {
    this.#items.push(item);
  }

  #page(title: string, className: string, type: string) {
    const { language, direction } = this.#book;
    return { title, language, direction, properties: { className: [className], 'epub:type': type } };
  }

  *#cover(): Generator<ZipEntry> {
    const { cover, title } = this.#book;
    const page = { id: 'cover', href: 'cover.xhtml', mediaType: XHTML, inSpine: true };
    const head = this.#page(title, 'cover', 'cover');
    if (cover) {
      const href = `cover.${EXTENSIONS[cover.mediaType]}`;
      this.#item({ id: 'cover-image', href, mediaType: cover.mediaType, properties: 'cover-image' });
      this.#item(page);
      yield picture(href, cover);
      const image = element('img', [], { src: href, alt: title, role: 'doc-cover' });
      yield entry(page.href, xhtmlPage(head, [element('div', [image])]));
      return;
    }
    const drawing = coverDrawing(this.#book);
    const svg = `${DECLARATION}${toXhtml(drawing)}\n`;
    this.#item({
      id: 'cover-image',
      href: 'cover.svg',
      mediaType: 'image/svg+xml',
      properties: 'cover-image',
    });
    this.#item(page);
    yield entry('cover.svg', svg);
    const image = element('img', [], { src: 'cover.svg', alt: title, role: 'doc-cover' });
    yield entry(page.href, xhtmlPage(head, [element('div', [image])]));
  }

  *#titlePage(): Generator<ZipEntry> {
    const { title, subtitle, author, rights } = this.#book;
    const line = (className: string, words: string | null): Element[] =>
      words === null ? [] : [element('p', [text(words)], { className: [className] })];
    const body = [
      element('h1', [text(title)]),
      ...line('subtitle', subtitle),
      ...line('author', author),
      ...line('rights', rights),
    ];
    this.#item({ id: 'title-page', href: 'title.xhtml', mediaType: XHTML, inSpine: true });
    yield entry('title.xhtml', xhtmlPage(this.#page(title, 'title-page', 'titlepage'), body));
  }

  *#chapters(): Generator<ChapterPage> {
    const { titles } = this.#book;
    const digits = String(titles.length).length;
    for (const chapter of this.#book.chapters()) {
      const id = `chapter-${String(chapter.place).padStart(digits, '0')}`;
      this.#item({ id, href: `${id}.xhtml`, mediaType: XHTML, inSpine: true });
      yield this.#chapter(chapter, `${id}.xhtml`);
      this.#onProgress((0.9 * chapter.place) / titles.length, 'setting chapters');
    }
  }

  #chapter(chapter: ParsedChapter, href: string): ChapterPage {
    const { language, direction } = this.#book;
    const section = chapterSection(chapter, {
      level: 1,
      direction,
      notes: notesHeading(language),
      isEpub: true,
      picture: (key, words) => this.#pictureHref(key, words),
    });
    this.#leftOut.push(...chapter.leftOut);
    this.#places.add(href, idsIn(section));
    const page = { title: chapter.title || this.#book.title, language, direction };
    const markup = encoder.encode(xhtmlPage(page, [section]));
    return { href, id: chapter.id, title: chapter.title, markup };
  }

  #pictureHref(key: string, words: string): string {
    const { mediaType = '' } = this.#book.pictures.get(key) ?? {};
    this.#shown.add(key);
    if (words === '') this.#hasAllWords = false;
    return `pictures/${key}.${EXTENSIONS[mediaType]}`;
  }

  /** The table of contents, and the landmarks for reading systems (EPUB 3.3, section 7.4). */
  #contents(chapters: readonly ChapterPage[]): string {
    const { language, direction, title } = this.#book;
    const words = contentsHeading(language);
    const items = chapters.map((chapter) => this.#linked(chapter.href, chapter.title || title));
    const toc = element('nav', [element('h1', [text(words)]), element('ol', items)], {
      id: 'toc',
      role: 'doc-toc',
      'epub:type': 'toc',
    });
    const landmarks = [
      this.#linked('cover.xhtml', title, 'cover'),
      this.#linked('title.xhtml', title, 'titlepage'),
      this.#linked('nav.xhtml', words, 'toc'),
      ...chapters
        .slice(0, 1)
        .map(({ href, title: first }) => this.#linked(href, first || title, 'bodymatter')),
    ];
    const hidden = element('nav', [element('ol', landmarks)], {
      id: 'landmarks',
      hidden: 'hidden',
      'epub:type': 'landmarks',
    });
    return xhtmlPage({ title: words, language, direction }, [toc, hidden]);
  }

  #linked(href: string, words: string, type?: string): Element {
    return element('li', [
      element('a', [text(words)], { href, ...(type === undefined ? {} : { 'epub:type': type }) }),
    ]);
  }

  *#pictures(): Generator<ZipEntry> {
    for (const [key, found] of this.#book.pictures) {
      if (!this.#shown.has(key)) continue;
      const href = `pictures/${key}.${EXTENSIONS[found.mediaType]}`;
      this.#item({ id: `picture-${key}`, href, mediaType: found.mediaType });
      yield picture(href, found);
    }
  }

  *#colophon(): Generator<ZipEntry> {
    if (this.#leftOut.length === 0) return;
    const { title, direction } = this.#book;
    this.#item({ id: 'colophon', href: 'colophon.xhtml', mediaType: XHTML, inSpine: true });
    const note = leftOutNote(this.#leftOut, { isEpub: true });
    yield entry('colophon.xhtml', xhtmlPage({ title, language: 'en', direction }, [note]));
  }
}

/** EPUB 3.3: a page for each chapter, contents, landmarks and a cover. */
export const makeEpub: MakeFile = (book, onProgress) => zipped(new Epub(book, onProgress).entries());
