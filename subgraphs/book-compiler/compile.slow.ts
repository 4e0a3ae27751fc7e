import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sherlockHolmes } from '../../platform/testing/shared-data.ts';
import { type Compiler, startCompiler } from './compile.fixture.ts';

const sherlock = sherlockHolmes();

describe.skipIf(!sherlock)('The Adventures of Sherlock Holmes', () => {
  let compiler: Compiler;

  beforeAll(async () => {
    compiler = await startCompiler();
  });
  afterAll(() => compiler?.stop());

  it('is compiled whole, in order', async () => {
    const { title = '', author = '', chapters = [] } = sherlock ?? {};
    const drafts = chapters.map(({ title: heading, text }) => ({ title: heading, draft: text }));
    compiler.neighbours.putBook('alice', 'sherlock', title, drafts);
    const book = await compiler.compiled({ bookId: 'sherlock', author });
    let from = 0;
    for (const { text, title: heading } of chapters) {
      const end = text.trimEnd().slice(-2_000);
      expect(book.fullText.indexOf(end, from), heading).toBeGreaterThan(from);
      from = book.fullText.indexOf(end, from);
    }
    const said = chapters.reduce((sum, { words }) => sum + words, 0);
    expect(Math.abs(book.wordCount - said) / said).toBeLessThan(0.002);
  });
});
