import { describe, expect, it } from 'vitest';
import { type ComposedBook, composeBook } from './compose.ts';
import { type Reading, readCommonMark, readGfm, sectionOf, wordsOf } from './readers.fixture.ts';

const READERS = { CommonMark: readCommonMark, GFM: readGfm };
const READER_NAMES = Object.keys(READERS) as (keyof typeof READERS)[];

/** Composes a book of texts. A title is taken from the text unless given. */
const bookOf = (...texts: (string | { title: string; text: string })[]): ComposedBook =>
  composeBook({
    title: 'The Book',
    author: null,
    language: 'en',
    chapters: texts.map((given, index) => ({
      chapterNum: index + 1,
      number: index + 1,
      ...(typeof given === 'string' ? { title: '', text: given } : given),
    })),
  });

/** Expects one heading a chapter, unique ids and no broken link. */
function assertSound({ ids, fragments, headings }: Reading, { chapters }: ComposedBook): void {
  expect(ids).toEqual([...new Set(ids)]);
  for (const fragment of fragments) expect(ids).toContain(fragment);
  const second = headings.filter(({ level }) => level === 2).map(({ words }) => words);
  expect(second).toEqual(['Contents', ...chapters.map(({ title }) => title)]);
  expect(headings.filter(({ level }) => level === 1)).toEqual([{ level: 1, words: 'The Book' }]);
}

const NEXT = '# Next\n\nThe *next* chapter has [a link](https://example.org).\n';
const NEXT_HTML =
  /<h2[^>]*>Next<\/h2>\s*<div id="[^"]+"><\/div>\s*<p>The <em>next<\/em> chapter has <a href="https:\/\/example.org">a link<\/a>\.<\/p>/;

