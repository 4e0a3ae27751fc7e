import { useEffect, useRef, useState } from 'react';
import type { Asked } from './layout.worker.ts';
import { type Layout, type LayoutInput, laidOutAfter, NO_LAYOUT, type Positions } from './place.ts';

/** In a worker: 500 blobs take dagre some 300 ms, in which nothing else would move. */
function openWorker(onPositions: (turn: number, positions: Positions) => void): Worker {
  const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<{ turn: number; positions: Positions }>) =>
    onPositions(data.turn, data.positions);
  return worker;
}

/**
 * Where each blob stands; empty until the first layout is there. A layout stays until the next one is done, and that
 * keeps the blob that `anchor` names in its place.
 */
export function useLayout(input: LayoutInput, anchor: () => string | undefined): Layout {
  const [layout, setLayout] = useState(NO_LAYOUT);
  const worker = useRef<Worker>(undefined);
  const turn = useRef(0);
  const latest = useRef({ anchor, input });
  latest.current = { ...latest.current, anchor };
  useEffect(() => {
    const take = (of: number, next: Positions) => {
      // An older one is overtaken.
      if (of === turn.current) setLayout((before) => laidOutAfter(before, next, latest.current.anchor()));
    };
    worker.current = openWorker(take);
    // Without a worker it takes longer, and the page stands still meanwhile.
    worker.current.onerror = async () => {
      const { layOut } = await import('./layout.ts');
      take(turn.current, layOut(latest.current.input));
    };
    return () => worker.current?.terminate();
  }, []);
  useEffect(() => {
    latest.current.input = input;
    turn.current += 1;
    worker.current?.postMessage({ turn: turn.current, input } satisfies Asked);
  }, [input]);
  return layout;
}
