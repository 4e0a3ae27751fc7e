import { describe, expect, it } from 'vitest';
import { isBlank, titleOfMarkdown } from './title.ts';

describe('titleOfMarkdown', () => {
  it.each([
    ['# The Owl\n\nText.', 'The Owl'],
    ['\uFEFF# Crlf\r\n\r\nOne.\r\n', 'Crlf'],
    ['# Carriage\rOne.\r', 'Carriage'],
    ['The Weighing Room\n=================\n\nThey set the pan straight.', 'The Weighing Room'],
    ['### *The* `Owl` [flew](x)[^1] {#owl}\n\n[^1]: Note.', 'The Owl flew'],
    ['---\ntitle: "A Third Thing"\nauthor: Someone\n---\n\n# Another\n', 'A Third Thing'],
    ['---\ntitle: 1984\n...\nText.', '1984'],
    ['---\ntitle: A: B\n---\n\n# Mistyped\n', 'Mistyped'],
    ['---\n---\n# Empty\n', 'Empty'],
    ['---\n\nA rule opens it.\n\n---\n\nMore.', 'A rule opens it.'],
    ['<!-- a\n\nthought -->\n\n# Behind\n', 'Behind'],
    ['[a]: https://example.org\n\n# Behind a link\n', 'Behind a link'],
    ['First line\nSecond line', 'First line'],
    ['First line  \n \nSecond paragraph', 'First line'],
    ['First line\r\n\r\n---\n', 'First line'],
    ['Two lines\nof a heading\n---\n', 'Two lines of a heading'],
    ['name | age\n--- | ---\nIda | 9', 'name'],
    ['# Plain, with a second: line\n===\n', 'Plain, with a second: line'],
    ['## Closed ##\nText', 'Closed'],
    ['He said 2*3*4 &amp; left\n\n', 'He said 234 & left'],
    ['See www.example.org for more.', 'See www.example.org for more.'],
    ['- eggs, a dozen\n- oil', 'eggs, a dozen'],
    ['\u200b\n', null],
    ['#\n', null],
    ['', null],
  ])('of %j is %j', (text, title) => {
    expect(titleOfMarkdown(text)).toBe(title);
  });

  it.each([
    [
      'The lamp in the harbour office burned all night and Mara read the letter twice and folded it.',
      'The lamp in the harbour office burned all night and Mara',
    ],
    [
      'It was a truth that nobody in the whole town had known of well-known and often told.',
      'It was a truth that nobody in the whole town had known of',
    ],
    ['夜に手紙が来た。'.repeat(20), `${'夜に手紙が来た。'.repeat(7)}夜に手紙`],
    ['x'.repeat(200), 'x'.repeat(60)],
    ['🦉'.repeat(100), '🦉'.repeat(30)],
  ])('of an untitled text is its first words: %j', (text, title) => {
    expect(titleOfMarkdown(text)).toBe(title);
  });

  it('reads a title behind front matter and comments of any length', () => {
    const note = `<!-- ${'thought '.repeat(2_000)} -->\n`;
    expect(titleOfMarkdown(`---\nnotes: ${'x'.repeat(9_000)}\n---\n${note}# Far below\n`)).toBe('Far below');
  });

  it('takes no aliases that grow without bound', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      'b: &b [*a,*a,*a,*a,*a,*a]',
      'c: [*b,*b,*b,*b,*b]',
      'title: T',
    ];
    expect(titleOfMarkdown(`---\n${bomb.join('\n')}\n---\n# Safe\n`)).toBe('Safe');
  });
});

describe('isBlank', () => {
  it.each(['', ' \n', '\u200b', '\u2060\ufeff', '\u202e\u3164'])('%j shows nothing', (text) => {
    expect(isBlank(text)).toBe(true);
  });
  it('a letter does', () => {
    expect(isBlank('\u200ba')).toBe(false);
  });
});
