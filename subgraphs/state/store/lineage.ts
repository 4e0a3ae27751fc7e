import type { EntryOf, ListedEntry } from './records.ts';

/** An entry connected to another by sources. */
export interface LineageNode<Entry = ListedEntry> {
  readonly entry: Entry;
  /** Number of steps; negative for ancestors, 0 for the entry itself, positive for descendants. */
  readonly distance: number;
}

/** The result of following sources. */
export interface LineageWalk<Entry = ListedEntry> {
  /** Nearest first. */
  readonly nodes: LineageNode<Entry>[];
  /** Whether entries were left out although there are fewer nodes than requested. */
  readonly cut: boolean;
}

/** The parent is a source of the child. */
export interface LineageEdge {
  readonly parentId: string;
  readonly childId: string;
}

/** Edges among a set of entries. */
export interface LineageEdges {
  readonly edges: LineageEdge[];
  /** Whether edges were left out. */
  readonly cut: boolean;
}

/** Maximum number of sources read in one step. A book has up to 10,000, and a step may reach several books. */
export const MAX_SOURCES = 20_000;
/** Maximum number of sources searched for edges, inside the store; enough for 400 books of 1,000 chapters. */
export const MAX_LOOKED_THROUGH = 500_000;

/** Of a thousand nodes, each may have thousands of sources, which no lineage brings. */
export type ListedDetail = 'brief' | 'listed';

export interface LineageStore {
  /**
   * The entry with its ancestors and descendants up to `depth` steps away, nearest first, at most `limit` nodes; none
   * when the entry does not exist. The number of queries grows with the steps, not with the nodes, and reads are
   * bounded. `detail`: default `listed`.
   */
  lineage<D extends ListedDetail = 'listed'>(
    userId: string,
    id: string,
    depth: number,
    limit: number,
    detail?: D,
  ): Promise<LineageWalk<EntryOf[D]>>;
  /** Edges among these entries, in the order of their children, at most `limit`. */
  edgesAmong(userId: string, ids: readonly string[], limit: number): Promise<LineageEdges>;
}
