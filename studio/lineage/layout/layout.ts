import dagre from '@dagrejs/dagre';
import { HEIGHT, type LayoutInput, type Point, type Positions, WIDTH } from './place.ts';

type Graph = InstanceType<typeof dagre.graphlib.Graph>;
interface Label {
  /** Of what dagre puts on the way of an edge. */
  edgeObj?: { w: string };
  rank?: number;
  order?: number;
}

const median = (values: readonly number[]): number => {
  if (values.length === 0) return Number.POSITIVE_INFINITY;
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
};

/**
 * Puts each column in the order of what it was made of, and what stands in it by itself in the order that was given.
 * dagre's own order has the fewest crossings, but turns a book upside down, and all over with each blob that comes.
 */
function inGivenOrder(graph: Graph, places: ReadonlyMap<string, number>): void {
  const label = (id: string) => graph.node(id) as Label;
  const columns: string[][] = [];
  for (const id of graph.nodes()) {
    const { rank = 0 } = label(id);
    columns[rank] ??= [];
    columns[rank].push(id);
  }
  const place = (id: string) =>
    places.get(id) ?? places.get(label(id).edgeObj?.w ?? '') ?? Number.POSITIVE_INFINITY;
  for (const column of columns) {
    const keys = new Map(
      (column ?? []).map((id) => {
        const before = (graph.predecessors(id) ?? []).map((each) => label(String(each)).order ?? 0);
        return [id, [median(before), place(id)] as const];
      }),
    );
    const key = (id: string) => keys.get(id) ?? ([0, 0] as const);
    (column ?? [])
      .toSorted((one, other) => {
        const [[a, aPlace], [b, bPlace]] = [key(one), key(other)];
        if (a !== b) return a < b ? -1 : 1;
        return aPlace === bPlace ? 0 : aPlace < bPlace ? -1 : 1;
      })
      .forEach((id, order) => {
        label(id).order = order;
      });
  }
}

/** Lays a lineage out from left to right: what was made of a blob stands right of it. Edges of others are passed over. */
export function layOut({ ids, edges }: LayoutInput): Positions {
  if (ids.length === 0) return new Map();
  const graph: Graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 20, ranksep: 48, edgesep: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of ids) graph.setNode(id, { width: WIDTH, height: HEIGHT });
  for (const { parentId, childId } of edges)
    if (graph.hasNode(parentId) && graph.hasNode(childId)) graph.setEdge(parentId, childId);
  const places = new Map(ids.map((id, index) => [id, index]));
  dagre.layout(graph, { customOrder: (ranked: Graph) => inGivenOrder(ranked, places) });
  return new Map(
    ids.map((id) => {
      const { x = 0, y = 0 } = graph.node(id) as Partial<Point>;
      return [id, { x: x - WIDTH / 2, y: y - HEIGHT / 2 }];
    }),
  );
}
