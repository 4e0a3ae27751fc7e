import type { ElementContent } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { describe, expect, it } from 'vitest';
import { compiledInput, PICTURE_ID, picture } from '../hostile.fixture.ts';
import type { BookInput } from './book.ts';
import { parseBook } from './parse.ts';

const html = (nodes: readonly ElementContent[]): string => toHtml([...nodes]);

function chapterOf(text: string, over: Partial<BookInput> = {}) {
  const [chapter] = [...parseBook(compiledInput({ chapters: [{ title: 'One', text }] }, over)).chapters()];
  if (!chapter) throw new Error('no chapter');
  return chapter;
}
const bodyOf = (text: string) => html(chapterOf(text, { language: 'en' }).body);

describe('a chapter', () => {
  it('is its heading, its text and its notes, in the order of their references', () => {
    const { id, title, heading, body, notes } = chapterOf(
      '# *One*[^t]\n\nText.[^b] More.[^b]\n\n[^b]: B\n[^t]: T',
    );
    expect([id, title, html(heading)]).toEqual([
      'chapter-1',
      'One',
      '<em>One</em><a class="noteref" href="#bg-note-1-1" id="bg-ref-1-1">1</a>',
    ]);
    expect(html(body)).toContain('Text.<a class="noteref" href="#bg-note-1-2" id="bg-ref-1-2">2</a>');
    expect(notes.map(({ body: note, ...rest }) => ({ ...rest, body: html(note) }))).toEqual([
      { id: 'bg-note-1-1', number: 1, references: ['bg-ref-1-1'], body: '<p>T</p>' },
      { id: 'bg-note-1-2', number: 2, references: ['bg-ref-1-2', 'bg-ref-1-2-2'], body: '<p>B</p>' },
    ]);
  });

  it.each([
    ['<b>bold <p>block</p> more</b>', '<p><b>bold </b></p><p><b>block</b></p><p><b> more</b></p>'],
    ['<li>alone</li>', '<p>alone</p>'],
    ['<ul>text<li>one</ul>', '<ul><li>text</li><li>one</li></ul>'],
    ['<dl><dd>first</dd></dl>', '<p>first</p>'],
    ['<details><summary>Sum</summary>text</details>', '<p>Sum</p><p>text</p>'],
    [
      '<a href="/x">a</a> <a href="https://example.org/a b">c</a>',
      '<p>a <a href="https://example.org/a%20b">c</a></p>',
    ],
    ['[a](javascript:alert(1)) [b](#nowhere)', '<p>a <a href="#chapter-1">b</a></p>'],
    ['- [x] done', '<ul><li>☑ done</li></ul>'],
    ['~~gone~~', '<p><del>gone</del></p>'],
    ['### H {#x .y}', '<h3>H</h3>'],
    ['##### deep\n\n### up\n\n###### down', '<h3>deep</h3><h3>up</h3><h4>down</h4>'],
    ['::: note\nMind.\n:::', '<p>Mind.</p>'],
    ['<ruby>漢<rt>kan</rt></ruby>', '<p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby></p>'],
    ['One\n\nשלום', '<p>One</p><p dir="rtl">שלום</p>'],
    ['a&#1;b&#xFFFE;c\u{1FFFE}d', '<p>a\ufffdb\ufffdcd</p>'],
    ['<p id="a">1</p><p id="a">2</p>', '<p id="a">1</p><p id="chapter-1-a">2</p>'],
    ['<span id="1 2">x</span>', '<p><span id="_1_x20_2">x</span></p>'],
    ['<script>x</script><style>y</style>z', '<p>z</p>'],
  ])('of %j is %j', (text, expected) => {
    expect(bodyOf(text).replace(/\n/g, '')).toBe(expected);
  });

  it('has its owner’s pictures with descriptions, and lists the others', () => {
    const text = `![Ours](blob:${PICTURE_ID} "A lamp")\n\n![Far](https://example.org/x.png) ![](http://example.org/t.gif)`;
    const { body, leftOut } = chapterOf(text, { pictures: new Map([[PICTURE_ID, picture]]) });
    expect(html(body).replace(/\n/g, '')).toBe(
      `<figure><img src="${PICTURE_ID}" alt="Ours"><figcaption>A lamp</figcaption></figure><p>Far </p>`,
    );
    expect(leftOut).toEqual(['Far', 'http://example.org/t.gif']);
  });

  it('in another script than the book states its language', () => {
    const { language } = chapterOf('夜になって手紙が来た。誰も読みたがらなかった。', { language: 'en' });
    expect(language).toBe('ja');
  });
});
