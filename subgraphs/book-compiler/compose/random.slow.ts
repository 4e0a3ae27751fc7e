import { expect, it } from 'vitest';
import { composeBook } from './compose.ts';
import { readCommonMark, readGfm } from './readers.fixture.ts';

/** Lines that begin, continue or end constructs, so that any order of them is a meaningful text. */
const LINES =
  '# A|## B|text *a*|```|~~~|> q|> ```|- l|  - m|1. n|||<div>|</div>|<b>|<!-- c|-->|<!-- d -->|[x]: y.md|[x]|[^1]|[^1]: note|' +
  '    code|---|===|::: n|:::|<pre>|</pre>|<a id="a">|[l](#a)|[l](#b)|![i](a.md)|\\|&|<|$$|\\begin{x}|<a href="|`|**|' +
  '# T {#t}|<h1>|\t|| a |\n|---|';

/** A deterministic generator of numbers from 0 to 1. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

it.each([
  ['CommonMark', readCommonMark],
  ['GFM', readGfm],
])('chapters of random lines leave the others whole, read as %s', (_name, read) => {
  const lines = LINES.split('|');
  const random = numbers(11);
  const next = (below: number) => Math.floor(random.next().value * below);
  const text = () => Array.from({ length: 1 + next(9) }, () => lines[next(lines.length)]).join('\n');
  for (let round = 0; round < 400; round += 1) {
    const texts = [text(), text(), 'End *fine*.'];
    const titles = ['First', 'Second', 'Third'];
    const chapters = texts.map((each, index) => ({
      chapterNum: index + 1,
      number: index + 1,
      title: titles[index] ?? '',
      text: each,
    }));
    const book = composeBook({ title: 'B', author: null, language: 'en', chapters });
    const { headings, ids, html } = read(book.text);
    const what = JSON.stringify(texts);
    const second = headings.filter(({ level, words }) => level === 2 && words !== 'Footnotes');
    expect(
      second.map(({ words }) => words),
      what,
    ).toEqual(['Contents', ...titles]);
    expect(ids, what).toEqual([...new Set(ids)]);
    expect(html, what).toMatch(/<div id="chapter-3"><\/div>\s*<p>End <em>fine<\/em>\.<\/p>/);
  }
});
