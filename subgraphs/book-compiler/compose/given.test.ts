import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFile } from '../../../platform/process/paths.ts';
import { composeBook } from './compose.ts';
import { readCommonMark, readGfm, sectionOf } from './readers.fixture.ts';

const folder = projectFile('subgraphs', 'book-compiler', 'compose', 'given');
const files = readdirSync(folder).toSorted();
const book = composeBook({
  title: 'Twelve',
  author: null,
  language: null,
  chapters: files.map((file, index) => ({
    chapterNum: index + 1,
    number: index + 1,
    title: '',
    text: readFileSync(join(folder, file), 'utf8'),
  })),
});

/** Chapters with which this system or a similar one failed. The file's name tells the topic. */
describe.each([
  ['CommonMark', readCommonMark],
  ['GFM', readGfm],
])('chapters that went wrong, read as %s', (_name, read) => {
  const reading = read(book.text);

  it('have one title each, without front matter, byte order marks and zero-width spaces', () => {
    expect(book.chapters.map(({ title }) => title)).toEqual([
      'The Slip',
      'The Hill',
      'A Third Thing',
      'Notes',
      'Margin',
      'The Weighing Room',
      'Chapter 2',
      'Crlf',
      'Blocks',
      'Anderswo',
      'The lamp in the harbour office burned all night and Mara',
      'Chapter 12',
    ]);
    const second = reading.headings.filter(({ level }) => level === 2).map(({ words }) => words);
    expect(second.slice(1, 13)).toEqual(book.chapters.map(({ title }) => title));
    expect(reading.headings).toContainEqual({ level: 3, words: 'Later' });
  });

  it('keep their own notes and links', () => {
    expect(sectionOf(reading, 'The Slip')).toContain('https://example.org/hill');
    expect(sectionOf(reading, 'The Hill')).toContain('https://example.org/slip');
    if (read === readGfm) {
      expect(reading.html).toMatch(/fn-1-1">\s*<p>It had rained since noon/);
      expect(reading.html).toMatch(/fn-2-1">\s*<p>The wind had seen to that/);
    }
  });

  it('do not run into the next one, and have unique ids', () => {
    expect(sectionOf(reading, 'Margin')).not.toContain('thought');
    expect(sectionOf(reading, 'The Weighing Room')).toContain('They set the pan straight.');
    expect(reading.ids).toEqual([...new Set(reading.ids)]);
    for (const fragment of reading.fragments) expect(reading.ids).toContain(fragment);
    expect(sectionOf(reading, 'Chapter 2')).toMatch(/<h3>The Quay<\/h3>\s*<div id="chapter-7-the-quay">/);
  });

  it('keep blocks and other languages to the letter', () => {
    for (const file of ['09-blocks.md', '10-other-languages.md']) {
      const [, ...paragraphs] = readFileSync(join(folder, file), 'utf8').split('\n\n');
      expect(book.text).toContain(paragraphs.join('\n\n').trimEnd());
    }
    expect(book.text).not.toMatch(/\r|\uFEFF|\u200b/);
    expect(book.text).not.toContain('Someone Else');
  });
});
