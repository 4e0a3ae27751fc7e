import { DirectedGraph } from 'graphology';
import { stronglyConnectedComponents } from 'graphology-components';
import { bidirectional } from 'graphology-shortest-path/unweighted.js';

/** An import: from one file to another, both as paths. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

/** The shortest way from a node through others back to it. */
function shortestCircle(graph: DirectedGraph, nodes: readonly string[]): string[] {
  const members = new Set(nodes);
  const circles = graph.mapEdges((_edge, _attributes, from, to) =>
    members.has(from) && members.has(to) ? (bidirectional(graph, to, from) ?? []) : [],
  );
  return circles.filter(({ length }) => length > 0).toSorted((a, b) => a.length - b.length)[0] ?? [];
}

/**
 * Circles among nodes that import each other, one for each group of nodes that reach each other: the shortest, as a
 * list of the steps and the imports behind each. `nodeOf`: the node that a file belongs to; imports inside of one do
 * not count.
 */
export function circlesOf(
  imports: readonly Import[],
  nodeOf: (path: string) => string,
): { readonly nodes: readonly string[]; readonly imports: readonly Import[][] }[] {
  const graph = new DirectedGraph();
  const behind = new Map<string, Import[]>();
  for (const each of imports) {
    const [from, to] = [nodeOf(each.from), nodeOf(each.to)];
    if (from === to) continue;
    graph.mergeEdge(from, to);
    const key = `${from} ${to}`;
    behind.set(key, [...(behind.get(key) ?? []), each]);
  }
  const groups = stronglyConnectedComponents(graph).filter(({ length }) => length > 1);
  return groups.map((group) => {
    const nodes = shortestCircle(graph, group);
    return {
      nodes,
      imports: nodes.map((node, at) => behind.get(`${node} ${nodes[(at + 1) % nodes.length]}`) ?? []),
    };
  });
}
