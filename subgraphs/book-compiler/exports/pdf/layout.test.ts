import { expect, it } from 'vitest';
import { parseBook } from '../book/parse.ts';
import { bookTree } from './layout.ts';
import { bookOf } from './pdf.fixture.ts';

it('names pictures, and holds none of their bytes', () => {
  const id = 'f47ac10b-58cc-4372-a567-0e02b2c3d479';
  const picture = { mediaType: 'image/png', bytes: Buffer.from('abc'), width: 40, height: 30 } as const;
  const image = { file: '/0.png', width: 40, bytes: Buffer.from('abc') };
  const book = bookOf([`![Seen](blob:${id})`], { pictures: new Map([[id, picture]]) });
  const laid = { pictures: new Map([[id, image]]), cover: null, fonts: [] };
  const tree = JSON.stringify(bookTree(parseBook(book), laid, () => undefined));
  expect(tree).toContain('"file":"/0.png"');
  expect(tree).not.toContain('bytes');
});
