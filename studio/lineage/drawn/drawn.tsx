import '@xyflow/react/dist/base.css';
import { Background, ReactFlow, ReactFlowProvider, useReactFlow, useStoreApi } from '@xyflow/react';
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Loading } from '../../design/states/notices.tsx';
import { HEIGHT, nearest, type Positions, WIDTH } from '../layout/place.ts';
import { useLayout } from '../layout/use-layout.ts';
import type { Known, Links } from '../model/known.ts';
import css from './drawn.module.css';
import { edgesOf, nodesOf } from './flow.ts';
import { BlobNode, type BlobNodeType } from './node.tsx';
import { directionOf, stepFrom } from './steps.ts';
import { ALL, Zooms } from './zooms.tsx';

export interface DrawnProps {
  readonly known: Known;
  readonly links: Links;
  /** All blobs, from top to bottom. */
  readonly order: readonly string[];
  readonly centreId: string | undefined;
  readonly openId: string | undefined;
}

const TYPES = { blob: BlobNode };
const EDGES = { type: 'default', focusable: false, selectable: false } as const;
/** A graph that would be drawn smaller than this at first is shown in part, at a size that can be read. */
const SMALLEST_AT_FIRST = 0.6;
const READING = 0.85;

/** The blob that is not to move: where the keys are, if that is in sight; else the one in the middle of the view. */
function useAnchor(activeId: string | undefined, positions: { readonly current: Positions }) {
  const store = useStoreApi();
  return useCallback(() => {
    const { transform, width, height } = store.getState();
    const [x, y, zoom] = transform;
    const view = { left: -x / zoom, top: -y / zoom, width: width / zoom, height: height / zoom };
    const active = positions.current.get(activeId ?? '');
    const isInSight =
      active &&
      active.x + WIDTH > view.left &&
      active.x < view.left + view.width &&
      active.y + HEIGHT > view.top &&
      active.y < view.top + view.height;
    if (isInSight) return activeId;
    return nearest(positions.current, { x: view.left + view.width / 2, y: view.top + view.height / 2 });
  }, [store, activeId, positions]);
}

/** Shows the whole where it can be read, and else the blob that the lineage is of, or the first ones. */
function useFirstView(positions: Positions, centreId: string | undefined, firstId: string | undefined): void {
  const flow = useReactFlow();
  const store = useStoreApi();
  const isShown = useRef(false);
  useEffect(() => {
    if (isShown.current || positions.size === 0) return;
    isShown.current = true;
    const bounds = flow.getNodesBounds([...positions.keys()]);
    const { width, height } = store.getState();
    const fitting = Math.min(width / (bounds.width + 64), height / (bounds.height + 64));
    if (fitting >= SMALLEST_AT_FIRST) {
      void flow.fitView({ maxZoom: 1, padding: 0.08 });
      return;
    }
    const centre = positions.get(centreId ?? '');
    const first = positions.get(firstId ?? '') ?? { x: bounds.x, y: bounds.y };
    if (centre) void flow.setCenter(centre.x + WIDTH / 2, centre.y + HEIGHT / 2, { zoom: READING });
    else {
      // What was made of the first stands above it, too.
      const top = Math.max(bounds.y, first.y - height / 2 / READING);
      void flow.setViewport({ x: 24 - first.x * READING, y: 24 - top * READING, zoom: READING });
    }
  }, [flow, store, positions, centreId, firstId]);
}

const prefersCalm = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Brings a blob into sight where it is not, and leaves the view as it is where it is. */
function useBringing(positions: Positions) {
  const flow = useReactFlow();
  const store = useStoreApi();
  return useCallback(
    (id: string) => {
      const point = positions.get(id);
      if (!point) return;
      const { transform, width, height } = store.getState();
      const [x, y, zoom] = transform;
      const [left, top] = [point.x * zoom + x, point.y * zoom + y];
      const isInSight =
        left >= 0 && top >= 0 && left + WIDTH * zoom <= width && top + HEIGHT * zoom <= height;
      if (!isInSight)
        void flow.setCenter(point.x + WIDTH / 2, point.y + HEIGHT / 2, {
          zoom,
          duration: prefersCalm() ? 0 : 200,
        });
    },
    [flow, store, positions],
  );
}

