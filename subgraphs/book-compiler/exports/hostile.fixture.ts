import { composeBook } from '../compose/compose.ts';
import type { BookInput, Picture } from './book/book.ts';

const repeated = (text: string, times: number): string => text.repeat(times);

/**
 * Chapters of hostile or careless writers. Most come from bug reports of pandoc, calibre, Leanpub, KDP and epubcheck.
 */
export const hostileChapters: Readonly<Record<string, string>> = {
  script: `<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n<a href="javascript:alert(1)" onclick="x()">here</a> [there](javascript:alert(1)) [data](data:text/html,<b>x) ![x](javascript:alert(1))\n\n<svg onload=alert(1)><script>1</script></svg><math><mi>x</mi></math><iframe src="https://example.org"></iframe><style>p{color:red}</style><form action="/x"><input name=a><button>Go</button></form>`,
  'ends of other files': `]]> --> <!-- open ]]> <![CDATA[ x ]]> <?php echo 1 ?> <!DOCTYPE html> </body></html></section></main> &nbsp; &amp;nbsp; &unknown; &#0; &#1; &#xFFFE; &#xD800; &#x110000;`,
  'forbidden characters': `A\u0000b\u0001c\u0008d\u000Be\u000Cf\u001Fg\u007Fh\u0085i\u009Fj\uFFFEk\uFFFFl\uD800m\uDC00n\uFDD0o\u{1FFFE}p <b title="\u0001x\uD800">q</b> [r](https://example.org/\u0001)`,
  'addresses no parser takes': `[a](https://exa mple.org) <https://example.org/a b> [b](http://) [c](https://[::1) [d](https://example.org/ä?ö=|^\`{}) [e](mailto:a@b.c?subject=x y) [f](//example.org/x) [g](/etc/passwd) [h](file:///etc/passwd) [i](ftp://example.org) [j](https://example.org/%zz) [k](https://user:pw@example.org:99999/) [l](HTTPS://EXAMPLE.org/A) [m](tel:+1) [n]() [o](#) [p](#nowhere) [q](# "t")`,
  'ids that clash': `<p id="a">1</p><p id="a">2</p><div id="bg-note-4-1">3</div><div id="bg-chapter-1">4</div><span id="1 2">5</span><span id="10-things">6</span><span id="a:b">7</span><a name="toc">8</a><a name="a">9</a><p id="🦉">owl</p><p id="">10</p> [to 10](#10-things) [to colon](#a:b) [owl](#🦉) [encoded](#%F0%9F%A6%89)\n\n[^1]: note\n\nText[^1] again[^1].`,
  'notes in notes': `One[^a] two[^b] <a class="noteref" href="#bg-note-5-1" id="bg-ref-5-1">9</a> [a [^c] link](https://example.org)\n\n### A heading[^d]\n\n[^a]: With[^b] another <div>open\n[^b]: And[^a] back.\n\n    > A quote\n\n    - a list\n[^c]: C\n[^d]: D\n[^unused]: never`,
  'wrong places': `<li>alone</li><dt>term</dt><dd>said</dd><td>cell</td><tr><td>x</td></tr><caption>c</caption><summary>s</summary><figcaption>f</figcaption><rt>r</rt>\n\n<ul>text<li>one<p>two</ul><ol><div>three</div></ol><ul></ul><dl><dd>first</dd><dt>then</dt></dl><dl><dt>a</dt><dd>b</dd></dl><dl><dt>only</dt></dl>\n\n<b>bold <p>block</p> more</b> <h3><table><tr><td>in a heading</td></tr></table></h3> <a href="https://example.org"><a href="https://example.com">nested</a></a> <p><ul><li>x</li></ul></p> <blockquote></blockquote> <pre><div>in pre</div></pre> <em><em><em></em></em></em> <span><hr></span> <label>l</label> <time datetime="nonsense">now</time> <q cite="x y">q</q> <abbr title="">a</abbr> <bdo>b</bdo> <dfn><dfn>d</dfn></dfn> <ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp>字<rt>ji</rt></ruby> <ruby><rt>x</rt></ruby> <ruby>x</ruby>`,
  tables: `<table><tbody><tr><td colspan=9999999 rowspan="-1" align=justify>a<th scope=wrong>b</table><table><tfoot><tr><td>f</tfoot><thead><tr><th>h<tr><th>h2</thead><caption>one</caption><caption>two</caption><colgroup><col></colgroup><tbody></tbody><tr></tr></table><table></table><table><tr><td><table><tr><td>inner</table></table>\n\n| a | b |\n|:-|-:|\n| 1 | 2 | 3 |\n| \`x|y\` |\n`,
  headings: `###### six\n\n# one\n\n#### four\n\n## two\n\n### \n\n> # quoted\n\n<h1>html one</h1>\n\n<h6></h6>\n\nSetext\n===\n`,
  languages: `<p lang="not a language" dir="sideways">x</p><p lang="de-DE" dir="rtl">y</p><p lang="" xml:lang="fr">z</p>\n\nשלום עולם\n\nمرحبا بالعالم — with English\n\n日本語の文章です。**強調**する。\n\n👩‍👩‍👧‍👦 🏳️‍🌈 e\u0301 \u202Eevil\u202C \u2066x`,
  pictures: `![Remote](https://example.org/x.png) ![](http://example.org/tracker.gif?who=you) ![Data](data:image/png;base64,AAAA) ![Local](../secret.png) <img src="https://example.org/y.png" srcset="https://example.org/z.png 2x" alt='Alt "quoted"'> <picture><source srcset="https://example.org/s.avif"><img src="https://example.org/p.png"></picture> <video src="https://example.org/v.mp4" poster="https://example.org/p.png">words</video> <object data="https://example.org/o"></object> <link rel=stylesheet href="https://example.org/c.css"> <body background="https://example.org/b.png"> <p style="background:url(https://example.org/s.png)">styled</p>\n\n![Ours](blob:0190b1a2-7c3d-7e4f-8a5b-6c7d8e9f0aaa "A lamp") ![Gone](blob:0190b1a2-7c3d-7e4f-8a5b-6c7d8e9f0bbb)`,
  'code and math':
    '```html\n<script>alert("&amp;")</script> ]]>\n```\n\n    indented & <b>\n\n`` ` `` $E=mc^2$ $$\n\\int_0^1 x\\,dx < 1 & 2\n$$\n\n~~~\nunclosed <!--',
  depth: `${repeated('> ', 300)}quoted deep\n\n${repeated('<div><b>', 300)}html deep\n\n${Array.from({ length: 150 }, (_, level) => `${repeated('  ', level)}- level ${level}`).join('\n')}\n\n${repeated('**', 400)}\n\n${repeated('[', 400)}x${repeated('](y)', 400)}`,
  'tasks and strikes': `- [ ] to do\n- [x] done\n- ~~struck~~\n\nwww.example.org https://example.org/path?a=1&b=2 someone@example.org\n\nhard\\\nbreak  \nand\n***\n1) one\n2) two\n\n7. seven\n8. eight`,
  'pandoc marks': `### Heading {#own .class}\n\n::: {.note}\nMind the step.\n:::\n\n::::: aside\n\nA word.\n\n:::::`,
  'nothing at all': `\u200b\n\n<!-- only a comment -->`,
  'title in html': `<h1>Not the title</h1>\n\ntext`,
};

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
export const picture: Picture = { mediaType: 'image/png', bytes: PNG, width: 1, height: 1 };
export const PICTURE_ID = '0190b1a2-7c3d-7e4f-8a5b-6c7d8e9f0aaa';

