import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { sherlockHolmes } from '../../platform/testing/shared-data.ts';
import { type BookText, composeBook, opensWithTitle } from './compose.ts';
import { countWords } from './words.ts';

const chapter = (chapterNum: number, title: string, text: string) => ({ chapterNum, title, text });
const book: BookText = {
  title: 'My Novel',
  author: 'Jane Doe',
  chapters: [
    chapter(1, 'The Owl', 'It was dark.\n\nVery dark.'),
    chapter(2, 'Dawn', '# Dawn\n\nIt was light.\n'),
  ],
};

/** The YAML between the first two lines of dashes, as a YAML reader sees it. */
const metadataOf = (text: string): unknown => {
  const [, yaml = ''] = /^---\n([\s\S]*?)^---$/m.exec(text) ?? [];
  const document = parseDocument(yaml);
  expect(document.errors).toEqual([]);
  return document.toJS();
};

describe('composeBook', () => {
  it('puts front matter, contents and chapters in order', () => {
    expect(composeBook(book)).toBe(`---
title: My Novel
author: Jane Doe
---

# My Novel

*by Jane Doe*

## Contents

- [1. The Owl](#chapter-1)
- [2. Dawn](#chapter-2)

<a id="chapter-1"></a>

# The Owl

It was dark.

Very dark.

<a id="chapter-2"></a>

# Dawn

It was light.

`);
  });

  it('names nobody where there is no author', () => {
    const text = composeBook({ ...book, author: null });
    expect(metadataOf(text)).toEqual({ title: 'My Novel' });
    expect(text).not.toContain('by ');
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
  ])('keeps the title %j as it is in the metadata', (title) => {
    expect(metadataOf(composeBook({ ...book, title }))).toMatchObject({ title });
  });

  it('shows titles literally and on one line', () => {
    const title = 'A *star* & [link](x) <img>\n\n# C#';
    const text = composeBook({ ...book, title, chapters: [chapter(1, title, 'Text.')] });
    const shown = String.raw`A \*star\* \& \[link\](x) \<img\> \# C\#`;
    expect(text).toContain(`\n# ${shown}\n`);
    expect(text).toContain(`- [1. ${shown}](#chapter-1)`);
  });

  it('takes chapters over verbatim, whatever they hold', () => {
    const texts = ['\tcode\r\n', '---\ntitle: x\n---', '<a id="chapter-2"></a>', '', '   ', '\u202eשלום 🦉'];
    const chapters = texts.map((text, index) => chapter(index + 1, `T${index}`, text));
    const composed = composeBook({ ...book, chapters });
    let from = 0;
    for (const { chapterNum, title, text } of chapters) {
      const opening = `<a id="chapter-${chapterNum}"></a>\n\n# ${title}\n\n${text}\n`;
      expect(composed.indexOf(opening, from)).toBeGreaterThan(from);
      from = composed.indexOf(opening, from);
    }
  });

  it('numbers a chapter without a title', () => {
    expect(composeBook({ ...book, chapters: [chapter(7, ' ', 'Text.')] })).toContain(
      '- [7. Chapter 7](#chapter-7)',
    );
  });
});

describe('opensWithTitle', () => {
  it.each([
    ['# The Owl\n\nText', true],
    ['\n\n# the  OWL\nText', true],
    ['# Chapter 1: The Owl', true],
    ['## *The Owl*', true],
    ['# Another title\n\n# The Owl', false],
    ['# The Owlery', false],
    ['The Owl\n\nText', false],
    ['#The Owl', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(opensWithTitle(chapter(1, 'The Owl', text))).toBe(expected);
  });
});

const sherlock = sherlockHolmes();
describe.skipIf(!sherlock)('The Adventures of Sherlock Holmes', () => {
  const { title = '', author = '', chapters = [] } = sherlock ?? {};
  const composed = composeBook({ title, author, chapters });

  it('holds every chapter verbatim, in order, under one heading each', () => {
    let from = 0;
    for (const { chapterNum, text, title: heading } of chapters) {
      const at = composed.indexOf(`<a id="chapter-${chapterNum}"></a>\n\n${text}`, from);
      expect(at, `chapter ${chapterNum}`).toBeGreaterThan(from);
      expect(composed.split(`\n# ${heading}\n`)).toHaveLength(2);
      from = at;
    }
    expect(composeBook({ title, author, chapters })).toBe(composed);
  });

  it('has as many words as its edition says, give or take the headings', () => {
    const said = chapters.reduce((sum, { words }) => sum + words, 0);
    const counted = chapters.reduce((sum, { text }) => sum + countWords(text), 0);
    expect(Math.abs(counted - said) / said).toBeLessThan(0.002);
  });
});
