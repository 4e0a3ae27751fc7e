import { describe, expect, it } from 'vitest';
import { aBlob, edges } from './blobs.fixture.ts';
import { linksOf } from './known.ts';
import { type Item, inReadingOrder, outlineOf } from './outline.ts';

function outline(ids: readonly string[], ...ends: string[]): Item[] {
  const blobs = new Map(ids.map((id) => [id, aBlob(id)]));
  return outlineOf(ids, linksOf({ blobs, edges: edges(...ends) }, ids));
}
/** Ids with what stands below them in brackets. */
const text = (items: readonly Item[]): string =>
  items.map(({ id, items: below }) => (below.length > 0 ? `${id}(${text(below)})` : id)).join(' ');

describe('the list', () => {
  it('has a blob below what it was made of', () => {
    expect(text(outline(['d', 'e', 'i'], 'd e', 'e i'))).toBe('d(e(i))');
  });

  it('has each blob of a diamond once; what is made of several stands by itself and names them', () => {
    const items = outline(['a', 'b', 'c', 'd', 'p'], 'a b', 'a c', 'b d', 'c d', 'd p');
    expect(text(items)).toBe('a(b c) d(p)');
    expect(items[1]?.of).toEqual(['b', 'c']);
    expect(items[0]?.items.map(({ into }) => into)).toEqual([['d'], ['d']]);
  });

  it('names what is made of a blob directly and by way of another', () => {
    const items = outline(['a', 'b', 'c'], 'a b', 'a c', 'b c');
    expect(text(items)).toBe('a(b) c');
    expect(items[0]?.into).toEqual(['c']);
  });

  it('has 300 children of one blob in their order', () => {
    const children = Array.from({ length: 300 }, (_, index) => `c${index}`);
    const items = outline(['a', ...children], ...children.map((id) => `a ${id}`));
    expect(items[0]?.items.map(({ id }) => id)).toEqual(children);
  });

  it('has a blob at the top whose sources are not visible', () => {
    expect(text(outline(['b', 'c'], 'hidden b', 'b c'))).toBe('b(c)');
  });

  it('leaves out nothing, whatever the edges are', () => {
    const items = outline(['a', 'b', 'c', 'd'], 'a b', 'b a', 'b c', 'c d');
    expect(inReadingOrder(items).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is read from top to bottom', () => {
    expect(inReadingOrder(outline(['a', 'b', 'c', 'd'], 'a b', 'b c')).map(({ id }) => id)).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });
});
