import { BlobgraphError } from '../../platform/errors.ts';
import type { IndexEntry } from './documents.ts';
import type { StateStore } from './store/store.ts';

const MAX_NODES = 1_000;
const MAX_DEPTH = 50;

export interface LineageGraph {
  readonly nodes: readonly IndexEntry[];
  readonly edges: readonly { readonly parentId: string; readonly childId: string }[];
  readonly truncated: boolean;
}

/** Every edge between two of these entries. */
function edgesAmong(nodes: readonly IndexEntry[]) {
  const known = new Set(nodes.map((node) => node.id));
  return nodes.flatMap((node) =>
    node.sourceIds.filter((id) => known.has(id)).map((parentId) => ({ parentId, childId: node.id })),
  );
}

/** Reads one step and one node more than wanted, to tell whether there is more. @throws BlobgraphError VALIDATION_FAILED */
export async function readLineage(
  store: StateStore,
  userId: string,
  id: string,
  depth: number,
): Promise<LineageGraph> {
  if (depth < 1 || depth > MAX_DEPTH) {
    throw new BlobgraphError('VALIDATION_FAILED', `\`depth\` must be 1 to ${MAX_DEPTH}.`, { field: 'depth' });
  }
  const found = await store.lineage(userId, id, depth + 1, MAX_NODES + 1);
  const within = found.filter((node) => Math.abs(node.distance) <= depth).slice(0, MAX_NODES);
  const nodes = within.map((node) => node.entry);
  return { nodes, edges: edgesAmong(nodes), truncated: found.length > nodes.length };
}