/** The keys of the graph: they lead from blob to blob, and zoom. */
function useKeys(
  layout: Positions,
  links: Links,
  activeId: string | undefined,
  onStep: (id: string) => void,
) {
  const flow = useReactFlow();
  const bring = useBringing(layout);
  const step = (key: string): boolean => {
    const direction = directionOf(key);
    if (!direction) return false;
    const next = activeId && stepFrom(activeId, direction, { positions: layout, links });
    if (next) {
      onStep(next);
      bring(next);
    }
    return true;
  };
  const zoom = (key: string): boolean => {
    if (key === '+') void flow.zoomIn();
    else if (key === '-') void flow.zoomOut();
    else if (key === '0') void flow.fitView(ALL);
    else return false;
    return true;
  };
  return (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (zoom(event.key) || step(event.key)) event.preventDefault();
  };
}

/** Nothing of it is changed by hand, so only what is looked at moves. */
const STILL = {
  nodesDraggable: false,
  nodesConnectable: false,
  nodesFocusable: false,
  edgesFocusable: false,
  elementsSelectable: false,
  disableKeyboardA11y: true,
  deleteKeyCode: null,
  selectionKeyCode: null,
  multiSelectionKeyCode: null,
  panActivationKeyCode: null,
  zoomActivationKeyCode: null,
} as const;

function Flow({ known, links, order, centreId, openId }: DrawnProps) {
  const [active, setActive] = useState({ id: centreId ?? order[0], focus: 0 });
  const activeId = known.blobs.has(active.id ?? '') ? active.id : (centreId ?? order[0]);
  const { blobs, edges: among } = known;
  const input = useMemo(() => ({ ids: order, edges: among }), [order, among]);
  const placed = useRef<Positions>(new Map());
  const { positions, fresh } = useLayout(input, useAnchor(activeId, placed));
  placed.current = positions;
  const drawn = useRef<ReadonlyMap<string, BlobNodeType>>(new Map());
  const nodes = useMemo(() => {
    const marks = { centreId, openId, activeId, focus: active.focus, fresh };
    drawn.current = nodesOf({ order, blobs }, positions, marks, drawn.current);
    return [...drawn.current.values()];
  }, [order, blobs, positions, centreId, openId, activeId, active.focus, fresh]);
  const edges = useMemo(() => edgesOf(among, positions), [among, positions]);
  useFirstView(positions, centreId, order[0]);
  const onKeyDown = useKeys(positions, links, activeId, (id) =>
    setActive(({ focus }) => ({ id, focus: focus + 1 })),
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its keys are those of the buttons in it
    <div className={css['drawn']} onKeyDown={onKeyDown} data-lineage="graph">
      <ReactFlow
        {...STILL}
        {...{ nodes, edges, nodeTypes: TYPES, defaultEdgeOptions: EDGES }}
        onlyRenderVisibleElements
        panOnScroll
        minZoom={0.05}
        maxZoom={1.5}
        aria-label="Graph of the lineage. Arrow keys lead from blob to blob; the list says the same."
        aria-roledescription="graph"
      >
        <Background gap={24} size={1} />
      </ReactFlow>
      {positions.size === 0 ? (
        <div className={css['laying']}>
          <Loading label="Laying out the graph" />
        </div>
      ) : (
        <Zooms />
      )}
    </div>
  );
}

/** The lineage as a graph, from left to right. */
export const Drawn = (props: DrawnProps) => (
  <ReactFlowProvider>
    <Flow {...props} />
  </ReactFlowProvider>
);
