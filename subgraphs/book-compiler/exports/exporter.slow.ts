import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { createExporter } from './exporter.ts';
import { compiledInput } from './hostile.fixture.ts';

const exporter = createExporter();
afterAll(() => exporter.close());

const input = compiledInput({
  title: 'Größe',
  author: 'É. Ñandú',
  chapters: [
    { title: 'One', text: 'See [two](#chapter-2) and [note](#bg-note-2-1).[^1]\n\n[^1]: A note.' },
    { title: 'Two', text: 'Text.[^1]\n\n[^1]: Another.' },
  ],
});
const run = (signal = new AbortController().signal) => ({
  userId: 'alice',
  signal,
  onProgress: () => undefined,
});

async function made(format: 'epub' | 'html', book = input): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of exporter.export(format, book, run())) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('an exported book', () => {
  it('has the same bytes each time, in any time zone', async () => {
    const hash = async () =>
      createHash('sha256')
        .update(await made('epub'))
        .digest('hex');
    expect(await hash()).toBe(await hash());
  });

  it('as an EPUB begins with its media type', async () => {
    const epub = await made('epub');
    // Position and content by the EPUB Open Container Format, section 4.3.
    expect(epub.toString('latin1', 30, 58)).toBe('mimetypeapplication/epub+zip');
  });

  it('as a page links chapters, and has no broken link', async () => {
    const page = String(await made('html'));
    expect(page).toContain('See <a href="#chapter-2">two</a>');
    expect(page).not.toContain('\uFDD0');
  });

  it('is aborted when its reader stops', async () => {
    const chapters = Array.from({ length: 3_000 }, (_, index) => ({
      number: index,
      title: `C${index}`,
      text: `## C${index}\n\n${'word '.repeat(500)}`,
    }));
    const ending = new AbortController();
    const pieces = exporter.export('html', { ...input, chapters }, run(ending.signal));
    const first = pieces[Symbol.asyncIterator]().next();
    ending.abort(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    // The next export still works.
    expect(String(await made('html'))).toContain('</html>');
  });
});
