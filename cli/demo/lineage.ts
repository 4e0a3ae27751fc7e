import type { Lineage } from './operations.ts';

/** Ids are long, and differ in their last characters. */
const short = (id: string): string => id.slice(-8);

const kind = (type: string): string => type.replaceAll('_', ' ');

/**
 * The lineage of a blob as a tree: its sources below it, theirs below them. `labels`: names by blob id, in place of
 * titles that repeat. `shownId`: default, the last characters. A blob that is a source of several is expanded once.
 */
export function lineageTree(
  { nodes, edges, truncated }: Lineage,
  rootId: string,
  labels: ReadonlyMap<string, string>,
  shownId: (id: string) => string = short,
): string[] {
  const nodeOf = new Map(nodes.map((node) => [node.id, node]));
  const told = new Set<string>();
  const lines: string[] = [];

  function tell(id: string, first: string, rest: string): void {
    const node = nodeOf.get(id);
    if (!node) return;
    const sources = edges.filter(({ childId }) => childId === id).map(({ parentId }) => parentId);
    const again = told.has(id);
    told.add(id);
    lines.push(
      `${first}${labels.get(id) ?? node.title} · ${kind(node.type)} ${shownId(id)}${again ? ' (see above)' : ''}`,
    );
    if (again) return;
    for (const [index, source] of sources.entries()) {
      const last = index === sources.length - 1;
      tell(source, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`);
    }
  }

  tell(rootId, '', '');
  if (truncated) lines.push('… and more: the lineage is truncated.');
  return lines;
}
