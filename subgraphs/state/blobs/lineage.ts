import { BlobgraphError } from '../../../platform/errors/errors.ts';
import type { LineageEdge, LineageStore, ListedDetail } from '../store/lineage.ts';
import type { EntryOf, ListedEntry } from '../store/records.ts';

const MAX_NODES = 1_000;
const MAX_EDGES = 10_000;
const MAX_DEPTH = 50;

export interface LineageGraph<Entry = ListedEntry> {
  /** Nearest first, the blob itself included; none when it does not exist. At most 1,000. */
  readonly nodes: readonly Entry[];
  /** Among the nodes; at most 10,000. */
  readonly edges: readonly LineageEdge[];
  /** True when there are nodes or edges beyond these, or beyond `depth`. */
  readonly truncated: boolean;
}

/** Reads one step and one node more than wanted, to tell whether there is more. @throws BlobgraphError VALIDATION_FAILED */
export async function readLineage<D extends ListedDetail = 'listed'>(
  store: LineageStore,
  userId: string,
  id: string,
  depth: number,
  detail?: D,
): Promise<LineageGraph<EntryOf[D]>> {
  if (depth < 1 || depth > MAX_DEPTH) {
    throw new BlobgraphError('VALIDATION_FAILED', `\`depth\` must be 1 to ${MAX_DEPTH}.`, { field: 'depth' });
  }
  const { nodes: found, cut } = await store.lineage(userId, id, depth + 1, MAX_NODES + 1, detail);
  const within = found.filter((node) => Math.abs(node.distance) <= depth).slice(0, MAX_NODES);
  const nodes = within.map((node) => node.entry);
  const { edges, ...left } = await store.edgesAmong(
    userId,
    nodes.map((node) => node.id),
    MAX_EDGES,
  );
  return { nodes, edges, truncated: cut || left.cut || found.length > nodes.length };
}
