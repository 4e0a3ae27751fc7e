import { describe, expect, it } from 'vitest';
import { edges } from '../model/blobs.fixture.ts';
import { layOut } from './layout.ts';
import { anchored, HEIGHT, laidOutAfter, NO_LAYOUT, nearest, type Positions, WIDTH } from './place.ts';

const at = (positions: Positions, id: string) => positions.get(id) ?? { x: Number.NaN, y: Number.NaN };

/** A book of so many chapters, each with its expansion, compiled and pitched. */
function book(chapters: number) {
  const numbers = Array.from({ length: chapters }, (_, index) => index);
  const ids = [...numbers.map((n) => `d${n}`), ...numbers.map((n) => `e${n}`), 'book', 'pitch'];
  const ends = numbers.flatMap((n) => [`d${n} e${n}`, `e${n} book`]);
  return { ids, edges: edges(...ends, 'book pitch') };
}

const overlaps = (positions: Positions): number => {
  const all = [...positions.values()].toSorted((one, other) => one.x - other.x || one.y - other.y);
  return all.filter(({ x, y }, index) => {
    const before = all[index - 1];
    return before !== undefined && Math.abs(before.x - x) < WIDTH && Math.abs(before.y - y) < HEIGHT;
  }).length;
};

describe('the layout', () => {
  it('has nothing where there is nothing, and one blob at the beginning', () => {
    expect(layOut({ ids: [], edges: [] }).size).toBe(0);
    expect(layOut({ ids: ['a'], edges: [] }).get('a')).toEqual({ x: 0, y: 0 });
  });

  it('goes from left to right, and has the chapters from top to bottom in the order of the book', () => {
    const positions = layOut(book(12));
    for (const [left, right] of [
      ['d3', 'e3'],
      ['e3', 'book'],
      ['book', 'pitch'],
    ] as const)
      expect(at(positions, left).x + WIDTH).toBeLessThan(at(positions, right).x);
    for (let n = 1; n < 12; n += 1)
      for (const kind of ['d', 'e'])
        expect(at(positions, `${kind}${n}`).y).toBeGreaterThan(at(positions, `${kind}${n - 1}`).y);
    // What is made of all of them stands in their middle.
    expect(at(positions, 'book').y).toBeGreaterThan(at(positions, 'e2').y);
    expect(at(positions, 'book').y).toBeLessThan(at(positions, 'e9').y);
    expect(overlaps(positions)).toBe(0);
  });

  it('has what was made of a blob in the order of all, whatever that of the edges', () => {
    const positions = layOut({
      ids: ['d', 'expansion', 'insights'],
      edges: edges('d insights', 'd expansion'),
    });
    expect(at(positions, 'expansion').y).toBeLessThan(at(positions, 'insights').y);
  });

  it('keeps that order when a blob comes', () => {
    const { ids, edges: before } = book(6);
    const positions = layOut({ ids: [...ids, 'i3'], edges: [...before, ...edges('d3 i3')] });
    const drafts = ids.filter((id) => id.startsWith('d'));
    expect(drafts.toSorted((one, other) => at(positions, one).y - at(positions, other).y)).toEqual(drafts);
  });

  it.each([
    ['a diamond', ['a', 'b', 'c', 'd'], edges('a b', 'a c', 'b d', 'c d')],
    ['a circle, which no store has', ['a', 'b'], edges('a b', 'b a')],
    ['an edge twice, and one to a blob that is not there', ['a', 'b'], edges('a b', 'a b', 'x a', 'a y')],
    ['several that have nothing to do with each other', ['a', 'b', 'c', 'd'], edges('a b', 'c d')],
  ])('lays out %s', (_what, ids, among) => {
    const positions = layOut({ ids, edges: among });
    expect(positions.size).toBe(ids.length);
    for (const { x, y } of positions.values()) expect(Number.isFinite(x + y)).toBe(true);
    expect(overlaps(positions)).toBe(0);
  });

  it('lays out 300 children of one blob in their order', () => {
    const children = Array.from({ length: 300 }, (_, index) => `c${index}`);
    const positions = layOut({
      ids: ['a', ...children],
      edges: children.map((childId) => ({ parentId: 'a', childId })),
    });
    expect(children.toSorted((one, other) => at(positions, one).y - at(positions, other).y)).toEqual(
      children,
    );
    expect(overlaps(positions)).toBe(0);
  });

  it('lays out a thousand blobs', () => {
    const { ids, edges: among } = book(499);
    expect(ids).toHaveLength(1_000);
    expect(overlaps(layOut({ ids, edges: among }))).toBe(0);
  });
});

describe('a new layout', () => {
  const before = layOut(book(3));
  const next = layOut(book(5));

  it('keeps a blob where it was, and all others around it', () => {
    const moved = anchored(before, next, 'book');
    expect(moved.get('book')).toEqual(before.get('book'));
    expect(at(moved, 'd1').y - at(moved, 'd0').y).toBe(at(next, 'd1').y - at(next, 'd0').y);
  });

  it.each([['gone'], [undefined]])('is taken as it is without that blob (%s)', (id) => {
    expect(anchored(before, next, id)).toBe(next);
  });
});

it('tells what came with a layout, but for the first one', () => {
  const first = laidOutAfter(NO_LAYOUT, layOut(book(2)), undefined);
  expect([...first.fresh]).toEqual([]);
  expect([...laidOutAfter(first, layOut(book(3)), 'book').fresh]).toEqual(['d2', 'e2']);
});

it('finds the blob nearest to a point', () => {
  const positions = layOut(book(3));
  expect(nearest(positions, { x: -1_000, y: -1_000 })).toBe('d0');
  expect(nearest(new Map(), { x: 0, y: 0 })).toBeUndefined();
});
