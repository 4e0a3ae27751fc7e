import { InvalidArgumentError } from 'commander';
import { lineageTree } from '../demo/lineage.ts';
import type { Lineage } from '../demo/operations.ts';
import { type Define, print, withExamples, withJson } from '../terminal/command.ts';
import { CommandFailed } from '../terminal/failure.ts';
import { interruptible } from '../terminal/interrupt.ts';
import { asUser, type ConnectionOptions, withConnection } from '../user/connection.ts';
import { lineageOf } from '../user/operations.ts';

interface Options extends ConnectionOptions {
  readonly depth: number;
  readonly json: boolean;
}

const whole = (id: string): string => id;
const noLabels: ReadonlyMap<string, string> = new Map();

/** A blob's sources as a tree, and its derived blobs as another. */
export function treesOf(lineage: Lineage, id: string): string[] {
  const sources = lineageTree({ ...lineage, truncated: false }, id, noLabels, whole);
  const turned = lineage.edges.map(({ parentId, childId }) => ({ parentId: childId, childId: parentId }));
  const results = lineageTree({ ...lineage, edges: turned, truncated: false }, id, noLabels, whole);
  return [
    ...sources,
    ...(results.length > 1 ? ['', 'What was made of it:', ...results] : []),
    ...(lineage.truncated ? ['… and more: ask for a larger --depth, or of one of these.'] : []),
  ];
}

function lineage(id: string, { depth, json, ...connection }: Options): Promise<void> {
  return interruptible((signal) =>
    asUser(connection, signal, async ({ graph }) => {
      const { blob } = await graph.run(lineageOf, { id, depth });
      if (!blob)
        throw new CommandFailed(`There is no blob ${id} of this user: \`npx blobgraph watch\` shows ids.`, {
          code: 'NOT_FOUND',
          field: 'id',
        });
      print(json, blob.lineage, () => treesOf(blob.lineage, id));
    }),
  );
}

function depthOf(text: string): number {
  const depth = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (depth >= 1 && depth <= 50) return depth;
  throw new InvalidArgumentError('It takes 1 to 50 steps.');
}

export const define: Define = (command) => {
  command.argument('<id>', 'the blob').option('--depth <steps>', 'how far away, 1 to 50', depthOf, 10);
  withJson(withConnection(command), 'print nodes and edges as JSON').action(lineage);
  withExamples(command, [
    ['lineage 01J…', 'the tree of its sources, then of what was made of it'],
    ['lineage 01J… --depth 1', 'its neighbours'],
  ]);
};
