import { describe, expect, it } from 'vitest';
import { expectedBook, nastyBook } from './nasty.fixture.ts';
import { type Reading, readCommonMark, readGfm, sectionOf } from './readers.fixture.ts';

const book = nastyBook();

it('compiles the nasty book as expected', () => {
  expect(book.text).toBe(expectedBook());
});

describe.each([
  ['CommonMark', readCommonMark],
  ['GFM', readGfm],
])('the nasty book, read as %s', (_name, read) => {
  const reading: Reading = read(book.text);

  it('has every chapter under one heading, in order', () => {
    const chapters = reading.headings.filter(({ level }) => level === 2).map(({ words }) => words);
    const titles = book.chapters.map(({ title }) => title);
    expect(
      chapters
        .filter((words) => words !== 'Footnotes')
        .map((words) => words.replace(/(?:\[\^1-title\]|1)$/, '')),
    ).toEqual(['Contents', ...titles]);
    expect(titles).toHaveLength(12);
  });

  it('has unique ids and no broken link', () => {
    expect(reading.ids).toEqual([...new Set(reading.ids)]);
    for (const fragment of reading.fragments) expect(reading.ids).toContain(fragment);
  });

  it('keeps code, tables and text unchanged', () => {
    expect(sectionOf(reading, 'Blocks')).toContain('indented = &quot;[^1] &lt;!-- code --&gt;&quot;');
    expect(sectionOf(reading, 'Blocks')).toContain('kept   as\n\n# it is');
    expect(sectionOf(reading, '夜の手紙')).toContain('读它。');
    expect(sectionOf(reading, 'A Third: Thing')).not.toContain('Someone');
  });
});
