/** How a user wants lineages to be shown, for as long as the tab is open. */
const VIEW = 'blobgraph:lineage-view';
const DEPTH = 'blobgraph:lineage-depth';

export type View = 'graph' | 'list';

export const DEPTHS = [1, 2, 3, 5, 10, 20, 50] as const;
const DEFAULT_DEPTH = 10;

/** A graph needs room: on narrow screens it is the list, until the user wants otherwise. */
export function keptView(): View {
  const kept = sessionStorage.getItem(VIEW);
  if (kept === 'graph' || kept === 'list') return kept;
  return matchMedia('(max-width: 48rem)').matches ? 'list' : 'graph';
}
export const keepView = (view: View): void => sessionStorage.setItem(VIEW, view);

export function keptDepth(): number {
  const kept = Number(sessionStorage.getItem(DEPTH));
  return DEPTHS.find((each) => each === kept) ?? DEFAULT_DEPTH;
}
export const keepDepth = (depth: number): void => sessionStorage.setItem(DEPTH, String(depth));