describe.each(READER_NAMES)('%s', (name) => {
  const read = READERS[name];

  it('resolves each chapter’s references to its own definitions', () => {
    const one =
      '# One\n\nA [up][house], a [house], a [house][] and ![house].\n\n[house]: https://example.org/hill';
    const two =
      '# Two\n\nA [down][HOUSE] and [house].\n\n[house]: https://example.org/slip\n[House]: /second';
    const three = '# Three\n\nNo [house] here, nor a [^1].\n';
    const book = bookOf(one, two, three);
    const reading = read(book.text);
    assertSound(reading, book);
    expect(sectionOf(reading, 'One').match(/example\.org\/hill/g)).toHaveLength(4);
    expect(sectionOf(reading, 'One')).not.toContain('slip');
    expect(sectionOf(reading, 'Two').match(/example\.org\/slip/g)).toHaveLength(2);
    expect(sectionOf(reading, 'Three')).toContain('No [house] here');
  });

  it.each([
    ['a fence', '```js\nconst lamp = 1;'],
    ['a fence of tildes', '~~~~\n~~~\ncode'],
    ['a fence without a line', '```'],
    ['a fence that seems to end', '```\ncode\n> ```'],
    ['a fence behind a table', '| a |\n|---|\n<a>\n```\ncode'],
    ['HTML around a comment', '<div>\n<!-- c -->\n~~~\n</div>'],
    ['a heading in HTML', '<h1>\nRaw'],
    ['a rule behind a note', '[^1]: note\nmore\n---'],
    ['a fence in a list', '- a\n\n  ```\n  code'],
    ['a fence in a quote', '> ```\n> code'],
    ['a comment', 'Before.\n\n<!-- a thought\n\nAfter.'],
    ['a comment in a line', 'Before. <!-- a thought\n\nAfter.'],
    ['raw text', '<pre>\nkept   as\n\nit is'],
    ['a script', '<script>\nlet a = 1 < 2;\n\n'],
    ['elements', '<details>\n<summary>More</summary>\n\n<b>bold\n\ntext'],
    ['a tag', 'Text <a href="x\n\nand\n\n<div class="x'],
    ['an instruction', '<?php\n\necho 1;'],
    ['a section of characters', '<![CDATA[\n\ntext'],
    ['a declaration', '<!DOCTYPE html'],
    ['a list', '- a\n- b'],
    ['a paragraph', 'Text that goes on'],
    ['a table', '| a | b |\n| --- | --- |\n| c'],
    ['a definition', '[a]: https://example.org\n"title'],
    ['emphasis', '**bold *and `code'],
  ])('ends what a chapter leaves open with it: %s', (_what, text) => {
    const book = bookOf({ title: 'Open', text }, NEXT);
    const reading = read(book.text);
    assertSound(reading, book);
    expect(reading.html).toMatch(NEXT_HTML);
    for (const element of ['pre', 'script', 'details', 'b', 'div'])
      expect(reading.html.split(`<${element}>`).length, element).toBeLessThanOrEqual(
        reading.html.split(`</${element}>`).length,
      );
  });

  it('gives each chapter one title, and its own headings below it', () => {
    const book = bookOf(
      '# Marked #\n\n## Part\n\nText.\n\n#### Deep',
      'Underlined\n*twice*\n====\n\nText.\n\nLater\n-----\n',
      { title: 'Given', text: '# Before it was renamed\n\nText\n# Second\n\n## Third' },
      { title: 'Owl', text: '# Chapter 4: The *Owl*\n\nText.' },
      { title: 'Alone', text: '## Section\n\nText.\n\n### Below' },
      '---\ntitle: Front\n---\n\n# Front\n\nText.\n\n###### Lowest',
    );
    expect(read(book.text).headings.map(({ level, words }) => `${level} ${words}`)).toEqual([
      '1 The Book',
      '2 Contents',
      '2 Marked',
      '3 Part',
      '5 Deep',
      '2 Underlined twice',
      '3 Later',
      '2 Given',
      '3 Second',
      '4 Third',
      '2 Chapter 4: The Owl',
      '2 Alone',
      '3 Section',
      '4 Below',
      '2 Front',
      '6 Lowest',
    ]);
  });

  it('shows no front matter and no comments', () => {
    const text =
      '\uFEFF---\r\ntitle: "Hers"\r\nauthor: Someone\r\n---\r\n<!-- first -->\r\nText <!-- in --> here. <!-- last -->\r\n\r\n<!--\r\na\r\n\r\nb -->\r\nEnd.';
    const book = bookOf(text, '---\n\nNo front matter.\n\n---\nlanguage: text\n---\n');
    const reading = read(book.text);
    expect(book.chapters.map(({ title }) => title)).toEqual(['Hers', 'No front matter.']);
    expect(sectionOf(reading, 'Hers')).toMatch(/<p>Text +here\.<\/p>\n<p>End\.<\/p>/);
    expect(reading.html).not.toMatch(/Someone|first|thought|<!--/);
    expect(sectionOf(reading, 'No front matter.')).toContain('language: text');
  });

  it.each(['\n', '\r\n', '\r'])('sees headings with any line ending: %j', (end) => {
    const book = bookOf(`\uFEFF# One${end}${end}Text.${end}${end}Two${end}---${end}${end}More.`);
    expect(read(book.text).headings.map(({ words }) => words)).toEqual([
      'The Book',
      'Contents',
      'One',
      'Two',
    ]);
    expect(book.text).not.toContain('\r');
  });

  it('resolves links to headings and other chapters, and keeps ids unique', () => {
    const book = bookOf(
      '# Chapter 2\n\n[a](#notes) [b](#Notes-1) [c](./03-the-far-bank.md) [d](the-far-bank.md#its-end "t") [e](<chapter 2.md>)\n\n## Notes\n\n## Notes\n',
      '# Two\n\n[f](#notes) [g](#its-end) [h](nowhere.md) [i](#nowhere) [j](#own) [k](https://example.org/x.md)\n\n## Notes\n\n<a id="own"></a>\n\n[l]\n\n[l]: 1.md#notes',
      {
        title: 'The Far Bank',
        text: 'Text <span id="own">here</span> and <a href="#own">there</a>.\n\n## Its end\n\n> # Quoted\n\n[m](#quoted) [n](#two)',
      },
    );
    const reading = read(book.text);
    assertSound(reading, book);
    const to = Object.fromEntries(
      [...reading.html.matchAll(/<a href="([^"]*)"[^>]*>(\w|there)<\/a>/g)].map(([, href, text]) => [
        text,
        href,
      ]),
    );
    expect(to).toEqual({
      a: '#chapter-1-notes',
      b: '#chapter-1-notes-start',
      c: '#chapter-3',
      d: '#chapter-3-its-end',
      e: '#chapter-1',
      f: '#chapter-2-start-notes',
      g: '#chapter-3-its-end',
      h: '#book-contents',
      i: '#chapter-2-start',
      j: '#own',
      k: 'https://example.org/x.md',
      l: '#chapter-1-notes',
      m: '#chapter-3-quoted',
      n: '#chapter-2-start',
      there: '#chapter-3-own',
    });
  });

  it('resolves links to a replaced title to its chapter', () => {
    const book = bookOf(
      {
        title: 'New',
        text: '# <a id="here"></a>Old [x](#here) {#there}\n\n[a](#old-x) [b](#here) [c](#there) [d](#new)',
      },
      '[e](#old-x)',
    );
    const reading = read(book.text);
    assertSound(reading, book);
    expect(reading.fragments.slice(2)).toEqual(Array(5).fill('chapter-1'));
  });

  it('shows the same words as the separate chapters', () => {
    const text =
      'One *two* `three` [four](https://x.org) &amp; \\* five.\n\n- six\n- seven\n\n| a | b |\n| - | - |\n| c | d |';
    const book = bookOf({ title: 'T', text });
    expect(wordsOf(sectionOf(read(book.text), 'T'))).toBe(`T ${wordsOf(read(text).html)}`);
  });
});

