import type { Item } from '../model/outline.ts';

/**
 * Where a key leads in the list: up and down to the items before and after, left to what an item stands below, right to
 * the first below it. Undefined where it leads nowhere.
 */
export function nextOf(items: readonly Item[], id: string, key: string): string | undefined {
  const here = items.findIndex((item) => item.id === id);
  const item = items[here];
  if (!item) return undefined;
  if (key === 'ArrowDown') return items[here + 1]?.id;
  if (key === 'ArrowUp') return items[here - 1]?.id;
  if (key === 'ArrowRight') return item.items[0]?.id;
  if (key === 'ArrowLeft')
    return items.findLast((each, index) => index < here && each.depth < item.depth)?.id;
  if (key === 'Home') return items[0]?.id;
  if (key === 'End') return items.at(-1)?.id;
  return undefined;
}
