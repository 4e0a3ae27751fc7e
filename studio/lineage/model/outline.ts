import { at, type Links } from './known.ts';

/** A blob in the nested list. */
export interface Item {
  readonly id: string;
  /** From 0. */
  readonly depth: number;
  /** Those that were made of it alone. */
  readonly items: readonly Item[];
  /** Its sources, where there are more than the one that it stands below. */
  readonly of: readonly string[];
  /** Those that were made of it and of others, which stand at the top of the list. */
  readonly into: readonly string[];
}

/**
 * The graph as a list in which each blob stands once: below what it was made of, or at the top where that is nothing or
 * several. Whatever the edges are, no blob is left out.
 */
export function outlineOf(order: readonly string[], links: Links): Item[] {
  const told = new Set<string>();
  const isBelow = (id: string, parentId: string) => {
    const parents = at(links.parents, id);
    return parents.length === 1 && parents[0] === parentId;
  };
  function itemOf(id: string, depth: number): Item {
    told.add(id);
    const children = at(links.children, id);
    const parents = at(links.parents, id);
    return {
      id,
      depth,
      items: children
        .filter((child) => isBelow(child, id) && !told.has(child))
        .map((child) => itemOf(child, depth + 1)),
      of: parents.length > 1 || (depth === 0 && parents.length > 0) ? parents : [],
      into: children.filter((child) => !isBelow(child, id)),
    };
  }
  const top = (isTop: (parents: number) => boolean) =>
    order.filter((id) => isTop(at(links.parents, id).length) && !told.has(id)).map((id) => itemOf(id, 0));
  const roots = [...top((parents) => parents === 0), ...top((parents) => parents > 1)];
  // Those of a circle, which no store has: each below the one before it.
  for (const id of order) if (!told.has(id)) roots.push(itemOf(id, 0));
  return roots;
}

/** The items as they are read, from top to bottom. */
export const inReadingOrder = (items: readonly Item[]): Item[] =>
  items.flatMap((item) => [item, ...inReadingOrder(item.items)]);
