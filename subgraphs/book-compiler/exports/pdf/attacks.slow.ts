import { getActiveResourcesInfo } from 'node:process';
import { describe, expect, it } from 'vitest';
import { bookOf, compiled, pdfOf, setAndRead } from './pdf.fixture.ts';

/** Running child processes. */
const processes = () => getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
const chapter = (text: string) => compiled([{ title: 'T', text: `## T\n\n${text}` }]);

describe('compiler markup in texts is text', () => {
  it.each([
    ['code', '#read("/etc/passwd") #import "@preview/cetz:0.3.0" #panic("no") #eval("1+1")'],
    ['math and labels', '$x^2$ @nobody <label> \\u{41} ~ --- // no comment /* nor this'],
    ['a listing', '```typ\n#panic("no")\n```'],
    ['a listing in a line', '`#panic("no")`'],
  ])('%s', async (_what, text) => {
    const found = await setAndRead(bookOf([`# ${text.split('\n')[0]}\n\n${text}`]));
    expect(found.text).not.toContain('root:');
    const [word = ''] = /#read|\$x\^2|#panic/.exec(text) ?? [];
    expect(found.text).toContain(word);
  });

  it('in titles, too', async () => {
    const title = '#panic("x") $ @a \\ <b> "q" {} [] `c`';
    const about = { title, author: title, subtitle: title, rights: title };
    const found = await setAndRead(compiled([{ title, text: 'x' }], about));
    expect(found.info).toMatchObject({ Title: title, Author: title, Subject: title });
  });
});

describe('a text written to break the compiler is still set', () => {
  it.each([
    ['3,000 quotes in each other', `${'>'.repeat(3_000)} deep`],
    [
      '200 lists in each other',
      Array.from({ length: 200 }, (_, depth) => `${'  '.repeat(depth)}- x`).join('\n'),
    ],
    ['emphasis in emphasis', `${'*a **b '.repeat(500)}x${'** c*'.repeat(500)}`],
    ['links in links', `${'['.repeat(2_000)}x${'](http://a.example)'.repeat(2_000)}`],
    ['1,000 columns', `|${'a|'.repeat(1_000)}\n|${'-|'.repeat(1_000)}\n|${'b|'.repeat(1_000)}`],
    ['5,000 rows', `| a | b |\n|---|--:|\n${'| c | d |\n'.repeat(5_000)}`],
    ['a line without a space', 'x'.repeat(300_000)],
    ['a listing of one line', `\`\`\`\n${'z'.repeat(100_000)}\n\`\`\``],
    ['a paragraph of 40,000 words', 'some words '.repeat(20_000)],
    ['marks upon marks', `e${'\u0301'.repeat(10_000)} e\u0301${'\u200b\u200d\u2060'.repeat(5_000)}x`],
    ['what is no text', 'a\ud800b \u0001\u001f \ufffe\uffff \u202eback\u202c \u{10ffff}'],
    ['a note that cites itself', 'a[^a] b[^b]\n\n[^a]: x[^a] y[^b]\n[^b]: z[^a]'],
    ['a note in each of 500 references', `${'a[^a] '.repeat(500)}\n\n[^a]: ${'note '.repeat(500)}`],
    [
      'links that lead nowhere',
      '[a](#nowhere) [b](javascript:alert(1)) [c](file:///etc/passwd) [d](data:,x)',
    ],
    ['nothing', ''],
  ])('%s', async (_what, text) => {
    const found = await setAndRead(chapter(text));
    expect(found.outline).toEqual(['T']);
    expect(found.accessible).toBe('1');
  });

  it('2,000 chapters that link to each other', async () => {
    const chapters = Array.from({ length: 2_000 }, (_, index) => ({
      title: `Chapter ${index}`,
      text: `## Chapter ${index}\n\n<div id="chapter-${index}"></div>\n\nOn to the [next](#chapter-${index + 1}).`,
    }));
    const file = await pdfOf(compiled(chapters));
    expect(file.subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('invalid languages', async () => {
    for (const language of ['x-klingon', 'a', '', 'en-x-private', 'ZZ', null])
      expect((await setAndRead({ ...chapter('x'), language })).outline).toEqual(['T']);
  });
});

describe('invalid pictures', () => {
  const id = '7d2c0b1e-0000-4000-8000-000000000001';
  it.each([
    ['bytes of nothing', Buffer.from('nothing')],
    ['no bytes', Buffer.alloc(0)],
    [
      'a drawing that reads a file',
      Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>',
      ),
    ],
  ])('leave their words: %s', async (_what, bytes) => {
    const broken = { mediaType: 'image/png', bytes, width: 9, height: 9 };
    const book = bookOf([`# One\n\nBefore ![the words](blob:${id}) after.`]);
    const found = await setAndRead({ ...book, cover: broken, pictures: new Map([[id, broken]]) });
    expect(found.text).toContain('Before the words after.');
    expect(found.structure).not.toContain('"Figure"');
  });
});

describe('setting a book', () => {
  const long = compiled(
    Array.from({ length: 200 }, (_, index) => ({ title: `T${index}`, text: 'some words '.repeat(2_000) })),
  );

  it('ends with its signal, and so does the process', async () => {
    const ended = new AbortController();
    const reason = new Error('enough');
    const setting = pdfOf(long, { signal: ended.signal, onProgress: () => ended.abort(reason) });
    await expect(setting).rejects.toBe(reason);
    await expect.poll(processes).toBe(0);
  });

  it('ends with an error for the user at the memory limit', async () => {
    const setting = pdfOf(long, { maxMemory: 120 * 1_048_576 });
    await expect(setting).rejects.toMatchObject({ code: 'PROCESSING_FAILED', message: /more memory/ });
    await expect.poll(processes).toBe(0);
  });

  it('does not start for an aborted signal', async () => {
    await expect(pdfOf(long, { signal: AbortSignal.abort(new Error('late')) })).rejects.toThrow('late');
    expect(processes()).toBe(0);
  });
});