export interface WrittenBook {
  readonly title?: string;
  readonly author?: string | null;
  readonly language?: string | null;
  readonly chapters: readonly { readonly title: string; readonly text: string }[];
}

/** A compiled book as the input of its exports. */
export function compiledInput(book: WrittenBook, over: Partial<BookInput> = {}): BookInput {
  const { title = 'A Book', author = null, language = null } = book;
  const chapters = book.chapters.map((chapter, index) => ({
    ...chapter,
    chapterNum: index + 1,
    number: index + 1,
  }));
  const composed = composeBook({ title, author, language, chapters });
  return {
    id: '0190b1a2-7c3d-7e4f-8a5b-6c7d8e9f0a1b',
    version: 3,
    title,
    subtitle: null,
    author,
    rights: null,
    language: composed.language,
    compiledAt: '2026-01-31T12:00:00.123Z',
    chapters: composed.chapters.map(({ title: heading, text }, index) => ({
      number: index + 1,
      title: heading,
      text,
    })),
    cover: null,
    pictures: new Map(),
    ...over,
  };
}

/** The hostile chapters as two books: joined by the compiler, and as they are. */
export function hostileBooks(): readonly BookInput[] {
  const written = Object.entries(hostileChapters).map(([title, text]) => ({ title, text }));
  const over = {
    pictures: new Map([[PICTURE_ID, picture]]),
    cover: picture,
    subtitle: '<i>&amp;</i> ]]>\u0001',
    rights: '© "2026" & <b>',
  };
  const title = 'Hostile <script>&\u0000\uD800 ]]>';
  const joined = compiledInput({ title, author: '<Nobody> & "Sons"', chapters: written }, over);
  const bare = written.map(({ title: heading, text }, index) => ({
    number: index + 1,
    title: heading,
    text: `## ${heading}\n\n${text}`,
  }));
  return [
    joined,
    { ...joined, chapters: bare, language: 'x-not a tag' },
    { ...joined, chapters: bare, language: 'ar' },
  ];
}
