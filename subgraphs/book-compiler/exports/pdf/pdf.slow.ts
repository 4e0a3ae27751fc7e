import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sherlockHolmes } from '../../../../platform/testing/shared-data.ts';
import { nastyBook } from '../../compose/nasty.fixture.ts';
import { bookOf, compiled, pdfOf, setAndRead } from './pdf.fixture.ts';

const picture = async (width: number, height: number) => ({
  mediaType: 'image/png',
  bytes: await sharp({ create: { width, height, channels: 3, background: '#336699' } })
    .png()
    .toBuffer(),
  width,
  height,
});

const sherlock = sherlockHolmes();
describe.skipIf(!sherlock)('The Adventures of Sherlock Holmes', () => {
  it('can be read, searched, navigated and read aloud', async () => {
    const { title = '', author = '', chapters = [] } = sherlock ?? {};
    const cover = await picture(800, 1_200);
    const texts = chapters.map(({ text }) => text);
    const front = { title, author, subtitle: 'Twelve cases', rights: 'Public domain.', cover };
    const found = await setAndRead(bookOf(texts, front));
    expect(found.outline).toEqual(chapters.map((chapter) => chapter.title));
    expect(found.labels?.slice(0, 6)).toEqual(['i', 'ii', 'iii', 'iv', '1', '2']);
    expect(found.info).toMatchObject({
      Title: title,
      Author: author,
      Subject: 'Twelve cases',
      Language: 'en',
    });
    expect(found).toMatchObject({ marked: true, accessible: '1', actions: [null, null] });
    expect([...found.fonts.values()].every(Boolean)).toBe(true);
    expect(found.pages[1]).toContain('Twelve cases');
    expect(found.pages[2]).toContain('Public domain.');
    for (const role of ['"H1"', '"P"', '"Figure"', '"TOC"', '"Link"'])
      expect(found.structure, role).toContain(role);
    // Hyphens at line ends are not part of the text.
    const letters = (text: string) => text.replaceAll(/[^\p{L}]/gu, '');
    for (const { text } of chapters) expect(letters(found.text)).toContain(letters(text.slice(3_000, 3_300)));
    // The contents have page numbers.
    const [, page = ''] = /The Five Orange Pips[ .]+?(\d+)/.exec(found.pages[3] ?? '') ?? [];
    expect(found.pages[3 + Number(page)]).toContain('The Five Orange Pips');
  });
});

describe('a book as a PDF', () => {
  it('is the same file each time', async () => {
    const book = bookOf(['# One\n\nSome *text*, and more.[^1]\n\n[^1]: A note.', '# Two\n\nThe end.']);
    expect((await pdfOf(book)).equals(await pdfOf(book))).toBe(true);
  });

  it('has every element of texts with its role', async () => {
    const id = '7d2c0b1e-0000-4000-8000-000000000001';
    const text = `# One

A *b* **c** \`d\` [web](https://example.org/) [two](#chapter-2).[^1] Again.[^1]

> quoted

- item
  1. deeper

| left | right |
|:--|--:|
| cell | 12 |

\`\`\`
code
\`\`\`

***

![A picture](blob:${id}) ![Elsewhere](https://example.org/track.png)

[^1]: A note.
`;
    const pictures = new Map([[id, await picture(40, 30)]]);
    const found = await setAndRead(bookOf([text, '# Two\n\nEnd.'], { pictures }));
    for (const role of [
      '"BlockQuote"',
      '"L"',
      '"LI"',
      '"Table"',
      '"TH"',
      '"TD"',
      '"Code"',
      '"Note"',
      '"Figure"',
    ])
      expect(found.structure, role).toContain(role);
    expect(found.text).toMatch(/Elsewhere.*A note\./);
    expect(found.text.match(/A note\./g)).toHaveLength(1);
  });

  it('contains the nasty book', async () => {
    const { chapters } = nastyBook();
    const found = await setAndRead(compiled(chapters));
    expect(found.outline).toHaveLength(chapters.length);
    expect(found).toMatchObject({ accessible: '1' });
  });

  it.each([
    ['he', 'ספר הלילה', 'בלילה הגיע מכתב, והיא קראה אותו פעמיים.', 'LibertinusSerif'],
    ['ar', 'كتاب الليل', 'وصلت رسالة في الليل، وقرأتها مرتين.', 'Amiri'],
    ['zh', '夜晚', '夜里来了一封信，她读了两遍。', 'NotoSansHans'],
    ['ja', '夜の手紙', '夜に手紙が来た。彼女はそれを二度読んだ。', 'NotoSansJP'],
    ['ko', '밤의 편지', '밤에 편지가 왔다. 그녀는 그것을 두 번 읽었다.', 'NotoSansKR'],
    ['el', 'Νύχτα', 'Ένα γράμμα ήρθε τη νύχτα.', 'LibertinusSerif'],
    ['ru', 'Ночь', 'Ночью пришло письмо 🦉.', 'NotoEmoji'],
  ])('of the language %s has all its letters', async (language, title, text, font) => {
    const found = await setAndRead(bookOf([`# ${title}\n\n${text}`], { title, language }));
    expect(found.info).toMatchObject({ Language: language, Title: title });
    expect([...found.fonts.keys()].join()).toContain(font);
    expect(found.text).not.toMatch(/U\+|\uFFFD/);
    expect(found.accessible).toBe('1');
  });

  it('lists the characters that no font has, and marks their places', async () => {
    const found = await setAndRead(bookOf(['# One\n\nA नम word, and x\u20d7 too, and again न.']));
    expect(found.text).toMatch(/A \uFFFD\uFFFD word, and x too, and again \uFFFD\./);
    expect(found.text).toMatch(/Characters that are not shown .* U\+0928, U\+092E, U\+20D7\./);
    expect(found.accessible).toBe('1');
  });
});