describe('footnotes', () => {
  it('stay each chapter’s own', () => {
    const book = bookOf(
      '# One\n\nWet.[^1] Dry.[^ô] Wet again.[^1]\n\n[^1]: Rain.\n\n    More rain.\n[^ô]: Sun.',
      '# Two\n\nDry.[^1]\n\n[^1]: Wind, as [^2] says.\n[^1]: Never shown.\n[^2]: Cloud.',
    );
    const { html } = readGfm(book.text);
    const noteOf = (id: string) =>
      new RegExp(`id="user-content-fn-${id}">([\\s\\S]*?)</li>`).exec(html)?.[1] ?? '';
    expect(noteOf('1-1')).toMatch(/Rain\.[\s\S]*More rain\./);
    expect(noteOf('2-1')).toContain('Wind');
    expect(noteOf('2-2')).toContain('Cloud');
    expect(noteOf('1-%C3%B4')).toContain('Sun');
    expect(html).not.toContain('Never shown');
    expect(sectionOf(readGfm(book.text), 'One').match(/#user-content-fn-1-1"/g)).toHaveLength(2);
  });
});

describe('other content than prose', () => {
  it('is not touched', () => {
    const blocks = [
      'A list.\n- eggs, a dozen\n- lamp oil',
      'Code:',
      '    indented = "[^1] <!-- code -->"\n\n    more = "# code"',
      'Albatross | Leith\n--- | ---\nTern | `[a]`',
      '$$\nE = mc^2\n\\begin{x}\n\\end{x}\n$$',
      '::: note\nMind the step.\n:::',
      '<pre>\nkept   as\n\n# it is\n</pre>',
      '```md\n# heading\n[^1]: x\n<!-- c -->\n```',
    ].join('\n\n');
    expect(bookOf({ title: 'Blocks', text: `# Blocks\n\n${blocks}\n` }).text).toContain(blocks);
  });

  it('keeps an empty comment that separates two lists', () => {
    const book = bookOf({ title: 'T', text: '- a\n\n<!-- end of list -->\n\n- b' });
    expect(book.text).toContain('- a\n\n<!-- -->\n\n- b');
  });

  it('is closed for pandoc, which knows more constructs', () => {
    const book = bookOf(
      { title: 'Div', text: '::: outer\n\n::: {.inner}\ntext\n\n:::\n\nmore' },
      { title: 'TeX', text: '\\begin{verse}\n\ntext' },
      { title: 'Comment', text: 'a <!-- b\n\nc' },
      {
        title: 'Closed',
        text: '::: a\n- b\n:::\n\n::: {.t}\n| a |\n|---|\n| b |\n:::\n\n\\end{b}\\begin{b}\\end{b}',
      },
    );
    expect(book.chapters.map(({ text }) => text.split('\n\n').slice(2).join('\n\n'))).toEqual([
      '::: outer\n\n::: {.inner}\ntext\n\n:::\n\nmore\n\n:::',
      '\\\\begin{verse}\n\ntext',
      'a \\<!-- b\n\nc',
      '::: a\n- b\n:::\n\n::: {.t}\n| a |\n|---|\n| b |\n:::\n\n\\end{b}\\begin{b}\\end{b}',
    ]);
  });
});
