import { describe, expect, it } from 'vitest';
import { sherlockHolmes } from '../testing/shared-data.ts';
import { splitText } from './split.ts';
import { estimateTokens } from './tokens.ts';

const pieces = (text: string, maxTokens: number) =>
  splitText(text, maxTokens).map(({ start, length }) => text.slice(start, start + length));

const paragraph = (words: number) => `${'word '.repeat(words - 1)}end.`;

describe('splitText', () => {
  it('begins a part at each heading and names it', () => {
    const text = '\nBefore.\n\n# One\n\n## First\n\nText.\n\n## Second\n\nMore.\n';
    expect(
      splitText(text, 1_000).map(({ title, start }) => [title, text.slice(start).trimStart().slice(0, 6)]),
    ).toEqual([
      [null, 'Before'],
      ['One: First', '# One\n'],
      ['Second', '## Sec'],
    ]);
  });

  it('ends a part with a paragraph, as full as it may be', () => {
    const text = Array.from({ length: 6 }, () => paragraph(20)).join('\n\n');
    const size = estimateTokens(`${paragraph(20)}\n\n`);
    expect(pieces(text, 2 * size).map((piece) => piece.split('\n\n').filter(Boolean).length)).toEqual([
      2, 2, 2,
    ]);
  });

  it('cuts a paragraph that is too long at its sentences', () => {
    const text = `${paragraph(5).replace('word', 'Word')} `.repeat(10).trim();
    const parts = pieces(text, 25);
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) expect(part).toMatch(/^Word .*end\.\s?$/);
  });

  it('cuts a sentence that is too long at its words', () => {
    for (const part of pieces(paragraph(200), 20)) expect(part).toMatch(/^(word |end\.)+$/);
  });

  it('cuts a word that is too long, and no character', () => {
    const text = '😀'.repeat(100);
    const parts = pieces(text, 7);
    expect(parts.join('')).toBe(text);
    for (const part of parts) expect(part).toMatch(/^(😀)+$/u);
  });

  it.each([
    ['empty', ''],
    ['blank', ' \n\n \n'],
    ['a heading', '# Alone'],
    ['Windows lines', 'One.\r\n\r\nTwo.\r\n'],
    ['halves of pairs', '\ud83d. \ude00\ud83d'],
    ['NUL', 'a\0b. \0'],
    ['a long line', 'x'.repeat(5_000)],
    ['spaces', ' '.repeat(5_000)],
    ['Chinese', '我昨天去了图书馆。'.repeat(300)],
  ])('loses nothing: %s', (_, text) => {
    for (const maxTokens of [1, 10, 100, 1_000]) {
      const parts = pieces(text, maxTokens);
      expect(parts.join('')).toBe(text);
      if (maxTokens >= 10)
        for (const part of parts) expect(estimateTokens(part)).toBeLessThanOrEqual(maxTokens);
    }
  });

  it('takes 5 MB in its stride', () => {
    for (const text of [
      'A sentence of some words. '.repeat(200_000),
      'x'.repeat(5_000_000),
      '一'.repeat(1_500_000),
    ]) {
      expect(pieces(text, 2_000).join('') === text).toBe(true);
    }
  });
});

const book = sherlockHolmes();
describe.skipIf(!book)('splitText on Sherlock Holmes (../shared/data)', () => {
  it('cuts the chapters into parts that fit, at paragraphs', () => {
    for (const { text } of book?.chapters ?? []) {
      const parts = pieces(text, 2_000);
      expect(parts.join('')).toBe(text);
      for (const part of parts.slice(0, -1)) expect(part).toMatch(/\n\n$/);
      for (const part of parts) expect(estimateTokens(part)).toBeLessThanOrEqual(2_000);
    }
  });
});
