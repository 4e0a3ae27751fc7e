import { type Edge as FlowEdge, Position } from '@xyflow/react';
import { HEIGHT, type Positions, WIDTH } from '../layout/place.ts';
import type { Edge, LineageBlob } from '../model/blob.ts';
import type { BlobData, BlobNodeType } from './node.tsx';

/** The parts of a blob's node that are not in the blob. */
export interface Marks {
  readonly centreId: string | undefined;
  readonly openId: string | undefined;
  readonly activeId: string | undefined;
  readonly focus: number;
  /** Those that have just come. */
  readonly fresh: ReadonlySet<string>;
}

export interface Ordered {
  readonly blobs: ReadonlyMap<string, LineageBlob>;
  /** All blobs, from top to bottom. */
  readonly order: readonly string[];
}

// Their places are told, so that a blob out of sight need not be drawn to be measured.
const HANDLES = [
  { type: 'target', position: Position.Left, x: 0, y: HEIGHT / 2, width: 1, height: 1 },
  { type: 'source', position: Position.Right, x: WIDTH, y: HEIGHT / 2, width: 1, height: 1 },
] as const;

const dataOf = (blob: LineageBlob, { centreId, openId, activeId, focus, fresh }: Marks): BlobData => ({
  blob,
  isCentre: blob.id === centreId,
  isOpen: blob.id === openId,
  isActive: blob.id === activeId,
  focus: blob.id === activeId ? focus : 0,
  isFresh: fresh.has(blob.id),
});

const sameData = (one: BlobData, other: BlobData): boolean =>
  (Object.keys(one) as (keyof BlobData)[]).every((key) => one[key] === other[key]);

/** The nodes to draw, in their order, which the tab key follows; those that are as they were before are the same objects, which are not drawn again. */
export function nodesOf(
  { order, blobs }: Ordered,
  positions: Positions,
  marks: Marks,
  before: ReadonlyMap<string, BlobNodeType>,
): ReadonlyMap<string, BlobNodeType> {
  const nodes = new Map<string, BlobNodeType>();
  for (const id of order) {
    const [blob, position] = [blobs.get(id), positions.get(id)];
    if (!blob || !position) continue;
    const [data, known] = [dataOf(blob, marks), before.get(id)];
    const isAsBefore =
      known &&
      known.position.x === position.x &&
      known.position.y === position.y &&
      sameData(known.data, data);
    nodes.set(
      id,
      isAsBefore
        ? known
        : {
            id,
            type: 'blob',
            position: { ...position },
            data,
            width: WIDTH,
            height: HEIGHT,
            measured: { width: WIDTH, height: HEIGHT },
            handles: [...HANDLES],
          },
    );
  }
  return nodes;
}

export const edgesOf = (edges: readonly Edge[], positions: Positions): FlowEdge[] =>
  edges.flatMap(({ parentId, childId }) =>
    positions.has(parentId) && positions.has(childId)
      ? [{ id: `${parentId} ${childId}`, source: parentId, target: childId }]
      : [],
  );
