import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { countWords } from '../../../platform/prose/words.ts';
import { sherlockHolmes } from '../../../platform/testing/shared-data.ts';
import { type BookText, composeBook } from './compose.ts';
import { readCommonMark, readGfm, sectionOf, wordsOf } from './readers.fixture.ts';

const chapter = (chapterNum: number, title: string, text: string) => ({
  chapterNum,
  number: chapterNum,
  title,
  text,
});
const book: BookText = {
  title: 'My Novel',
  author: 'Jane Doe',
  language: null,
  chapters: [
    chapter(1, 'The Owl', 'It was dark.\n\nVery dark.'),
    chapter(2, 'Dawn', '# Dawn\n\nIt was light.\n'),
  ],
};
const READERS = { CommonMark: readCommonMark, GFM: readGfm };

/** Parses the YAML front matter. */
const metadataOf = ({ text }: { text: string }): unknown => {
  const [, yaml = ''] = /^---\n([\s\S]*?)^---$/m.exec(text) ?? [];
  const document = parseDocument(yaml);
  expect(document.errors).toEqual([]);
  return document.toJS();
};

describe('composeBook', () => {
  it('puts front matter, contents and chapters in order', () => {
    expect(composeBook(book).text).toBe(`---
title: My Novel
author: Jane Doe
---

# My Novel

*by Jane Doe*

## Contents

- [1. The Owl](#chapter-1)
- [2. Dawn](#chapter-2)

## The Owl

<div id="chapter-1"></div>

It was dark.

Very dark.

## Dawn

<div id="chapter-2"></div>

It was light.
`);
  });

  it('shows no author when there is none', () => {
    const composed = composeBook({ ...book, author: null });
    expect(metadataOf(composed)).toEqual({ title: 'My Novel' });
    expect(composed.text).not.toContain('by ');
  });

  it.each([
    'Plain',
    '"Quoted": a tale # not a comment',
    '- item',
    'yes',
    '1984',
    'Émile 🦉 \\ `x` *y* _z_ [w](v) <b>',
    'ends with ---',
    '{{ a: [b] }}',
    "' OR 1=1",
    '@at %percent',
    'שלום',
  ])('keeps the title %j as it is in the metadata, and shows it literally', (title) => {
    const composed = composeBook({ ...book, title });
    expect(metadataOf(composed)).toMatchObject({ title });
    for (const read of Object.values(READERS))
      expect(read(composed.text).headings[0]).toEqual({ level: 1, words: title });
  });

  it('shows titles literally and on one line', () => {
    const title = 'A *star* & [link](x) <img>\n\n# C# {#x} $1$ ^[a]';
    const { text } = composeBook({ ...book, title, chapters: [chapter(1, title, 'Text.')] });
    const shown = title.replaceAll('\n\n', ' ');
    for (const read of Object.values(READERS))
      expect(read(text).headings.map(({ words }) => words)).toEqual([shown, 'Contents', shown]);
  });

  it('keeps prose to the letter', () => {
    const text = [
      '\tcode',
      'A *star*  \nand a _line_\\\nand `[^1]` <b>so</b> &amp; on',
      '1) one\n2) two\n\n   and more',
      '> # not\n> a quote',
      '\u202eשלום 🦉',
    ].join('\n\n');
    const composed = composeBook({ ...book, chapters: [chapter(1, 'T', text)] });
    expect(composed.text).toContain(text.replace('> # not', '> ### not'));
  });

  it('numbers only chapters with a number, in the order of the book', () => {
    const chapters = [
      { ...chapter(9, 'Before', 'x'), number: null },
      { ...chapter(4, 'First', 'x'), number: 1 },
    ];
    const { text } = composeBook({ ...book, chapters });
    expect(text).toContain('- [Before](#chapter-9)\n- [1. First](#chapter-4)\n');
  });

  it.each([
    ['', '', 'Chapter 7'],
    ['\u200b', '\u200b\n', 'Chapter 7'],
    ['', '---\ntitle: Given\n---\nText', 'Given'],
    ['---', '---\ntitle: Given\n---\nText', 'Given'],
    ['', 'So it went on and on.', 'So it went on and on.'],
  ])('a chapter of title %j and text %j is called %j', (title, text, called) => {
    const composed = composeBook({ ...book, chapters: [chapter(7, title, text)] });
    expect(composed.chapters[0]?.title).toBe(called);
    expect(composed.text).toContain(`\n## ${called.replaceAll('#', '\\#')}\n`);
  });
});

describe('the language of a book', () => {
  const german =
    'Am Abend kam der Brief. Niemand wollte ihn lesen, also legte sie ihn zu den anderen auf den Tisch und ging.';
  it.each([
    ['de', german, 'Inhalt', { lang: 'de' }],
    ['zh', '他们在晚上收到了一封信。', '目录', { lang: 'zh' }],
    ['he', 'לעת ערב הגיע המכתב', 'תוכן העניינים', { lang: 'he', dir: 'rtl' }],
  ])('is %s where its chapters are', (language, text, contents, metadata) => {
    const composed = composeBook({ ...book, author: null, chapters: [chapter(1, 'T', text)] });
    expect(composed.language).toBe(language);
    expect(composed.text).toContain(`\n## ${contents}\n`);
    expect(metadataOf(composed)).toEqual({ title: 'My Novel', ...metadata });
  });

  it('is the given one, whatever the chapters are written in', () => {
    const composed = composeBook({ ...book, language: 'zh-TW', chapters: [chapter(1, 'T', german)] });
    expect(composed.text).toContain('\n## 目錄\n');
    expect(composed.text).toContain('*Jane Doe*');
  });
});

const sherlock = sherlockHolmes();
describe.skipIf(!sherlock)('The Adventures of Sherlock Holmes', () => {
  const { title = '', author = '', chapters = [] } = sherlock ?? {};
  const numbered = chapters.map((each) => ({ ...each, number: each.chapterNum }));
  const composed = composeBook({ title, author, language: null, chapters: numbered });

  it('holds every chapter’s prose verbatim, in order, under one heading each', () => {
    let from = 0;
    for (const { text, title: heading } of chapters) {
      const paragraphs = text.split('\n\n').filter((paragraph) => !paragraph.startsWith('#'));
      for (const paragraph of paragraphs) {
        const at = composed.text.indexOf(paragraph.trim(), from);
        expect(at, paragraph.slice(0, 80)).toBeGreaterThanOrEqual(from);
        from = at;
      }
      expect(composed.text.split(`\n## ${heading}\n`)).toHaveLength(2);
    }
    expect(composed.language).toBe('en');
  });

  it('has about as many words as its edition states, headings aside', () => {
    const said = chapters.reduce((sum, { words }) => sum + words, 0);
    const counted = composed.chapters.reduce((sum, { words }) => sum + countWords(words), 0);
    expect(Math.abs(counted - said) / said).toBeLessThan(0.002);
  });

  it('is the same in both readers', () => {
    const [commonMark, gfm] = [readCommonMark(composed.text), readGfm(composed.text)];
    expect(wordsOf(commonMark.html)).toBe(wordsOf(gfm.html));
    expect(commonMark.headings).toEqual(gfm.headings);
    for (const { title: heading } of chapters) expect(sectionOf(gfm, heading).length).toBeGreaterThan(10_000);
  });
});
