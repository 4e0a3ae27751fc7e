import type { Edge } from '../model/blob.ts';

/** The size of a blob as it is drawn, in pixels. */
export const WIDTH = 264;
export const HEIGHT = 120;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface LayoutInput {
  /** From top to bottom. */
  readonly ids: readonly string[];
  readonly edges: readonly Edge[];
}

/** The upper left corner of each blob. */
export type Positions = ReadonlyMap<string, Point>;

export interface Layout {
  readonly positions: Positions;
  /** Blobs that came with it; none with the first one. */
  readonly fresh: ReadonlySet<string>;
}

export const NO_LAYOUT: Layout = { positions: new Map(), fresh: new Set() };

/** The layout after another, in which one blob stays where it is. */
export function laidOutAfter(
  { positions: before }: Layout,
  next: Positions,
  anchorId: string | undefined,
): Layout {
  const isFirst = before.size === 0;
  return {
    positions: anchored(before, next, anchorId),
    fresh: new Set(isFirst ? [] : [...next.keys()].filter((id) => !before.has(id))),
  };
}

/** A layout moved so that one blob stays where it was before: what is looked at does not move away. */
export function anchored(before: Positions, next: Positions, anchorId: string | undefined): Positions {
  const [from, to] = [before.get(anchorId ?? ''), next.get(anchorId ?? '')];
  if (!from || !to) return next;
  const [dx, dy] = [from.x - to.x, from.y - to.y];
  if (dx === 0 && dy === 0) return next;
  return new Map([...next].map(([id, { x, y }]) => [id, { x: x + dx, y: y + dy }]));
}

/** The blob nearest to a point; undefined where there is none. */
export function nearest(positions: Positions, { x, y }: Point): string | undefined {
  let [found, least]: [string | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const [id, at] of positions) {
    const distance = Math.hypot(at.x + WIDTH / 2 - x, at.y + HEIGHT / 2 - y);
    if (distance < least) [found, least] = [id, distance];
  }
  return found;
}
