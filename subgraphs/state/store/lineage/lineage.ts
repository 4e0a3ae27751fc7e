import type { ListedEntry } from '../../documents.ts';

/** An entry found from another by following sources. */
export interface LineageNode {
  readonly entry: ListedEntry;
  /** Steps away; negative for ancestors, 0 for the entry itself, positive for descendants. */
  readonly distance: number;
}

/** What a walk along sources found. */
export interface LineageWalk {
  /** Nearest first. */
  readonly nodes: LineageNode[];
  /** Whether entries were left out although there are fewer nodes than were asked for. */
  readonly cut: boolean;
}

/** The child has the parent among its sources. */
export interface LineageEdge {
  readonly parentId: string;
  readonly childId: string;
}

/** Edges among some entries. */
export interface LineageEdges {
  readonly edges: LineageEdge[];
  /** Whether more were left out. */
  readonly cut: boolean;
}

/** Sources that are looked at in one step: a book has up to 10,000, and a step may meet many books. */
export const MAX_SOURCES = 20_000;
/** Sources that are looked through for edges: four hundred books of a thousand chapters have so many. They stay in the store. */
export const MAX_LOOKED_THROUGH = 500_000;

export interface LineageStore {
  /**
   * The entry, its ancestors and its descendants at most `depth` steps away, nearest first, at most `limit` nodes; none
   * when the entry is not there. The number of queries grows with the steps, never with the nodes; what is read is
   * bounded, whatever the entries were made of.
   */
  lineage(userId: string, id: string, depth: number, limit: number): Promise<LineageWalk>;
  /** Edges among these entries of a user's, in the order of their children, at most `limit`. */
  edgesAmong(userId: string, ids: readonly string[], limit: number): Promise<LineageEdges>;
}
