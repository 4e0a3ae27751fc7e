import { kept } from '../session/storage.ts';

/** How a user wants lineages to be shown, for as long as the tab is open. */
const keptViews = kept('sessionStorage', 'blobgraph:lineage-view');
const keptDepths = kept('sessionStorage', 'blobgraph:lineage-depth');

export type View = 'graph' | 'list';

export const DEPTHS = [1, 2, 3, 5, 10, 20, 50] as const;
const DEFAULT_DEPTH = 10;

/** A graph needs room: on narrow screens it is the list, until the user wants otherwise. */
export function keptView(): View {
  const view = keptViews.read();
  if (view === 'graph' || view === 'list') return view;
  return matchMedia('(max-width: 48rem)').matches ? 'list' : 'graph';
}
export const keepView = (view: View): void => keptViews.keep(view);

export function keptDepth(): number {
  const depth = Number(keptDepths.read());
  return DEPTHS.find((each) => each === depth) ?? DEFAULT_DEPTH;
}
export const keepDepth = (depth: number): void => keptDepths.keep(String(depth));
