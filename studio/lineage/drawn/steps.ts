import type { Point, Positions } from '../layout/place.ts';
import { at, type Links } from '../model/known.ts';

export type Direction = 'left' | 'right' | 'up' | 'down';

const KEYS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

export const directionOf = (key: string): Direction | undefined => KEYS[key];

/** The nearest of some blobs by height. */
function level(ids: readonly string[], from: Point, positions: Positions): string | undefined {
  let [found, least]: [string | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const id of ids) {
    const point = positions.get(id);
    if (point && Math.abs(point.y - from.y) < least) [found, least] = [id, Math.abs(point.y - from.y)];
  }
  return found;
}

/**
 * Where an arrow key leads: left to what a blob was made of, right to what was made of it, up and down to its neighbours
 * in the column. Undefined at an edge.
 */
export function stepFrom(
  id: string,
  direction: Direction,
  { positions, links }: { readonly positions: Positions; readonly links: Links },
): string | undefined {
  const from = positions.get(id);
  if (!from) return undefined;
  if (direction === 'left') return level(at(links.parents, id), from, positions);
  if (direction === 'right') return level(at(links.children, id), from, positions);
  const isBeyond = ({ x, y }: Point) =>
    Math.abs(x - from.x) < 1 && (direction === 'up' ? y < from.y : y > from.y);
  return level(
    [...positions].flatMap(([each, point]) => (isBeyond(point) ? [each] : [])),
    from,
    positions,
  );
}
