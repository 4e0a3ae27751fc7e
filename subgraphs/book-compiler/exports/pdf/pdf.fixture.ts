import { buffer } from 'node:stream/consumers';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { composeBook } from '../../compose/compose.ts';
import type { BookInput } from '../book/book.ts';
import { type PdfOptions, setPdf } from './pdf.ts';

/** A compiled book of chapters in Markdown. */
export function bookOf(texts: readonly string[], over: Partial<BookInput> = {}): BookInput {
  const { title = 'The Book', author = 'Its Author', language = 'en' } = over;
  const numbered = texts.map((text, index) => ({
    chapterNum: index + 1,
    number: index + 1,
    title: '',
    text,
  }));
  return compiled(
    composeBook({ title, author, language, chapters: numbered }).chapters.map(({ title: name, text }) => ({
      title: name,
      text,
    })),
    over,
  );
}

/** A book of stored chapters, even such as the compiler would not make. */
export const compiled = (
  chapters: readonly { readonly title: string; readonly text: string }[],
  over: Partial<BookInput> = {},
): BookInput => ({
  id: '7d2c0b1e-0000-4000-8000-000000000000',
  version: 1,
  title: 'The Book',
  subtitle: null,
  author: 'Its Author',
  rights: null,
  language: 'en',
  compiledAt: '2026-01-31T12:00:00.000Z',
  cover: null,
  pictures: new Map(),
  ...over,
  chapters: chapters.map((chapter, index) => ({ number: index + 1, ...chapter })),
});

/** The file. */
export const pdfOf = (book: BookInput, over: Partial<PdfOptions> = {}): Promise<Buffer> =>
  buffer(
    setPdf(book, {
      userId: 'alice',
      signal: new AbortController().signal,
      onProgress: () => undefined,
      fonts: [],
      ...over,
    }),
  );

/** A file as PDF.js reads it. */
async function readPdf(file: Buffer) {
  const task = getDocument({ data: new Uint8Array(file), verbosity: 0, useSystemFonts: false });
  const document = await task.promise;
  const pages: string[] = [];
  const fonts = new Map<string, boolean>();
  const structure: unknown[] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const page = await document.getPage(number);
    await page.getOperatorList();
    const { items } = await page.getTextContent();
    const runs = items.flatMap((item) => ('str' in item ? [item] : []));
    for (const { fontName } of runs) {
      const { name, missingFile } = page.commonObjs.get(fontName) as { name: string; missingFile: boolean };
      fonts.set(name, !missingFile);
    }
    pages.push(runs.map(({ str, hasEOL }) => (hasEOL ? `${str}\n` : str)).join(''));
    structure.push(await page.getStructTree());
    page.cleanup();
  }
  const { info, metadata } = await document.getMetadata();
  const found = {
    pages,
    /** All text, white space normalised. */
    text: pages.join('\n').replaceAll(/\s+/g, ' '),
    /** By name: whether it is embedded. */
    fonts,
    /** Roles of the structure tree by page, as JSON. */
    structure: JSON.stringify(structure),
    info: info as Readonly<Record<string, unknown>>,
    accessible: metadata?.get('pdfuaid:part'),
    marked: (await document.getMarkInfo())?.Marked,
    labels: await document.getPageLabels(),
    outline: ((await document.getOutline()) ?? []).map(({ title }) => title as string),
    actions: [await document.getJSActions(), await document.getAttachments()],
  };
  await task.destroy();
  return found;
}

/** Sets a book and reads the file. */
export const setAndRead = async (book: BookInput, over?: Partial<PdfOptions>) =>
  readPdf(await pdfOf(book, over));
