import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PANDOC } from '../../../cli/services/pandoc.ts';
import { sherlockHolmes } from '../../../platform/testing/shared-data.ts';
import { type ComposedBook, composeBook } from './compose.ts';
import { nastyBook } from './nasty.fixture.ts';
import { type Reading, readCommonMark, readGfm, reading, wordsOf } from './readers.fixture.ts';

let folder: string;

beforeAll(() => {
  if (!existsSync(PANDOC))
    throw new Error(`There is no ${PANDOC}: npm run services -- up installs it (apt-get install pandoc)`);
  folder = mkdtempSync(join(tmpdir(), 'blobgraph-pandoc-'));
});
afterAll(() => {
  if (folder) rmSync(folder, { recursive: true });
});

/** A book as pandoc renders it. */
function pandoc({ text }: ComposedBook, name: string, ...args: string[]): string {
  const [source, target] = [join(folder, 'book.md'), join(folder, name)];
  writeFileSync(source, text);
  // `smart` would change quotation marks.
  execFileSync(PANDOC, [
    source,
    '--quiet',
    '--from=markdown-smart',
    '--wrap=none',
    '--standalone',
    '-o',
    target,
    ...args,
  ]);
  return target;
}

const readPandoc = (book: ComposedBook, ...args: string[]): Reading =>
  reading(readFileSync(pandoc(book, 'book.html', ...args), 'utf8').replace(/^[\s\S]*<\/header>/, ''));

const nasty = nastyBook();
const bookOf = (...texts: string[]) =>
  composeBook({
    title: 'The Book',
    author: 'Its Author',
    language: null,
    chapters: texts.map((text, index) => ({ chapterNum: index + 1, number: index + 1, title: '', text })),
  });

describe('pandoc', () => {
  it('has unique ids and no broken link, also with pandoc’s own table of contents', () => {
    const { ids, fragments } = readPandoc(nasty, '--toc');
    expect(ids).toEqual([...new Set(ids)]);
    for (const fragment of fragments) expect(ids).toContain(fragment);
  });

  it('sees each chapter under its heading, and the book’s own metadata', () => {
    const { headings } = readPandoc(nasty);
    expect(headings.filter(({ level }) => level === 2)).toHaveLength(1 + 12);
    const metadata = JSON.parse(readFileSync(pandoc(nasty, 'book.json'), 'utf8')).meta;
    expect(Object.keys(metadata)).toEqual(['author', 'lang', 'title']);
    expect(JSON.stringify(metadata)).not.toMatch(/Someone|nobody|Third/);
  });

  it('links the contents of an EPUB to the chapters’ files', () => {
    const epub = pandoc(nasty, 'book.epub', '--epub-chapter-level=2');
    const unpacked = join(folder, 'epub');
    execFileSync('python3', ['-m', 'zipfile', '-e', epub, unpacked]);
    const read = (file: string) => readFileSync(join(unpacked, 'EPUB', 'text', file), 'utf8');
    const links = [...read('ch002.xhtml').matchAll(/href="(ch\d+\.xhtml)#([^"]+)"/g)];
    expect(links).toHaveLength(12);
    for (const [index, [, file = '', id = '']] of links.entries()) {
      const { headings, ids } = reading(read(file));
      expect(headings[0]?.words).toContain(nasty.chapters[index]?.title);
      expect(ids).toContain(decodeURIComponent(id));
    }
  });

  it('gives every chapter its own notes', () => {
    const { html } = readPandoc(bookOf('# A\n\nWet.[^1]\n\n[^1]: Rain.', '# B\n\nDry.[^1]\n\n[^1]: Wind.'));
    expect(html.match(/class="footnote-ref"/g)).toHaveLength(2);
    expect(wordsOf(html)).toMatch(/Rain\..*Wind\./);
  });

  it.each([
    ['a fence', '```js\nconst lamp = 1;'],
    ['a comment', 'Before. <!-- a thought\n\nAfter.'],
    ['a div', '::: {.note}\nMind the step.'],
    ['an element', '<div class="a">\n\n<b>bold'],
    ['an environment', '\\begin{verse}\n\ntext'],
    ['metadata', 'Text.\n\n---\ntitle: Another\n---'],
  ])('ends with the chapter what it opens: %s', (_what, text) => {
    const next = '# Next\n\nAnd on. -->\n\n```\ncode\n```\n\n\\end{verse}\n\n</div>\n\n:::\n';
    const { headings, html } = readPandoc(bookOf(`# Open\n\n${text}`, next));
    expect(headings.map(({ words }) => words)).toEqual(expect.arrayContaining(['Open', 'Next']));
    expect(html).toMatch(/<h2[^>]*>Next<\/h2>\s*<div id="chapter-2">\s*<\/div>\s*<p>And on\. --&gt;<\/p>/);
  });
});

const sherlock = sherlockHolmes();
describe.skipIf(!sherlock)('The Adventures of Sherlock Holmes', () => {
  it('has the same contents in pandoc, CommonMark and GFM', () => {
    const { title = '', author = '', chapters = [] } = sherlock ?? {};
    const numbered = chapters.map((each) => ({ ...each, number: each.chapterNum }));
    const book = composeBook({ title, author, language: null, chapters: numbered });
    const [ofPandoc, ...others] = [readPandoc(book), readCommonMark(book.text), readGfm(book.text)];
    for (const other of others) {
      expect(other.headings).toEqual(ofPandoc?.headings);
      expect(wordsOf(other.html)).toBe(wordsOf(ofPandoc?.html ?? ''));
    }
  });
});
